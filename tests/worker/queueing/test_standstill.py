"""Signs of life count because they change, whatever time they tell."""

from worker.queueing.standstill import Standstill


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_stays_the_same_for_too_long_stands_still() -> None:
    clock = Clock()
    seen = Standstill(15, clock)
    assert seen.look({b"dead": 1.0, b"alive": 1.0}) == []
    clock.now = 10
    assert seen.look({b"dead": 1.0, b"alive": 2.0}) == []
    clock.now = 16
    assert seen.look({b"dead": 1.0, b"alive": 2.0}) == [b"dead"]


def test_a_sign_of_life_may_tell_any_time() -> None:
    clock = Clock()
    seen = Standstill(15, clock)
    for number, told in enumerate((2e9, 5.0, 4.0, 3e9, -1.0, float("inf"), 0.0)):
        clock.now = 14.0 * number
        assert seen.look({b"alive": told}) == []


def test_what_was_gone_in_between_is_given_its_time_again() -> None:
    clock = Clock()
    seen = Standstill(15, clock)
    seen.look({b"a": None})
    clock.now = 10
    seen.look({})
    clock.now = 20
    assert seen.look({b"a": None}) == []
    clock.now = 36
    assert seen.look({b"a": None}) == [b"a"]


def test_one_look_is_not_enough_however_long_ago_the_last_one_was() -> None:
    clock = Clock()
    seen = Standstill(15, clock)
    seen.look({b"a": 1.0})
    clock.now = 3600
    assert seen.look({b"a": 2.0}) == []
