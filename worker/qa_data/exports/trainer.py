"""The columns that trainers of embedders read (sentence-transformers): anchor, positive, negatives.

Their order counts, and a further column would be taken for an input.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from worker.qa_data.exports.json_lines import write_json_lines
from worker.qa_data.pair import Pair, Passage


def write_pairs(path: Path, pairs: Sequence[Pair]) -> int:
    """Write question and passage of each pair as `anchor, positive`; return the number of rows.

    :raises OSError: if the file cannot be written.
    """
    return write_tuples(path, pairs, [()] * len(pairs), 0)


def write_tuples(
    path: Path, pairs: Sequence[Pair], negatives: Sequence[Sequence[Passage]], count: int
) -> int:
    """Write `anchor, positive, negative_1 … negative_count`; return the number of rows.

    All rows have the same columns, so pairs with fewer negatives are left out.

    :raises OSError: if the file cannot be written.
    """
    whole = [
        (pair, others[:count])
        for pair, others in zip(pairs, negatives, strict=True)
        if len(others) >= count
    ]
    return write_json_lines(path, [_row(pair, others) for pair, others in whole])


def _row(pair: Pair, negatives: Sequence[Passage]) -> dict[str, object]:
    numbered = {f"negative_{number}": each.text for number, each in enumerate(negatives, start=1)}
    return {"anchor": pair.question, "positive": pair.passage.text, **numbered}
