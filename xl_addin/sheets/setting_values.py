"""Readers of settings: from what a cell or an option holds to a checked value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar, cast, get_args

from worker.contract import AnswerMode
from worker.typed_path import model_text

T = TypeVar("T")

#: What a setting holds before it is read; never empty.
Given = str | int | float


@dataclass(frozen=True)
class Reader(Generic[T]):
    """Reads a value, or raises ValueError; `expected` says in words what it takes."""

    read: Callable[[Given], T]
    expected: str = ""
    choices: tuple[str, ...] = ()


#: Any text; an empty one means 'what is usual'.
TEXT = Reader(str)

#: The name of a model, in which people paste paths.
MODEL = Reader(lambda value: model_text(str(value)))


def whole(low: int, high: int) -> Reader[int]:
    """Read a whole number between two bounds, which belong to it."""

    def read(value: Given) -> int:
        number = float(str(value))
        if not (number.is_integer() and low <= number <= high):
            raise ValueError
        return int(number)

    return Reader(read, f"a whole number from {low} to {high}")


def number(high: int) -> Reader[float]:
    """Read a number from 0 to a bound, which belongs to it."""

    def read(value: Given) -> float:
        found = float(str(value))
        if not 0 <= found <= high:
            raise ValueError
        return found

    return Reader(read, f"a number from 0 to {high}")


def one_of(*choices: str) -> Reader[Any]:
    """Read one of several words."""

    def read(value: Given) -> str:
        word = str(value).lower()
        if word not in choices:
            raise ValueError
        return word

    return Reader(read, f"one of {', '.join(choices)}", choices)


def _parts(value: Given) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value).split(",") if part.strip())


def _some_parts(value: Given) -> tuple[str, ...]:
    if not (parts := _parts(value)):
        raise ValueError
    return parts


def _day(value: Given) -> str:
    """Return a day as ISO date; Excel hands dates over as such, people write them as text."""
    return date.fromisoformat(str(value)[:10].replace("/", "-")).isoformat() if value else ""


def _modes(value: Given) -> tuple[AnswerMode, ...]:
    modes = tuple(dict.fromkeys(part.lower() for part in _parts(value)))
    if not modes or any(mode not in get_args(AnswerMode) for mode in modes):
        raise ValueError
    return cast("tuple[AnswerMode, ...]", modes)


_WORDS = one_of("yes", "no")
YES_OR_NO = Reader(lambda value: _WORDS.read(value) == "yes", _WORDS.expected, _WORDS.choices)

#: Texts separated by commas.
PARTS = Reader(_parts)

#: Texts separated by commas, one at least.
SOME_PARTS = Reader(_some_parts, "a text, or some with commas")

#: A day as ISO date, or an empty text for none.
DAY = Reader(_day, "a date, like 2025-01-31")

#: Answer modes, each once.
MODE_LIST = Reader(_modes, f"some of {', '.join(get_args(AnswerMode))}, separated by commas")
