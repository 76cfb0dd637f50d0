"""Arguments of worksheet functions, checked; results in the shape a cell range expects."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar, cast, get_args

from worker.contract import USUAL_SCORE, PointOfView, ScoreMode
from worker.errors import BonsaiError, InputError, InternalError
from xl_addin.workbook.cells import clean_text

#: What a range looks like from Python: rows of cell values.
Cells = Sequence[Sequence[object]]

#: Excel takes arrays of at most this many cells from a function without trouble.
MAX_TEXTS = 100_000

_TABLE_COLUMNS = 4  # ID, POV, Weight, Use
_POSITIVE = ("", "yes")

P = ParamSpec("P")
R = TypeVar("R")

#: What a look-up gives its macro when no score is known. Not None: Excel makes that an empty text.
NOT_KNOWN = "BONSAI-UNKNOWN"


class ArgumentError(InputError):
    """An argument of a worksheet function cannot be used."""

    code = "argument"


def for_excel(function: Callable[P, R]) -> Callable[P, R]:
    """Let errors leave a function in the form that its macro understands.

    Bad arguments become `BONSAI-VALUE: …` (shown as #VALUE!), everything else `BONSAI-NA: …`
    (shown as #N/A).

    The type hints end here: xlwings for Windows would take them for the names of converters, find
    none, and every cell would be #N/A.
    """

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ArgumentError as error:
            raise RuntimeError(f"BONSAI-VALUE: {error}") from error
        except BonsaiError as error:
            raise RuntimeError(f"BONSAI-NA: {error}") from error
        except Exception as error:
            unforeseen = InternalError("The function failed.", f"{error}.", "Please report it.")
            raise RuntimeError(f"BONSAI-NA: {unforeseen}") from error

    guarded.__annotations__ = {}
    return guarded


def text_argument(cells: Cells) -> list[str]:
    """Return the texts of a range, row by row; numbers count as text.

    :raises ArgumentError: if a cell is empty or an error, or there are too many.
    """
    texts = [_text(value) for row in cells for value in row]
    if not texts or len(texts) > MAX_TEXTS:
        raise _refused("text", f"{len(texts)} cells", f"1 to {MAX_TEXTS:,} cells")
    if "" in texts:
        raise _refused("text", "an empty cell", "cells that all hold text")
    return texts


def column_argument(cells: Cells | None) -> list[str]:
    """Return the texts of the column that a macro hands over with one of its cells."""
    texts = (_text(value) for row in cells or [] for value in row)
    return [text for text in texts if text]


def pov_argument(cells: Cells | None) -> list[PointOfView]:
    """Return points of view from the POV table (ID, POV, Weight, Use) or from sentences.

    Rows that are blank or not in use are left out. Sentences are numbered; they have weight 1,
    or the number beside each in a second column.

    :raises ArgumentError: if none is left, or a weight is no number.
    """
    cells = cells or []
    if cells and len(cells[0]) == _TABLE_COLUMNS:
        rows = [row for row in cells if _text(row[1]) and _text(row[3]).lower() in _POSITIVE]
        povs = [
            PointOfView(pov_id=_text(row[0]), text=_text(row[1]), weight=_weight(row[2]))
            for row in rows
        ]
    elif cells and all(len(row) == 2 and isinstance(row[1], int | float) for row in cells):
        povs = [
            PointOfView(pov_id=str(n), text=_text(text), weight=_weight(weight))
            for n, (text, weight) in enumerate(cells, start=1)
            if _text(text)
        ]
    else:
        texts = [_text(value) for row in cells for value in row if _text(value)]
        povs = [PointOfView(pov_id=str(n), text=text) for n, text in enumerate(texts, start=1)]
    if not povs:
        raise _refused("povs", "no point of view", "the table tblPOV or cells with sentences")
    return povs


def mode_argument(value: object) -> ScoreMode:
    """Return the score mode; the usual one if it is left out.

    :raises ArgumentError: if there is no such mode.
    """
    mode = _text(value).lower() or USUAL_SCORE
    if mode not in get_args(ScoreMode):
        raise _refused("mode", f"'{mode}'", "one of " + ", ".join(get_args(ScoreMode)))
    return cast(ScoreMode, mode)


def top_argument(value: object) -> int:
    """Return how many points of view are asked for; 1 if it is left out.

    :raises ArgumentError: if it is no whole number from 1 on.
    """
    text = _text(value) or "1"
    if not text.isdecimal() or int(text) < 1:
        raise _refused("n", f"'{text}'", "a whole number from 1 on")
    return int(text)


def same_shape(cells: Cells, values: Sequence[R]) -> list[list[R]]:
    """Return values in the shape of a range, row by row."""
    remaining = iter(values)
    return [[next(remaining) for _ in row] for row in cells]


def _text(value: object) -> str:
    """Return a cell as text: Excel hands every number over as a float."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean_text(str(value)).strip()


def _weight(value: object) -> float:
    try:
        return float(_text(value) or 1)
    except ValueError:
        raise _refused("povs", f"the weight '{value}'", "numbers in the column Weight") from None


def _refused(argument: str, found: str, expected: str) -> ArgumentError:
    return ArgumentError(
        f"The argument '{argument}' has {found}.", f"It takes {expected}.", "Correct the formula."
    )
