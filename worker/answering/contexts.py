"""The choice of chunks that go into a prompt: the best ones, each said once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from worker.contract import RankedChunk

#: The original dropped a chunk that opens with the same characters as the one before it.
_SAME_OPENING = 50
#: Shared five-character stretches, as a part of all, above which two chunks say the same.
_NEAR_DUPLICATE = 0.7


def choose_contexts(
    rows: Sequence[RankedChunk],
    limit: int,
    excluded: Collection[str] = (),
    *,
    one_per_pov: bool = False,
) -> list[RankedChunk]:
    """Return the first `limit` rows that are not excluded and do not repeat an earlier one.

    :param one_per_pov: first those whose strongest point of view no earlier one has, so that one
        loud point of view does not fill the prompt.
    """
    wanted = [row for row in rows if row.chunk_id not in excluded]
    if one_per_pov:
        wanted = _loudest_first(wanted)
    chosen: list[RankedChunk] = []
    for row in wanted:
        if len(chosen) == limit:
            break
        if not any(_repeats(row, other) for other in chosen):
            chosen.append(row)
    return chosen


def _loudest_first(rows: Sequence[RankedChunk]) -> list[RankedChunk]:
    """Return rows with the best one of each strongest point of view in front."""
    seen: set[str] = set()
    front: list[RankedChunk] = []
    for row in rows:
        if row.top_povs and row.top_povs[0].pov_id not in seen:
            seen.add(row.top_povs[0].pov_id)
            front.append(row)
    return [*front, *(row for row in rows if row not in front)]


def _repeats(row: RankedChunk, other: RankedChunk) -> bool:
    if row.text[:_SAME_OPENING] == other.text[:_SAME_OPENING]:
        return True
    left, right = _stretches(row.text), _stretches(other.text)
    return len(left & right) > _NEAR_DUPLICATE * max(1, len(left | right))


def _stretches(text: str) -> set[str]:
    line = " ".join(text.lower().split())
    return {line[start : start + 5] for start in range(max(1, len(line) - 4))}
