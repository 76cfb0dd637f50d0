"""Tables and columns of a workbook: what a sheet says of each, and both kinds of port read.

Tables are found by name and columns by header text, whatever its case, width and spaces.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

Kind = Literal["text", "wrapped", "integer", "score", "similarity", "seconds", "weight", "any"]


Owner = Literal["user", "run"]


Scale = Literal["", "sequential", "diverging"]


NUMBER_FORMATS: dict[Kind, str] = {
    "text": "General",
    "wrapped": "General",
    "integer": "0",
    "score": "0.000",
    "similarity": "0.000",
    "seconds": "0.00",
    "weight": "General",
    "any": "General",
}


@dataclass(frozen=True)
class Column:
    """One column of a table; `width` in characters, as Excel counts them.

    Cells of a column that `stands_out` catch the eye if something stands in them. A `hidden`
    column is out of sight when it is made; the user may bring it into sight. One that `says`
    something holds words of the program, which are said in the workbook's language.
    """

    header: str
    width: float = 12
    kind: Kind = "text"
    owner: Owner = "run"
    choices: tuple[str, ...] = ()
    required: bool = False
    hidden: bool = False
    scale: Scale = ""
    stands_out: bool = False
    help: str = ""
    says: bool = False


#: A column that no run ever writes.
user_column = partial(Column, owner="user")

#: The choices of a column that is on or off.
YES_NO = ("yes", "no")


def run_columns(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return those that a run writes."""
    return tuple(column for column in columns if column.owner == "run")


def header_key(text: str) -> str:
    """Return what two headers, or names of sheets, share if a person takes them for the same."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True)
class Table:
    """One named table (ListObject) on one sheet.

    `key` names the columns that identify a row: the user's own cells follow it when rows move.
    `family` is the suffix of paired columns such as `P01` and `P01 z`: pairs come and go with each
    run and stand together.
    `frozen` columns stay in sight when the sheet is scrolled sideways. Paper shows the columns up
    to `last_printed`. An `optional` table takes results where it is there: workbooks of earlier
    versions lack it.
    """

    name: str
    sheet: str
    title: str
    note: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    family: str = ""
    frozen: int = 1
    last_printed: str = ""
    optional: bool = False

    @property
    def printed(self) -> tuple[Column, ...]:
        """The columns that paper shows: a fresh workbook's first ones, no hidden ones at the end.

        LibreOffice prints bits of hidden ones.
        """
        if self.last_printed:
            return self.columns[: self.headers.index(self.last_printed) + 1]
        shown = [place for place, column in enumerate(self.columns, 1) if not column.hidden]
        return self.columns if self.family else self.columns[: shown[-1]]

    @property
    def headers(self) -> tuple[str, ...]:
        """Header texts in their usual order."""
        return tuple(column.header for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Headers without which the table cannot be read."""
        return tuple(column.header for column in self.columns if column.required)

    @property
    def marks(self) -> tuple[str, ...]:
        """Headers by which plain cells are known to be it; none where its name alone tells."""
        own = tuple(column.header for column in self.columns if column.owner == "user")
        return self.required or ((*self.key, *own) if own else ())

    def as_listed(self, headers: Sequence[str]) -> list[str]:
        """Return headers as the layout spells those that are its own.

        One that is spelt like that already is not taken from its place by another.
        """
        listed = {header_key(header): header for header in self.headers}
        return [
            header if (own := listed.get(header_key(header))) is None or own in headers else own
            for header in headers
        ]
