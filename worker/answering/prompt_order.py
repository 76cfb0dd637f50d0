"""The order of contexts in the prompts of a batch, so that prompts begin alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


def shared_first(sets: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return each set of contexts in an order that lets many sets begin alike.

    An engine computes a beginning that several prompts share once. The context that most sets hold
    comes first in all of them; among those, the one that most of the rest hold comes second; and so
    on, as in the frequent-pattern tree of Han, Pei and Yin (2000), but counted anew at each branch.
    What nobody shares keeps its order.
    """
    orders: list[list[str]] = [[] for _ in sets]
    _place(sets, orders, range(len(sets)))
    return orders


def _place(
    sets: Sequence[Sequence[str]], orders: Sequence[list[str]], members: Iterable[int]
) -> None:
    """Append to the orders of these members, which all begin alike so far."""
    left = {
        member: [item for item in sets[member] if item not in orders[member]] for member in members
    }
    while left:
        counts = Counter(item for items in left.values() for item in items)
        item, count = max(counts.items(), key=lambda entry: entry[1], default=("", 0))
        if count < 2:
            for member, items in left.items():
                orders[member].extend(items)
            return
        sharing = [member for member, items in left.items() if item in items]
        for member in sharing:
            orders[member].append(item)
            del left[member]
        _place(sets, orders, sharing)
