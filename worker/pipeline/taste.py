"""The taste job: points of view learn from liked passages; only they are embedded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from worker import __version__
from worker.contract import (
    Comparison,
    LearntPov,
    PointOfView,
    Problem,
    RunStamp,
    TasteRequest,
    TasteResult,
    verdict_of,
)
from worker.errors import InputError, SettingError
from worker.models.registry import Entry, Registry
from worker.pipeline.filled_collection import filled_collection
from worker.pipeline.job_context import JobContext, now, short_hash
from worker.pipeline.read_inputs import pov_vectors, readable
from worker.pipeline.taste_labels import Marks
from worker.retrieval.base import Collection, EmbeddedChunk, Embedder, Vectors
from worker.scoring.corpus_statistics import SAMPLE_SIZE, corpus_statistics
from worker.scoring.score_modes import Vector, score_chunks
from worker.scoring.similarity import cosine_matrix
from worker.tuning.taste import MAP_FROM, Labels, choose_ridge, learn
from worker.tuning.taste_proof import LEAST_DOCUMENTS, LeftOut, Standing, change

#: Passages a point of view with which moves were seen to help reliably.
_ENOUGH_EACH = 3
#: The measured lines, each with what it makes of the share of passages that one stands above.
_METRICS = {
    "Liked passages of documents left out: share of other passages below them": float,
    "Liked passages of documents left out: share in the first tenth": lambda share: share >= 0.9,
}
_NO_SETTINGS = {"job", "protocol", "run_id", "collection", "embedder", "povs", "labels", "store"}


def learn_taste(request: TasteRequest, context: JobContext) -> TasteResult:
    """Learn a taste from liked passages, measure it on documents left out, and keep it.

    :raises InputError: if no liked passage is left, or none touches a point of view.
    :raises SettingError: if the name is none, or that of a taste of another index.
    :raises CollectionError: if the index is absent, empty or of another model.
    :raises StoreError: if the taste cannot be kept.
    """
    started = perf_counter()
    registry = Registry(context.runtime.settings.made)
    _refuse_taken(registry, request)
    embedder = context.runtime.embedder(request.embedder)
    context.check_cancelled()
    collection = filled_collection(context.runtime, request.store, request.collection, embedder)
    stamp = context.begin(_stamp(request, collection, embedder))
    problems: list[Problem] = []
    marks = Marks.of(request.labels)
    chunks, gone = marks.found(collection)
    lesson = _Lesson.of(request, chunks, collection, embedder, context, problems)
    context.progress("Learning", 0, 1)
    comparisons = tuple(lesson.comparisons(request))
    for line in comparisons:
        context.row(line)
    entry = lesson.entry(request, embedder, len(marks.disliked), comparisons)
    with registry.adding(entry, replace=True) as folder:
        lesson.taste.write(folder)
    context.progress("Learning", 1, 1)
    return TasteResult(
        run=stamp,
        model=request.model,
        comparisons=comparisons,
        learnt=tuple(lesson.learnt()),
        liked=len(lesson.labels),
        disliked=len(marks.disliked),
        labels_left_out=len(marks.contradictory) + len(gone) + lesson.touching_none,
        problems=tuple(problems),
        remarks=(*marks.remarks(gone), *lesson.remarks()),
        seconds=perf_counter() - started,
    )


@dataclass(frozen=True)
class _Lesson:
    """Points of view, their (p, dim) vectors, what is liked for them, and unmarked passages."""

    povs: Sequence[PointOfView]
    vectors: Vectors
    labels: Labels
    unmarked: Vectors
    touching_none: int

    @classmethod
    def of(
        cls,
        request: TasteRequest,
        liked: Sequence[EmbeddedChunk],
        collection: Collection,
        embedder: Embedder,
        context: JobContext,
        problems: list[Problem],
    ) -> _Lesson:
        """Find what each liked passage is liked for: what Top POVs names first.

        Points of view with a weight of 0 or below are liked by nobody.

        :raises InputError: if no passage touches a point of view.
        """
        povs = _distinct(readable(request.povs, embedder, context, problems, "point of view"))
        vectors = pov_vectors(povs, embedder, context)
        marked = {label.chunk_id for label in request.labels}
        sample = collection.sample(SAMPLE_SIZE)
        others = [each.vector for each in sample if each.chunk.chunk_id not in marked]
        unmarked = np.stack(others or [each.vector for each in sample])
        passages = np.stack([each.vector for each in liked])
        usual = corpus_statistics(cosine_matrix(unmarked, vectors))
        weights = np.array([pov.weight for pov in povs])
        scores = score_chunks(cosine_matrix(passages, vectors), weights, usual, "contrast")
        strongest = scores.shares.argmax(axis=1)
        touches = scores.shares.max(axis=1) > 0
        if not touches.any():
            raise _touches_nothing(len(liked))
        documents = [each.chunk.source for each in liked]
        clearly = scores.contrast[np.arange(len(liked)), strongest]
        labels = Labels(passages, documents, strongest, clearly).chosen(touches)
        return cls(povs, vectors, labels, unmarked, int((~touches).sum()))
