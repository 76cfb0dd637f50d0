"""The language of a workbook, and a workbook in which the program's own words are said in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from xl_addin.language.catalogue import LANGUAGES, language_named, machine_language
from xl_addin.language.language import Language
from xl_addin.sheets.inputs import setting_cells
from xl_addin.sheets.settings.language import LANGUAGE
from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Table
from xl_addin.workbook.port import (
    AboveRow,
    Formula,
    Picture,
    Row,
    RowValue,
    TableContent,
    TableData,
    WorkbookPort,
    Writable,
)


def book_language(book: WorkbookPort) -> Language:
    """Return the language that a workbook's setting names; the machine's if it names none."""
    name = str(setting_cells(book).get(LANGUAGE.name) or "").strip().lower()
    return language_named(name) if name in LANGUAGES else machine_language()


@dataclass(frozen=True)
class SpokenBook:
    """A workbook to which results are handed in English; it has them in a language.

    Said are columns whose words are the program's own (`Column.says`), cells over a header, and
    what stands with pictures. Texts of documents and of the user stay as they are.
    """

    book: WorkbookPort
    say: Callable[[str], str]

    @property
    def name(self) -> str:
        """Its file name, for messages."""
        return self.book.name

    def has_table(self, table: Table) -> bool:
        """Say whether `table` is there under its own name."""
        return self.book.has_table(table)

    def find_table(self, table: Table) -> TableData | None:
        """Return the rows of `table`, as they stand in the workbook."""
        return self.book.find_table(table)

    def read_table(self, table: Table) -> TableData:
        """Return the rows of `table`, as they stand in the workbook."""
        return self.book.read_table(table)

    def write_table(self, content: TableContent) -> Sequence[Row]:
        """Write a table with its words said."""
        return self.book.write_table(self._said(content))

    def put_pictures(
        self, sheet: str, pictures: Sequence[Picture], *, keep: Collection[str] = ()
    ) -> None:
        """Show pictures with their captions said."""
        said = [
            replace(picture, caption=self.say(picture.caption), alt_text=self.say(picture.alt_text))
            for picture in pictures
        ]
        self.book.put_pictures(sheet, said, keep=keep)

    def selected(self) -> tuple[str, tuple[Area, ...]]:
        """Return the sheet that is in front, and its selected cells."""
        return self.book.selected()

    def save(self) -> None:
        """Save it."""
        self.book.save()

    def _said(self, content: TableContent) -> TableContent:
        spoken = {column.header for column in content.run_columns if column.says}
        return replace(
            content,
            rows=[self._row(row, spoken) for row in content.rows] if spoken else content.rows,
            above=[self._above(row) for row in content.above],
        )

    def _row(self, row: Mapping[str, RowValue], spoken: set[str]) -> dict[str, RowValue]:
        return {
            header: self._said_value(value) if header in spoken else value
            for header, value in row.items()
        }

    def _said_value(self, value: RowValue) -> RowValue:
        if isinstance(value, Formula):
            return value.said(self.say)
        return self.say(value) if isinstance(value, str) else value

    def _above(self, row: AboveRow) -> AboveRow:
        values: dict[str, Writable] = {
            header: self.say(value) if isinstance(value, str) else value
            for header, value in row.values.items()
        }
        return replace(row, values=values)
