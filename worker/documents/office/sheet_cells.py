"""The cells of a sheet by its content, however far apart they lie."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import COL_TAG, HEADER_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from worker.documents.losses import Loss, Losses
from worker.documents.office.print_margins import margin_lines
from worker.documents.office.shown_values import shown
from worker.documents.tables.table_header import Row

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
#: Cells whose values are checked, and which may say what to enter; newer ones stand apart.
_CHECKED = frozenset({f"{_MAIN}dataValidation", f"{_X14}dataValidation"})
_UNSOLVED = Loss(
    "1 formula{names} has no value in the file: open it in Excel and save it to have it read.",
    "{count} formulas{names} have no value in the file: open it in Excel and save it to have them "
    "read.",
)
_ERROR = Loss(
    "1 cell holds an error{names} and is left out.",
    "{count} cells hold errors{names} and are left out.",
)
_DAMAGED = Loss(
    "1 cell{names} is damaged and left out.", "{count} cells{names} are damaged and left out."
)
_CUT = Loss(
    "1 sheet{names} is damaged, and read up to that place.",
    "{count} sheets{names} are damaged, and read up to those places.",
)
#: XML that ends or is in no encoding, a part that is torn, a row that is nowhere.
BROKEN = (SyntaxError, BadZipFile, zlib.error, EOFError, LookupError, ValueError)
_COLUMNS = 5  # hidden ones that are named


@dataclass
class SheetCells:
    """The cells of one sheet; `losses` takes those that have no value."""

    sheet: Any  # a ReadOnlyWorksheet, of which openpyxl keeps to itself what is needed here
    losses: Losses
    # Once the rows are taken: whether the sheet ends in damage, and what stands beside its cells.
    cut: bool = False
    beside: tuple[str, ...] = ()
    _hidden_rows: int = 0
    _hidden_columns: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold anything, in their order.

        openpyxl's own rows are as wide and as many as the farthest cell wants them.
        """
        with self.sheet._get_source() as content:
            parser = _Parser(self.sheet, content, self.losses)
            try:
                for number, cells in parser.rows():
                    filled = {cell["column"]: self._shown(cell) for cell in cells}
                    filled = {column: text for column, text in filled.items() if text}
                    if filled:
                        yield Row(number, filled)
            except BROKEN:
                self.cut = True
                self.losses.add(_CUT, self.sheet.title)
        self.beside = tuple(dict.fromkeys(parser.beside))
        self._note_hidden(parser)

    def hidden(self) -> list[str]:
        """Say what is read although it is hidden, once the rows are taken."""
        told = []
        if self._hidden_rows:
            rows = "1 hidden row" if self._hidden_rows == 1 else f"{self._hidden_rows} hidden rows"
            told.append(f"with {rows} of {self.sheet.title}")
        if self._hidden_columns:
            names = ", ".join(self._hidden_columns[:_COLUMNS])
            more = len(self._hidden_columns) - _COLUMNS
            several = f"{names} and {more} more" if more > 0 else names
            told.append(f"with hidden columns ({several}) of {self.sheet.title}")
        return told

    def _shown(self, cell: Mapping[str, Any]) -> str:
        if cell["value"] is None or cell["data_type"] == "e":
            return ""
        one = ReadOnlyCell(self.sheet, **cell)
        try:
            number_format = one.number_format or ""
        except IndexError:  # a style that the file does not have
            number_format = ""
        return " ".join(shown(one.value, number_format).split())

    def _note_hidden(self, parser: _Parser) -> None:
        self._hidden_rows = parser.hidden_rows
        for column in parser.column_dimensions.values():
            if column.get("hidden") in ("1", "true"):
                first, last = int(column["min"]), int(column["max"])
                name = get_column_letter(first)
                several = f"{name}–{get_column_letter(last)}" if last > first else name
                self._hidden_columns.append(several)


class _Parser(WorkSheetParser):
    """openpyxl's parser of a sheet, which counts the cells that have no value."""

    def __init__(self, sheet: Any, content: Any, losses: Losses) -> None:  # noqa: ANN401
        book = sheet.parent
        super().__init__(
            content,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        self.hidden_rows = 0
        self.beside: list[str] = []
        self._title = sheet.title
        self._losses = losses
        self._to_be_computed = bool(book.calculation and book.calculation.fullCalcOnLoad)

    def rows(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield numbers and cells of rows, and pass over what openpyxl may refuse beside them."""
        for _, element in iterparse(self.source):
            if element.tag == COL_TAG:
                self.parse_column_dimensions(element)
            elif element.tag == ROW_TAG:
                number, cells = self.parse_row(element)
                yield number, cells
                looks = self.row_dimensions.pop(str(number), {})  # they would fill the memory
                self.hidden_rows += looks.get("hidden") in ("1", "true")
                element.clear()
            elif element.tag == HEADER_TAG:
                self.beside += margin_lines(element)
            elif element.tag in _CHECKED:
                self.beside += _prompt_lines(element)

    def parse_cell(self, element: Element) -> Any:  # noqa: ANN401 - untyped there
        try:
            cell = super().parse_cell(element)
        except (ValueError, IndexError, TypeError):  # no number, or a text that is not there
            self._losses.add(_DAMAGED, f"{self._title}!{element.get('r', '')}")
            return {"row": 0, "column": 0, "value": None, "data_type": "n", "style_id": 0}
        if element.find(f"{_MAIN}f") is not None and self._is_unsolved(cell):
            self._losses.add(_UNSOLVED, f"{self._title}!{element.get('r', '')}")
            cell["value"] = None
        elif cell["data_type"] == "e":
            self._losses.add(_ERROR, str(cell["value"]))
        return cell

    def _is_unsolved(self, formula: Mapping[str, Any]) -> bool:
        """Say whether nobody has computed a formula; the empty text is a value as well.

        Programs that cannot compute store nothing or 0, and ask Excel to do it when it opens them.
        """
        if formula["value"] is None:
            return bool(formula["data_type"] != "str")
        return self._to_be_computed and formula["value"] == 0


def _prompt_lines(cells: Element) -> Iterator[str]:
    """Yield what checked cells say when one of them is chosen."""
    told = (cells.get(each, "") for each in ("promptTitle", "prompt"))
    words = ": ".join(filter(None, (" ".join(each.split()) for each in told)))
    if words:
        yield f"Hint on {cells.get('sqref') or cells.findtext('{*}sqref') or 'cells'}: {words}"
