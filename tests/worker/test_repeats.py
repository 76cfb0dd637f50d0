"""A log has one line a cause, however often it comes."""

from __future__ import annotations

import logging

import pytest

from worker.repeats import OncePerCause, Repeats


class Kept(logging.Handler):
    """Keeps what it is handed."""

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def logger() -> logging.Logger:
    logger = logging.Logger("once")
    return logger


def test_a_thousand_of_the_same_are_four_lines_with_a_count(logger: logging.Logger) -> None:
    kept = Kept()
    logger.addHandler(OncePerCause(kept))

    for _ in range(1000):
        logger.warning("The server %s is away.", "here")

    assert kept.lines == [
        "The server here is away.",
        "The server here is away. (10 times)",
        "The server here is away. (100 times)",
        "The server here is away. (1000 times)",
    ]


def test_a_trace_of_calls_is_written_once(logger: logging.Logger) -> None:
    kept = Kept()
    logger.addHandler(OncePerCause(kept))

    for _ in range(5000):
        try:
            raise ValueError("bad record")
        except ValueError:
            logger.exception("A job failed.")

    assert sum("Traceback" in line for line in kept.lines) == 1
    assert len(kept.lines) == 4
    assert sum(map(len, kept.lines)) < 1000


def test_another_cause_is_another_line(logger: logging.Logger) -> None:
    kept = Kept()
    logger.addHandler(OncePerCause(kept))

    for key in ("a", "b", "a"):
        logger.warning("The record %s was set aside.", key)
    for error in (ValueError("x"), ValueError("y"), OSError("x")):
        logger.warning("It failed.", exc_info=error)

    assert len(kept.lines) == 5


def test_each_handler_takes_its_own_level(logger: logging.Logger) -> None:
    all_of_it, errors = Kept(), Kept(logging.ERROR)
    logger.addHandler(OncePerCause(all_of_it, errors))

    logger.warning("small")
    logger.error("large")

    assert all_of_it.lines == ["small", "large"]
    assert errors.lines == ["large"]


def test_what_is_told_apart_does_not_grow_for_ever() -> None:
    repeats = Repeats()

    for number in range(100_000):
        assert repeats.told(f"line {number}") == f"line {number}"

    assert len(repeats._times) <= 1001
