"""The one way in and out of a workbook, be it a closed file or open in Excel."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from worker.errors import InternalError
from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Column, Table, run_columns


@dataclass(frozen=True)
class Formula:
    """A formula of ours, with its leading `=`. Text from anywhere else never becomes one.

    `words` are the texts in it that a person reads.
    """

    text: str
    words: tuple[str, ...] = ()

    def said(self, say: Callable[[str], str]) -> Formula:
        """Return it with its words in another language."""
        text = self.text
        for word in self.words:
            text = text.replace(f'"{word}"', f'"{say(word)}"')
        return Formula(text, self.words)


class NotComputed(str):
    """The value of a formula that no program has computed: an empty text that can be told apart."""

    __slots__ = ()


CellValue = str | int | float | bool | None
Writable = CellValue | Formula


@dataclass(frozen=True)
class KeptCell:
    """The cell that stands in this column in a row of the sheet, kept with formula or date and all.

    `value` is what it shows. A closed file keeps the cell's looks too.
    """

    row: int
    value: CellValue


RowValue = Writable | KeptCell


@dataclass(frozen=True)
class Row:
    """One row as read: its number on the sheet, for messages, and its values by header."""

    number: int
    values: Mapping[str, CellValue]

    def cells(self, columns: Iterable[Column]) -> dict[str, CellValue]:
        """Return its values in these columns alone; None where the table lacks one."""
        return {column.header: self.values.get(column.header) for column in columns}


@dataclass(frozen=True)
class TableData:
    """A table as read; blank rows are left out.

    Of one that has its own name, `shown` are its headers as formulas must spell them, and `top` is
    the number of its first row on the sheet.
    """

    sheet: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    shown: Mapping[str, str] = field(default_factory=dict)
    top: int = 0


@dataclass(frozen=True)
class Picture:
    """A PNG with a name, under which a later run finds and replaces it."""

    name: str
    png: bytes
    alt_text: str
    caption: str


@dataclass(frozen=True)
class AboveRow:
    """A row of cells over the header, by column.

    `names` are defined names for formulas: each is the cells from the first to the last of its
    columns.
    """

    values: Mapping[str, Writable]
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class TableContent:
    """What a table is to hold from now on.

    `columns` are the columns that the run writes (by default those of the table); a column the
    table lacks is added at its right end. Columns of the table's family stand together in the
    listed order, and one that is no longer listed (a POV that is gone) is removed. `above` are
    rows of cells that stand right over the header, lowest last. The user's own columns follow the
    table's key, and no row has a value for them.

    :raises InternalError: if a row has a value that no column of the run's takes.
    """

    table: Table
    rows: Sequence[Mapping[str, RowValue]]
    columns: Sequence[Column] = ()
    above: Sequence[AboveRow] = ()

    def __post_init__(self) -> None:
        taken = {column.header for column in self.run_columns}
        strange = dict.fromkeys(
            header for row in self.rows for header in row if header not in taken
        )
        if strange:
            raise InternalError(
                f"The table {self.table.name} takes no values for {', '.join(strange)}.",
                "A run writes no column of that name there.",
                "Please report it.",
            )

    @property
    def run_columns(self) -> tuple[Column, ...]:
        """The columns that the run writes."""
        return run_columns(self.columns or self.table.columns)


class WorkbookPort(Protocol):
    """A workbook that can be read and written by table."""

    @property
    def name(self) -> str:
        """Its file name, for messages."""
        ...

    def has_table(self, table: Table) -> bool:
        """Say whether `table` is there under its own name."""
        ...

    def find_table(self, table: Table) -> TableData | None:
        """Return the rows of `table`, found by name, else by its marks; None if it is not there.

        :raises TableMissingError: if two plain sheets have the marks, or one that has the name of
            the table's sheet has not.
        :raises ColumnError: if a required column is missing or a header stands there twice.
        """
        ...

    def read_table(self, table: Table) -> TableData:
        """Return the rows of `table` as `find_table` does.

        :raises TableMissingError: if it is not there, or cannot be told from others.
        :raises ColumnError: if a required column is missing or a header stands there twice.
        """
        ...

    def write_table(self, content: TableContent) -> Sequence[Row]:
        """Replace the run's columns of a table.

        Return the old rows whose key is gone and in which the user had written something, with
        their key and the user's values: they have no place in the table any more.

        :raises TableMissingError: if the workbook has no table of that name.
        :raises ColumnError: if the user's cells cannot follow because a key column is missing.
        :raises WorkbookError: if the rows would run into other cells below the table.
        """
        ...

    def put_pictures(
        self, sheet: str, pictures: Sequence[Picture], *, keep: Collection[str] = ()
    ) -> None:
        """Show exactly these pictures of ours on `sheet`, one below the other.

        A picture whose name is there already keeps its place and size, unless the first of all is
        new. Pictures of ours that are not among them go, but for those whose names are in `keep`.

        :raises WorkbookError: if there is no such sheet.
        """
        ...

    def selected(self) -> tuple[str, tuple[Area, ...]]:
        """Return the sheet that is in front, and its selected cells.

        :raises WorkbookError: if something else than cells is selected.
        """
        ...

    def save(self) -> None:
        """Make everything written durable, or leave the workbook as it was.

        :raises WorkbookLockedError: if it may not be written now.
        """
        ...
