"""The header of a table: the row that names what stands below it.

It is found by contrast: words above numbers and dates name them, numbers above numbers do not;
titles fill fewer columns than the table below them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: Rows in which a header is looked for, and from which a column's kind is told.
LOOK = 30
_FIRST = 10  # of them that may be the header

_TEXT, _NUMBER, _DATE, _YEAR, _NOTHING = "text", "number", "date", "year", ""
_IS_YEAR = re.compile(r"(19|20)\d\d(年度?)?")
_IS_DATE = re.compile(r"\d{1,4}[-/.年]\s?\d{1,2}([-/.月]\s?(\d{1,4}日?)?)?([ T]\d\d?:\d\d.*)?")
#: A number with its signs, and a unit of up to three letters: "-1.234,56 €", "1,200円", "10 kg".
_IS_NUMBER = re.compile(r"[^\w]*\d[\d\s.,'’:/()%+-]*[^\W\d_]{0,3}[^\w]*")
_ABSENT = frozenset({"n/a", "na", "null", "none", "#n/a"})

#: What a cell of the row is worth by its kind, and the kind of the column below.
_CONTRAST = {
    _TEXT: {_TEXT: 0.1, _NUMBER: 1.0, _DATE: 1.0, _YEAR: 1.0},
    _YEAR: {_TEXT: -0.2, _NUMBER: 0.05, _DATE: -1.0, _YEAR: -1.0},
    _DATE: {_TEXT: -0.3, _NUMBER: 0.05, _DATE: -1.0, _YEAR: -1.0},
    _NUMBER: {_TEXT: -0.5, _NUMBER: -1.0, _DATE: -0.5, _YEAR: -1.0},
}
_UNNAMED = -0.15  # a column without a name, save the first, which often has none
_OUTSIDE = -0.2  # a cell beside the table
_NO_NAME = -0.5  # a cell that is none
_LONG = 80  # characters
_SENTENCE = re.compile(r".*[^\W\d].*\s.*[.!?]|.*[。！？]", re.DOTALL)
_LATER = -0.02  # for each row above
_NAMED = -0.5  # for the whole row, if one above has words in all its columns: no title has so many
_CLEAR = 0.3  # what only a header is worth


@dataclass(frozen=True)
class Row:
    """The filled cells of a row by their column; rows and columns are counted from 1."""

    number: int
    cells: Mapping[int, str]


@dataclass(frozen=True)
class Header:
    """The names of columns, and the places of the rows they stand in among those looked at."""

    names: Mapping[int, str]
    first: int
    last: int
    clear: bool  # whether it can be nothing else


def find_header(rows: Sequence[Row]) -> Header | None:
    """Return the header of a table that begins among these rows, if it has one.

    A row above it that names groups of columns belongs to it: "2024" over "Q1" is "2024 / Q1".
    """
    scores = {place: _score(rows, place) for place in range(min(len(rows) - 1, _FIRST))}
    place = max(scores, key=lambda place: scores[place], default=0)
    if not scores or scores[place] <= 0:
        return None
    clear = scores[place] >= _CLEAR
    names = rows[place].cells
    if place and _is_group(rows[place - 1], rows[place]):
        return Header(_grouped(rows[place - 1].cells, names), place - 1, place, clear)
    return Header(names, place, place, clear)


def kind(cell: str) -> str:
    """Return whether a cell holds a number, a date, a year, other text, or as good as nothing."""
    if cell.lower() in _ABSENT or not any(map(str.isalnum, cell)):
        return _NOTHING
    for pattern, name in ((_IS_YEAR, _YEAR), (_IS_DATE, _DATE), (_IS_NUMBER, _NUMBER)):
        if pattern.fullmatch(cell[: _LONG + 1]):
            return name
    return _TEXT


def _score(rows: Sequence[Row], place: int) -> float:
    """Return how well a row names the columns below it; none above 0 if it does not."""
    row, below = rows[place], rows[place + 1 :]
    columns = _columns(below)
    if len(columns) < 2 or len(row.cells) < 2:
        return -1.0
    worth = _LATER * place * len(columns)
    for column, below_kind in columns.items():
        cell = row.cells.get(column, "")
        if not cell:
            worth += 0.1 if column == min(columns) else _UNNAMED
        else:
            worth += _CONTRAST.get(kind(cell), {}).get(below_kind, 0.0)
    worth += sum(_OUTSIDE for column in row.cells if column not in columns)
    worth += any(_names_all(above, row) for above in rows[:place]) * _NAMED * len(columns)
    worth += sum(_NO_NAME for cell in row.cells.values() if _is_no_name(cell))
    return worth / len(columns)


def _names_all(above: Row, row: Row) -> bool:
    words = {column for column, cell in above.cells.items() if kind(cell) == _TEXT}
    return words >= row.cells.keys()


def _is_no_name(cell: str) -> bool:
    """Say whether a cell is a sentence, too long, or the key of what stands beside it."""
    return len(cell) > _LONG or cell.endswith((":", "：")) or bool(_SENTENCE.fullmatch(cell))


def _columns(rows: Sequence[Row]) -> dict[int, str]:
    """Return the columns that a third of the rows fill, with the kind that most of them hold."""
    kinds: dict[int, Counter[str]] = {}
    for row in rows:
        for column, cell in row.cells.items():
            kinds.setdefault(column, Counter())[kind(cell)] += 1
    filled = {column: each for column, each in kinds.items() if each.total() * 3 >= len(rows)}
    return {column: _most(each) for column, each in sorted(filled.items())}


def _most(kinds: Counter[str]) -> str:
    told = Counter({name: count for name, count in kinds.items() if name != _NOTHING})
    if not told:
        return _TEXT
    name, count = told.most_common(1)[0]
    return name if count * 5 >= told.total() * 3 else _TEXT


def _is_group(above: Row, names: Row) -> bool:
    """Say whether a row names groups of the columns that the next one names, and is no title."""
    cells = above.cells
    if above.number + 1 != names.number or any(_is_no_name(cell) for cell in cells.values()):
        return False
    if not {kind(cell) for cell in cells.values()} <= {_TEXT, _YEAR}:
        return False
    if not min(names.cells) - 1 <= min(cells) <= max(cells) <= max(names.cells) + 1:
        return False
    fills_gaps = any(column not in names.cells for column in cells)
    indented = min(cells) > min(names.cells)
    repeated = len(set(names.cells.values())) < len(names.cells)
    return (
        fills_gaps or (indented and len(cells) < len(names.cells)) or (repeated and len(cells) > 1)
    )


def _grouped(groups: Mapping[int, str], names: Mapping[int, str]) -> dict[int, str]:
    """Put the name of its group before that of each column.

    A group goes on to the next one; the last is no wider than the widest before it, so that a
    column for remarks at the end is in none.
    """
    starts = sorted(groups.keys() & names.keys())
    widths = [after - start for start, after in pairwise(starts)]
    end = starts[-1] + max(widths) if widths else max(names) + 1
    whole, group = {}, ""
    for column in sorted({*groups, *names}):
        if column not in names:  # one cell over both rows
            whole[column], group = groups[column], ""
            continue
        group = groups.get(column, group if column < end else "")
        whole[column] = f"{group} / {names[column]}" if group else names[column]
    return whole
