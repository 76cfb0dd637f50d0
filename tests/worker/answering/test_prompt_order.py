from collections.abc import Sequence
from itertools import takewhile

from worker.answering.prompt_order import shared_first


def computed_once(orders: Sequence[Sequence[str]]) -> int:
    """Contexts that an engine must read if it keeps the beginning of the prompt before."""
    read, before = 0, ()
    for order in sorted(orders):
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(before, order, strict=False))
        read += len(order) - len(list(alike))
        before = order
    return read


def test_what_most_sets_hold_comes_first_in_all_of_them():
    orders = shared_first([["flood", "bridge"], ["bank", "bridge"], ["bridge", "treaty"]])
    assert orders == [["bridge", "flood"], ["bridge", "bank"], ["bridge", "treaty"]]


def test_what_is_shared_is_counted_anew_within_each_branch():
    orders = shared_first([["a", "x", "y"], ["y", "x", "a"], ["a", "z"], ["b", "y"]])
    assert orders[0] == orders[1]
    assert orders[0][0] == orders[2][0] == "a"


def test_what_nobody_shares_keeps_its_order():
    assert shared_first([["c", "b", "a"], ["f", "e"]]) == [["c", "b", "a"], ["f", "e"]]


def test_every_set_keeps_its_members():
    sets = [["a", "b"], [], ["b"], ["c", "b", "a"]]
    assert [sorted(order) for order in shared_first(sets)] == [sorted(each) for each in sets]


def test_two_modes_over_overlapping_passages_have_less_to_read():
    sets = [["a", "b", "c"], ["d", "b", "a"], ["b", "e", "f"], ["f", "a", "b"]]
    assert computed_once(sets) == 12, "as they come, nothing is shared"
    assert computed_once(shared_first(sets)) == 7
