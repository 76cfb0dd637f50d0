"""How good what our path and the original's find is, on the same passages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
from rich.table import Table

from tests.bench.labelled_set import DOCUMENTS, labelled_set, ndcg
from tests.bench.our_path import OurPath, sample_documents, sample_povs

if TYPE_CHECKING:
    from tests.bench.original_path import OriginalPath

_TOP_CHUNKS, _TOP_DOCUMENTS = 30, 10  # thirty chunks are enough for ten documents
_SHORT, _LONG = 90, 900  # characters of texts that share a batch


@dataclass(frozen=True)
class Figure:
    """A value with its target in words, and whether that is met."""

    what: str
    value: float
    target: str = ""
    met: bool | None = None


def embedded_for_a_question(ours: OurPath, collection: str) -> Figure:
    """Count the chunks that are embedded while a question is ranked."""
    embedder = ours.embedder
    with patch.object(embedder, "embed_documents", wraps=embedder.embed_documents) as embed:
        ours.rank_only(collection, "Who profits from a price cap?", sample_povs())
    chunks = sum(len(call.args[0]) for call in embed.call_args_list)
    return Figure("chunks embedded to rank a question", chunks, "0", chunks == 0)


def found_first(ours: OurPath, original: OriginalPath, documents: Path) -> Iterator[Figure]:
    """Hold the labelled questions against what each side finds first.

    :param documents: a new folder, for the labelled documents and their background.
    """
    shutil.copytree(DOCUMENTS, documents)
    for path in labelled_set().background:
        shutil.copy(path, documents)
    ours.index(documents, "labelled")
    collection = ours.opened("labelled")
    store = original.index(documents, documents.with_name("labelled-store"))

    def our_sources(question: str) -> Iterable[str]:
        vector = ours.embedder.embed_queries([question])
        return (hit.chunk.source for hit in collection.nearest(vector, _TOP_CHUNKS)[0])

    def original_sources(question: str) -> Iterable[str]:
        found = store.similarity_search(question, _TOP_CHUNKS)
        return (document.metadata["source"] for document in found)

    best, value = _mean_ndcg(original_sources), _mean_ndcg(our_sources)
    what = f"nDCG@{_TOP_DOCUMENTS} of labelled questions"
    yield Figure(f"{what}: original's path", best)
    yield Figure(f"{what}: ours", value, "at most .01 less", best - value <= 0.01)


def batch_effects(ours: OurPath, original: OriginalPath) -> Iterator[Figure]:
    """Compare vectors of texts embedded together with those embedded one by one."""
    whole = [path.read_text(encoding="utf-8") for path in sample_documents()]
    texts = [text[:length] for text in whole for length in (_SHORT, _LONG)]
    what = "most that a number in a vector changes with its batch"
    gap = _batch_effect(ours.embedder.embed_documents, texts)
    yield Figure(f"{what}: ours", gap, "0", gap == 0)
    yield Figure(
        f"{what}: original's path", _batch_effect(original.embeddings.embed_documents, texts)
    )


def figure_table(figures: Sequence[Figure]) -> Table:
    """Return a table of figures."""
    table = Table("what", "value", "target", title="Quality")
    for figure in figures:
        verdict = f"{figure.target}: {'met' if figure.met else 'MISSED'}" if figure.target else ""
        table.add_row(figure.what, f"{figure.value:.3g}", verdict)
    return table


def _mean_ndcg(sources: Callable[[str], Iterable[str]]) -> float:
    """Return the mean nDCG of documents in the order of their best chunks."""
    labelled, values = labelled_set(), []
    for qid, question in labelled.questions.items():
        grades = {doc: grade for (doc, of), grade in labelled.question_grades.items() if of == qid}
        ranked = [grades.get(source, 0) for source in dict.fromkeys(sources(question))]
        values.append(ndcg(ranked, grades.values(), _TOP_DOCUMENTS))
    return fmean(values)


def _batch_effect(embed: Callable[[list[str]], object], texts: list[str]) -> float:
    alone = np.vstack([np.asarray(embed([text])) for text in texts])
    return float(np.abs(np.asarray(embed(texts)) - alone).max())
