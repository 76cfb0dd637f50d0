"""Hard negatives: passages that are near a question and do not answer it.

They come from the documents, as those that models write make worse embedders (arXiv 2504.21015).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from worker.qa_data.pair import Pair, Passage, Split, UnitVectors


@dataclass(frozen=True)
class Mining:
    """Which passages are taken: up to `count`, nearest first, of the ranks from `first` to `last`.

    Ranks count from 1 without the question's own passage. A passage that is nearer than `margin`
    times the own one may hold the answer too, and is left out (NV-Retriever's TopK-PercPos).
    """

    count: int = 4
    first: int = 1
    last: int = 100
    margin: float = 0.95


def hard_negatives(
    pairs: Sequence[Pair],
    questions: UnitVectors,
    corpus: Sequence[Passage],
    vectors: UnitVectors,
    splits: Mapping[str, Split],
    mining: Mining = Mining(),
) -> list[list[Passage]]:
    """Return for each pair its negatives, the nearest first; fewer where fewer are to be had.

    They are of the pair's own part of the set: a model that is trained on passages for validation,
    if only as negatives, has seen them. Passages with the words of the own one are none.

    :param corpus: all passages, with those of the pairs; `vectors` are theirs, row by row.
    :param splits: the part that each document is in; documents that are in none are left out.
    """
    parts = np.array([splits.get(each.doc_id, "") for each in corpus])
    texts = np.array([hash(each.text) for each in corpus])
    rows = {passage.chunk_id: row for row, passage in enumerate(corpus)}
    negatives = []
    for pair, question in zip(pairs, questions, strict=True):
        own = rows[pair.passage.chunk_id]
        others = np.flatnonzero((parts == pair.split) & (texts != texts[own]))
        cosines = vectors[others] @ question
        ranked = np.argsort(-cosines, kind="stable")[mining.first - 1 : mining.last]
        far = ranked[cosines[ranked] <= mining.margin * (vectors[own] @ question)]
        negatives.append([corpus[row] for row in others[far[: mining.count]]])
    return negatives
