"""The evidence gate of a run: passages hold an answer or not, by a measure of the index."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from worker.answering.evidence.judge import (
    Evidence,
    Found,
    Reading,
    judge,
    judge_characters,
    reading,
)
from worker.answering.evidence.scale import NeededEvidence, needed_evidence, stand_ins
from worker.contract import RankRequest
from worker.errors import UnavailableError
from worker.language import mostly_japanese
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import Embedder, Vectors
from worker.small_files import replace_file

#: Passages that are judged: those that a model gets to read at the usual settings.
PASSAGES_READ = 3
#: Passages among which those of other documents than a sentence's own are looked for.
_NEIGHBOURS = 50
_CHUNKS_SAMPLED = 400
#: Changes with the way of measuring, so that what was kept of another one is not used.
_MEASURE = 2
#: What reads for embedding models that do not give vectors of words.
_READER = "onnx:minilm"

_log = logging.getLogger(__name__)

#: Judges passages for a question.
_Judge = Callable[[str, Sequence[str]], Found]


@runtime_checkable
class TokenReader(Protocol):
    """A model that says what each token of a text means where it stands."""

    def token_vectors(self, texts: Sequence[str]) -> list[tuple[NDArray[np.int64], Vectors]]:
        """Return for each text (t, 2) places and (t, dim) unit vectors of its tokens."""
        ...


class EvidenceGate:
    """Judges passages of one collection.

    Words are compared by their meaning if the embedding model, or else `onnx:minilm`, can be read
    word by word. Japanese, and all text where neither can, is compared by its characters.

    :raises CollectionError: if the collection is absent or of another model.
    :raises UnavailableError: if the embedding model is not there.
    """

    def __init__(self, request: RankRequest, context: JobContext) -> None:
        self._context = context
        self._embedder = context.runtime.embedder(request.embedder)
        store = context.runtime.store(request.store)
        self._collection = store.open(request.collection, self._embedder)
        self._reader = _reader(self._embedder, context)
        self._needed: dict[bool, NeededEvidence] = {}

    def judge(self, question: str, passages: Sequence[str]) -> Evidence:
        """Return how well passages, the most similar first, hold the answer to a question.

        How much is needed is measured once for each version of an index and kept.
        """
        self._context.check_cancelled()  # one question takes up to a second
        by_characters = self._by_characters(question)
        if by_characters not in self._needed:
            self._needed[by_characters] = self._kept_or_measured(by_characters)
        needed = self._needed[by_characters]
        if not passages:
            return Evidence(0.0, needed.to(question), "no passage was found")
        found = self._judging(by_characters)(question, passages[:PASSAGES_READ])
        return found.evidence(needed, question)

    def _by_characters(self, question: str) -> bool:
        return self._reader is None or mostly_japanese([question])

    def _judging(self, by_characters: bool) -> _Judge:
        if by_characters or self._reader is None:
            return judge_characters
        read = partial(_read, self._reader)
        vocabulary = self._context.runtime.vocabulary(self._collection)
        return lambda question, passages: judge(question, passages, read, vocabulary)

    def _kept_or_measured(self, by_characters: bool) -> NeededEvidence:
        version = self._collection.version
        path = self._path(version, by_characters)
        kept = _kept(path) if version else None
        if kept is not None:
            return kept
        needed = needed_evidence(self._without_own_document(by_characters))
        if version:
            _keep(path, needed)
        return needed

    def _path(self, version: str, by_characters: bool) -> Path:
        model = f"{self._embedder.name}@{self._embedder.revision}"
        reader = getattr(self._reader, "name", "")
        content = json.dumps([_MEASURE, model, reader, by_characters])
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        return self._context.runtime.settings.evidence / f"{digest}-{version}.json"

    def _without_own_document(self, by_characters: bool) -> list[tuple[float, float]]:
        """Return the evidence for sentences of the collection in other documents than their own."""
        chunks = [found.chunk for found in self._collection.sample(_CHUNKS_SAMPLED)]
        asked = [
            (chunks[place].source, sentence)
            for place, sentence in stand_ins(chunk.text for chunk in chunks)
            if self._by_characters(sentence) == by_characters
        ]
        if not asked:
            return []
        vectors = self._embedder.embed_queries([sentence for _, sentence in asked])
        judging, scores = self._judging(by_characters), []
        found = self._collection.nearest(vectors, _NEIGHBOURS)
        for number, ((source, sentence), hits) in enumerate(zip(asked, found, strict=True)):
            self._context.progress("Measuring evidence", number, len(asked))
            others = [hit.chunk.text for hit in hits if hit.chunk.source != source]
            if others:
                evidence = judging(sentence, others[:PASSAGES_READ])
                scores.append((evidence.fact, evidence.judgement))
        self._context.progress("Measuring evidence", len(asked), len(asked))
        return scores


def _reader(embedder: Embedder, context: JobContext) -> TokenReader | None:
    if isinstance(embedder, TokenReader):
        return embedder
    try:
        usual = context.runtime.embedder(_READER)
    except UnavailableError:
        return None
    return usual if isinstance(usual, TokenReader) else None


def _read(reader: TokenReader, texts: Sequence[str]) -> list[Reading]:
    tokens = reader.token_vectors(texts)
    return [
        reading(text, places, vectors)
        for text, (places, vectors) in zip(texts, tokens, strict=True)
    ]


def _kept(path: Path) -> NeededEvidence | None:
    """Return what was kept; a file that is absent or damaged is as good as none."""
    try:
        kept = json.loads(path.read_bytes())
        return NeededEvidence(float(kept["fact"]), float(kept["judgement"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, needed: NeededEvidence) -> None:
    """Keep it for next time; an answer does not fail because it cannot be kept."""
    try:
        replace_file(path, json.dumps(asdict(needed)).encode())
    except OSError:
        _log.warning("The evidence needed cannot be kept in %s.", path, exc_info=True)
