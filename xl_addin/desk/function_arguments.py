"""Arguments of worksheet functions, checked; results in the shape a cell range expects."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import ParamSpec, TypeVar, cast, get_args

from worker.contract import MOST_WEIGHT, USUAL_SCORE, PointOfView, ScoreMode
from worker.errors import BonsaiError, InputError, InternalError
from xl_addin.workbook.cell_kinds import ERRORS, is_total, wordless
from xl_addin.workbook.cells import NEWER_ERRORS, clean_text
from xl_addin.workbook.live.live_sheet import plain_cell

#: What a range looks like from Python: rows of cell values.
Cells = Sequence[Sequence[object]]

#: Excel takes arrays of at most this many cells from a function without trouble.
MAX_TEXTS = 100_000

_NUMBERS = (int, float, Decimal)

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

    return guarded


def text_argument(cells: Cells) -> list[str]:
    """Return the texts of a range, row by row; numbers count as text.

    :raises ArgumentError: if a cell is empty or an error, or there are too many.
    """
    texts = [_text(value, "text") for row in cells for value in row]
    if not texts or len(texts) > MAX_TEXTS:
        raise _refused("text", f"{len(texts)} cells", f"1 to {MAX_TEXTS:,} cells")
    if "" in texts:
        raise _refused("text", "an empty cell", "cells that all hold text")
    return texts


def column_argument(cells: Cells | None) -> list[str]:
    """Return the texts of the column that a macro hands over with one of its cells."""
    values = (value for row in cells or [] for value in row)
    texts = (_text(value, "column") for value in values if not _is_error(value))
    return [text for text in texts if text]


def pov_argument(cells: Cells | None) -> list[PointOfView]:
    """Return points of view from the POV table (ID, POV, Weight, Use) or from sentences.

    Rows that are blank, without words or not in use are left out, as they are in a run. Sentences
    are numbered; they have weight 1, or the number beside each in a second column.

    :raises ArgumentError: if none is left, a cell is an error, or a weight is no number.
    """
    cells = cells or []
    if cells and len(cells[0]) == _TABLE_COLUMNS:
        rows = [row for row in cells if _pov(row[3]).lower() in _POSITIVE and _sentence(row[1])]
        povs = [
            PointOfView(pov_id=_pov(row[0]), text=_pov(row[1]), weight=_weight(row[2]))
            for row in rows
        ]
    elif cells and all(len(row) == 2 and isinstance(row[1], _NUMBERS) for row in cells):
        povs = [
            PointOfView(pov_id=str(n), text=_pov(text), weight=_weight(weight))
            for n, (text, weight) in enumerate(cells, start=1)
            if _sentence(text)
        ]
    else:
        texts = [_pov(value) for row in cells for value in row if _sentence(value)]
        povs = [PointOfView(pov_id=str(n), text=text) for n, text in enumerate(texts, start=1)]
    if not povs:
        raise _refused("povs", "no point of view", "the table tblPOV or cells with sentences")
    if not any(pov.weight for pov in povs):
        raise _refused("povs", "the weight 0 alone", "at least one other weight")
    return povs


def mode_argument(value: object) -> ScoreMode:
    """Return the score mode; the usual one if it is left out.

    :raises ArgumentError: if there is no such mode.
    """
    mode = _text(value, "mode").lower() or USUAL_SCORE
    if mode not in get_args(ScoreMode):
        raise _refused("mode", f"'{mode}'", f"one of {', '.join(get_args(ScoreMode))}")
    return cast(ScoreMode, mode)


def top_argument(value: object) -> int:
    """Return how many points of view are asked for; 1 if it is left out.

    :raises ArgumentError: if it is no whole number from 1 on.
    """
    text = _text(value, "n") or "1"
    if not text.isdecimal() or int(text) < 1:
        raise _refused("n", f"'{text}'", "a whole number from 1 on")
    return int(text)


def same_shape(cells: Cells, values: Sequence[R]) -> list[list[R]]:
    """Return values in the shape of a range, row by row."""
    remaining = iter(values)
    return [[next(remaining) for _ in row] for row in cells]


def _text(value: object, argument: str) -> str:
    """Return a cell as text, in the form in which tables are read.

    :raises ArgumentError: if it is an error.
    """
    if _is_error(value):
        name = NEWER_ERRORS.get(cast(int, value), value)
        raise _refused(argument, f"the error {name}", "cells without errors")
    if value is None:
        return ""
    number = float(value) if isinstance(value, Decimal) else value  # a cell in a currency format
    return clean_text(str(plain_cell(number))).strip()


def _pov(value: object) -> str:
    return _text(value, "povs")


def _sentence(value: object) -> str:
    """Return a point of view; nothing where a cell says nothing in words."""
    text = _pov(value)
    return "" if wordless(text) or is_total(text) else text


def _is_error(value: object) -> bool:
    """Say whether a cell is an error: xlwings names some, and leaves newer ones as their number."""
    return isinstance(value, (str, int)) and (value in ERRORS or value in NEWER_ERRORS)


def _weight(value: object) -> float:
    try:
        weight = float(_pov(value) or 1)
    except ValueError:
        weight = float("nan")
    if not abs(weight) <= MOST_WEIGHT:
        numbers = f"numbers in the column Weight, at most {MOST_WEIGHT:,.0f} either way"
        raise _refused("povs", f"the weight '{value}'", numbers)
    return weight


def _refused(argument: str, found: str, expected: str) -> ArgumentError:
    return ArgumentError(
        f"The argument '{argument}' has {found}.", f"It takes {expected}.", "Correct the formula."
    )
