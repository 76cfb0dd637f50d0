"""Questions that do not find the passage they were made from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.qa_data.pair import Rejection, UnitVectors

NOT_FOUND = "not found"

#: The own passage is looked for among this many. Promptagator asks for the first place; a neighbour
#: that shares sentences with the own passage may stand before it.
TOP_K = 3

_BLOCK = 256  # questions at a time: 50 MB with 50,000 passages


def passage_ranks(questions: UnitVectors, passages: UnitVectors, own: Sequence[int]) -> list[int]:
    """Return the rank, from 1, of each question's own passage among all by cosine.

    :param own: for each question the row of its passage in `passages`.
    """
    ranks: list[int] = []
    for start in range(0, len(questions), _BLOCK):
        cosines = questions[start : start + _BLOCK] @ passages.T
        rows = np.asarray(own[start : start + _BLOCK], dtype=np.intp)
        mine = cosines[np.arange(len(cosines)), rows]
        ranks.extend((1 + (cosines > mine[:, None]).sum(axis=1)).tolist())
    return ranks


def not_found(
    questions: UnitVectors, passages: UnitVectors, own: Sequence[int], k: int = TOP_K
) -> list[Rejection | None]:
    """Reject each question whose own passage is not among the `k` nearest of all passages."""
    return [
        None
        if rank <= k
        else Rejection(
            NOT_FOUND, f"Of {len(passages)} passages, {rank - 1} are nearer to the question."
        )
        for rank in passage_ranks(questions, passages, own)
    ]
