"""The taste job: points of view learn from liked passages; only they are embedded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from worker.models.registry import Entry, Registry, checked_name
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
_NAMED = 10  # of several points of view, so many are named
#: The measured lines on liked passages, each with its figure of the share that one stands above.
_METRICS: dict[str, Callable[[float], float]] = {
    "Share of passages below": float,
    "In the first tenth": lambda share: share >= 0.9,
}
#: What they are measured on, as in "7 documents left out".
_OVER = "documents left out"
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
    told = context.stored(Comparison)
    for line in comparisons:
        if line not in told:
            context.row(line)
    entry = lesson.entry(request, embedder, len(marks.disliked), comparisons)
    with registry.adding(entry, replace=True) as folder:
        learn(lesson.vectors, lesson.labels, lesson.ridge).write(folder)
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
        every = np.stack([each.vector for each in sample])
        others = np.array([each.chunk.chunk_id not in marked for each in sample])
        passages = np.stack([each.vector for each in liked])
        usual = corpus_statistics(cosine_matrix(every, vectors))
        weights = np.array([pov.weight for pov in povs])
        scores = score_chunks(cosine_matrix(passages, vectors), weights, usual, "contrast")
        strongest = scores.shares.argmax(axis=1)
        touches = scores.shares.max(axis=1) > 0
        if not touches.any():
            raise _touches_nothing(len(liked))
        documents = [each.chunk.source for each in liked]
        clearly = scores.contrast[np.arange(len(liked)), strongest]
        labels = Labels(passages, documents, strongest, clearly).chosen(touches)
        unmarked = every[others] if others.any() else every
        return cls(povs, vectors, labels, unmarked, int((~touches).sum()))

    @property
    def ridge(self) -> float | None:
        """The λ that fits all labels; None where they are too few for one map."""
        return choose_ridge(self.vectors, self.labels, self.unmarked.mean(axis=0))

    @property
    def documents(self) -> list[str]:
        """The documents that the liked passages are of, each once."""
        return sorted(set(self.labels.documents))

    def score(self, vectors: Vectors) -> Vector:
        """Return the scores of unmarked and liked passages by these points of view."""
        passages = np.vstack([self.unmarked, self.labels.vectors])
        cosine = cosine_matrix(passages, vectors)
        weights = np.array([pov.weight for pov in self.povs])
        return score_chunks(cosine, weights, corpus_statistics(cosine), "contrast").sexy

    def comparisons(self, request: TasteRequest) -> Iterator[Comparison]:
        """Yield what the taste does for documents left out, if there are enough of them."""
        if len(self.documents) < LEAST_DOCUMENTS:
            return
        left_out = LeftOut(self.vectors, self.labels, self.unmarked, self.score)
        standings = list(left_out.standings(request.strength))
        for metric, figure in _METRICS.items():
            yield _compared(request.model, metric, standings, figure)

    def learnt(self) -> Iterator[LearntPov]:
        """Yield how much each point of view has learnt from."""
        for place, pov in enumerate(self.povs):
            own = self.labels.chosen(self.labels.povs == place)
            yield LearntPov(pov_id=pov.pov_id, passages=len(own), documents=len(set(own.documents)))

    def entry(
        self,
        request: TasteRequest,
        embedder: Embedder,
        disliked: int,
        comparisons: tuple[Comparison, ...],
    ) -> Entry:
        """Return what is kept of the taste beside its numbers."""
        moved = [(pov.text, pov.weight) for pov in self.povs]
        learnt_from = self.labels.vectors.astype(float).round(6).tolist()
        counts = {"passages": len(self.labels), "documents": len(self.documents)}
        settings: dict[str, str | int | float] = {
            "strength": request.strength,
            "collection": request.collection,
        }
        if self.ridge is not None:
            settings["ridge"] = self.ridge
        return Entry(
            kind="taste",
            name=request.name,
            base=embedder.name,
            base_revision=embedder.revision,
            time=now(),
            code_version=__version__,
            data_hash=short_hash([moved, self.labels.povs.tolist(), learnt_from]),
            documents=tuple(self.documents),
            counts=counts | {"disliked": disliked, "points of view": len(self.povs)},
            settings=settings,
            comparisons=comparisons,
        )

    def remarks(self) -> Iterator[str]:
        """Say what was left out, and how many more labels would help."""
        if self.touching_none:
            yield (
                f"{self.touching_none} liked passages stand out for no point of view, and were "
                "left out: a sentence that says what they share is missing on the sheet POV."
            )
        if (more := MAP_FROM - len(self.labels)) > 0:
            moved = len(set(self.labels.povs.tolist()))
            yield (
                f"{_count(len(self.labels), 'liked passage')} moved {_count(moved, 'point')} of "
                f"view, each by itself. {more} more would help: from {MAP_FROM} on all points of "
                "view learn from all passages."
            )
        poor = [each.pov_id for each in self.learnt() if 0 < each.documents < _ENOUGH_EACH]
        if poor:
            yield (
                f"{', '.join(poor[:_NAMED])}{' …' if len(poor) > _NAMED else ''} learnt from fewer "
                f"than {_ENOUGH_EACH} documents each: more would help there."
            )
        if len(self.documents) < LEAST_DOCUMENTS:
            yield (
                f"The liked passages are of {_count(len(self.documents), 'document')}. From "
                f"{LEAST_DOCUMENTS} on it is measured what was learnt, on documents left out."
            )


def _distinct(povs: Sequence[PointOfView]) -> list[PointOfView]:
    """Return the points of view without those that say the same as an earlier one."""
    return [*{pov.text: pov for pov in reversed(povs)}.values()][::-1]


def _compared(
    model: str, metric: str, standings: Sequence[Standing], figure: Callable[[float], float]
) -> Comparison:
    found = change(standings, figure)
    return Comparison(
        model=model,
        metric=metric,
        base=found.before,
        tuned=found.after,
        low=found.low,
        high=found.high,
        counted=len({each.document for each in standings}),
        over=_OVER,
        verdict=verdict_of(found.low, found.high),
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _refuse_taken(registry: Registry, request: TasteRequest) -> None:
    """See that the name is free, or that of a taste of the same index, which is learnt anew.

    :raises SettingError: if not.
    """
    checked_name(request.name)
    if not registry.version(request.model):
        return registry.require_free(request.model)
    earlier = registry.find(request.model)
    if earlier.settings.get("collection") != request.collection:
        raise SettingError(
            f"The name {request.model} is taken.",
            f"That taste was learnt from the index '{earlier.settings.get('collection')}', and "
            f"this is '{request.collection}'.",
            f"Choose another name, or delete that one first: bonsai tuned delete {request.model}",
        )


def _touches_nothing(liked: int) -> InputError:
    return InputError(
        "There is nothing to learn.",
        f"None of the {liked} liked passages stands out for a point of view in use.",
        "Write a point of view that says what you like about them, rank, and learn again.",
    )


def _stamp(request: TasteRequest, collection: Collection, embedder: Embedder) -> RunStamp:
    return RunStamp(
        run_id=request.run_id,
        time=now(),
        code_version=__version__,
        collection=request.collection,
        index_version=collection.version,
        embedder=f"{embedder.name}@{embedder.revision}",
        povs_hash=short_hash([[pov.text, pov.weight] for pov in request.povs]),
        settings_hash=short_hash(request.model_dump(mode="json", exclude=_NO_SETTINGS)),
    )
