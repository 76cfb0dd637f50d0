"""The passages of a data set: which are used, in what order, and which part each is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from worker.contract import DatasetRequest
from worker.errors import InputError
from worker.pipeline.filled_collection import filled_collection
from worker.pipeline.job_context import JobContext
from worker.qa_data.drawing import drawn_order
from worker.qa_data.filters.run import Corpus
from worker.qa_data.overlap import overlaps
from worker.qa_data.pair import Passage, Split
from worker.qa_data.passages import Selection, select_passages
from worker.qa_data.split import split_by_share
from worker.qa_data.targets import choose_target
from worker.retrieval.base import EmbeddedChunk, Embedder

#: No limit: what an index may hold, and what a passage may be long.
_MOST_PASSAGES, _MOST_CHARACTERS = 2**31, 2**31


@dataclass(frozen=True)
class Material:
    """What pairs are made of: the passages that are used, in the order in which they are.

    `corpus` holds all passages of the index, `splits` the part of each document. Those come first
    that something clear can be asked of; their order is drawn, so that the first are a sample.
    """

    passages: Sequence[Passage]
    splits: dict[str, Split]
    corpus: Corpus
    index_version: str
    remarks: tuple[str, ...] = ()


def choose_material(request: DatasetRequest, embedder: Embedder, context: JobContext) -> Material:
    """Return the passages that a request asks for, split by document.

    :raises CollectionError: if an index is absent, empty or of another model.
    :raises InputError: if no passage fits, or there are too few documents to split them.
    """
    index = _Index.read(request, embedder, context)
    fitting = select_passages(index.corpus.passages, _selection(request), request.seed)
    if not fitting:
        raise _nothing_fits(request, index.corpus.passages)
    splits = _splits(request, fitting, index.validation)
    clear, others = _clear_first(fitting)
    chosen = _drawn(clear, request.limit, request.seed)
    chosen += _drawn(others, request.limit - len(chosen), request.seed)
    repeated = _repeated(chosen, splits)
    ordered = [passage for passage in chosen if passage.chunk_id not in repeated]
    remarks = tuple(_remarks(index.in_both, len(repeated)))
    return Material(ordered, splits, index.corpus, index.version, remarks)


def _clear_first(passages: Sequence[Passage]) -> tuple[list[Passage], list[Passage]]:
    """Return the passages that something clear can be asked of, and the others."""
    clear: list[Passage] = []
    others: list[Passage] = []
    for passage in passages:
        (others if choose_target(passage.text, "fact", 1) is None else clear).append(passage)
    return clear, others


def _drawn(passages: Sequence[Passage], limit: int, seed: int) -> list[Passage]:
    """Return so many passages, evenly of all documents, in an order that is drawn."""
    chosen = select_passages(passages, Selection(0, _MOST_CHARACTERS, limit=limit), seed)
    by_id = {each.chunk_id: each for each in chosen}
    return [by_id[chunk_id] for chunk_id in drawn_order(by_id, seed)]


@dataclass(frozen=True)
class _Index:
    """One index, or two: then `validation` are the documents of the second.

    `in_both` are those that had to leave the first.
    """

    corpus: Corpus
    version: str
    validation: frozenset[str] = frozenset()
    in_both: tuple[str, ...] = ()

    @classmethod
    def read(cls, request: DatasetRequest, embedder: Embedder, context: JobContext) -> _Index:
        """Read all passages with their vectors into memory: 50,000 take some 200 MB."""
        rows, version = _rows(request, request.collection, embedder, context)
        if not request.validation_collection:
            return cls(_corpus(rows), version)
        others, other_version = _rows(request, request.validation_collection, embedder, context)
        outside = frozenset(row.chunk.source for row in others)
        in_both = sorted(outside & {row.chunk.source for row in rows})
        kept = [row for row in rows if row.chunk.source not in outside]
        corpus = _corpus([*kept, *others])
        return cls(corpus, f"{version}+{other_version}", outside, tuple(in_both))


def _rows(
    request: DatasetRequest, name: str, embedder: Embedder, context: JobContext
) -> tuple[list[EmbeddedChunk], str]:
    collection = filled_collection(context.runtime, request.store, name, embedder)
    context.check_cancelled()
    return collection.sample(collection.count()), collection.version


def _corpus(rows: Sequence[EmbeddedChunk]) -> Corpus:
    passages = [Passage(row.chunk.chunk_id, row.chunk.source, row.chunk.text) for row in rows]
    return Corpus(passages, np.stack([row.vector for row in rows]))


def _selection(request: DatasetRequest) -> Selection:
    return Selection(
        request.more_than,
        request.fewer_than,
        request.words,
        request.whole_words,
        limit=_MOST_PASSAGES,
    )


def _splits(
    request: DatasetRequest, fitting: Sequence[Passage], validation: frozenset[str]
) -> dict[str, Split]:
    """Return the part of each document that has a passage which fits, however many are used."""
    documents = sorted({passage.doc_id for passage in fitting})
    if validation or not request.validation_share:
        return {doc: "validation" if doc in validation else "train" for doc in documents}
    return split_by_share(documents, request.validation_share, request.seed)


def _repeated(chosen: Sequence[Passage], splits: dict[str, Split]) -> set[str]:
    """Return the passages for validation that repeat text of one for training."""
    parts: dict[Split, list[Passage]] = {"train": [], "validation": []}
    for passage in chosen:
        parts[splits[passage.doc_id]].append(passage)
    return {each.validation.chunk_id for each in overlaps(parts["train"], parts["validation"])}


def _remarks(in_both: Sequence[str], repeated: int) -> Iterator[str]:
    if in_both:
        more = f" and {len(in_both) - 1} more" if len(in_both) > 1 else ""
        yield (
            f"{in_both[0]}{more} stood in both indexes, by name: for validation they are used, "
            "and not for training."
        )
    if repeated:
        yield (
            f"{repeated} passages for validation were left out: they repeat text of documents for "
            "training."
        )


def _nothing_fits(request: DatasetRequest, passages: Sequence[Passage]) -> InputError:
    lengths = [len(passage.text) for passage in passages]
    words = f", with one of {len(request.words)} words in them" if request.words else ""
    return InputError(
        f"None of the {len(passages)} passages of the index '{request.collection}' fits.",
        f"They have {min(lengths)} to {max(lengths)} characters; asked for are those of more than "
        f"{request.more_than} and fewer than {request.fewer_than}{words}.",
        "Change 'QA more than', 'QA fewer than' or 'QA words' on the Settings sheet, or index "
        "again with another 'Chunk size'.",
    )
