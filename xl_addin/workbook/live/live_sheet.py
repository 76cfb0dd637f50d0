"""One sheet of a workbook that is open in Excel: blocks of cells in and out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from worker.errors import WorkbookError
from xl_addin.workbook.areas import Area, address, common
from xl_addin.workbook.cell_kinds import UNNAMED_ERROR
from xl_addin.workbook.cells import (
    NEWER_ERRORS,
    clean_text,
    plain_value,
    typed_text,
    writable_value,
)
from xl_addin.workbook.formulas import moved_text
from xl_addin.workbook.live import excel_objects
from xl_addin.workbook.live.busy import patiently
from xl_addin.workbook.live.pieces import Block, Piece, cut, is_computed
from xl_addin.workbook.port import CellValue, Formula, Writable

if TYPE_CHECKING:
    import xlwings

_ROWS_AT_A_TIME = 10_000

#: Seconds for the rest of a block of which a part stands in the sheet already.
_TO_FINISH = 30.0


@dataclass(frozen=True)
class LiveCell:
    """A cell as read, with the row it stood in; a value is as Excel gave it, dates included.

    `error` is the name of an error value that is no formula's.
    """

    value: object
    formula: str | None
    row: int
    error: str | None = None

    @property
    def has_content(self) -> bool:
        """Say whether anything stands in it."""
        return any(part is not None for part in (self.formula, self.value, self.error))

    def typed(self, row: int) -> object:
        """Return what to type so that the cell stands in another row."""
        if self.formula is not None:
            return f"={moved_text(self.formula, self.row, row)}"
        if self.error is not None:
            return self.error
        return _typed(self.value)


class LiveSheet:
    """A sheet that is open in Excel, read and written in blocks of cells."""

    def __init__(self, sheet: xlwings.Sheet) -> None:
        self.sheet = sheet

    @property
    def name(self) -> str:
        """Its name."""
        return str(patiently(lambda: self.sheet.name))

    def range(self, area: Area) -> xlwings.Range:
        """Return the cells of an area."""
        return self.sheet.range((area.top, area.left), (area.bottom, area.right))

    def tables(self) -> list[xlwings.main.Table]:
        """Return the named tables that stand on it."""
        return patiently(lambda: [*self.sheet.tables])

    # Reading

    def used(self) -> Area:
        """Return the area that has cells at all."""
        return Area.parse(str(patiently(lambda: self.sheet.used_range.address)))

    def raw(self, area: Area) -> list[list[object]]:
        """Return the values of an area as Excel gives them, error values as their names.

        On macOS an error is an empty cell: xlwings 0.37.8 fails when it is asked for the name.
        """
        return self._values(area, errors_as_text=sys.platform != "darwin")

    def _values(self, area: Area, *, errors_as_text: bool) -> list[list[object]]:
        reading = {"ndim": 2, **({"err_to_str": True} if errors_as_text else {})}
        rows = patiently(lambda: self.range(area).options(**reading).value)
        return [[_known(value, errors_as_text) for value in row] for row in rows]

    def rows(self, area: Area) -> Iterator[tuple[CellValue, ...]]:
        """Yield the rows of an area as plain values, errors as their names.

        Where Excel does not tell the name of an error (on macOS), it is `#ERROR!`. Not more than
        some thousand rows are asked for at a time: a table may go on to the end of the sheet.
        """
        for piece in _pieces(area):
            yield from self._plain_rows(piece)

    def _plain_rows(self, area: Area) -> Iterator[tuple[CellValue, ...]]:
        values = self.raw(area)
        if sys.platform == "darwin":
            told = _shaped(patiently(lambda: self.range(area).raw_value), area)
            for row, line in zip(values, told, strict=True):
                row[:] = [
                    UNNAMED_ERROR if excel_objects.is_no_value(there) else value
                    for value, there in zip(row, line, strict=True)
                ]
        return (tuple(plain_cell(value) for value in row) for row in values)

    def last_row(self, area: Area) -> int:
        """Return a row of an area below which nothing stands, at most some thousand too low."""
        seen = common(area, self.used())
        pieces = [*_pieces(seen)] if seen else []
        while len(pieces) > 1 and not any(map(_is_filled, self.raw(pieces[-1]))):
            pieces.pop()
        return pieces[-1].bottom if pieces else area.top

    def cells(self, area: Area) -> list[list[LiveCell]]:
        """Return the cells of an area with their formulas."""
        blocks = self._values(area, errors_as_text=False), self._formulas(area)
        return [
            [_cell(value, text, number) for value, text in zip(values, texts, strict=True)]
            for number, values, texts in zip(area.rows, *blocks, strict=True)
        ]

    def _formulas(self, area: Area) -> list[list[str]]:
        """Return what stands in the formula bar for each cell.

        Excel gives no block in which a text is longer than about 8,200 characters: such a block is
        taken apart, and what is left of it in the end is text and no formula.
        """
        try:
            return _texts(patiently(lambda: self.range(area).formula), area)
        except WorkbookError as error:
            if error.retryable:
                raise
        if len(area.rows) > 1:
            upper, lower = _halves(area)
            return self._formulas(upper) + self._formulas(lower)
        if len(area.columns) > 1:
            cells = [replace(area, left=column, right=column) for column in area.columns]
            return [[self._formulas(cell)[0][0] for cell in cells]]
        return [[""]]

    def merged(self, area: Area) -> list[str]:
        """Return the merged ranges that meet `area`."""
        # Excel answers for a whole area at once: False means that no cell of it is merged.
        if patiently(lambda: self.range(area).merge_cells) is False:
            return []
        if len(area.rows) > 1:
            upper, lower = _halves(area)
            return list(dict.fromkeys(self.merged(upper) + self.merged(lower)))
        if len(area.columns) > 1:
            middle = (area.left + area.right) // 2
            left, right = replace(area, right=middle), replace(area, left=middle + 1)
            return list(dict.fromkeys(self.merged(left) + self.merged(right)))
        merged = patiently(lambda: self.range(area).merge_area.address)
        return [str(merged).replace("$", "")]

    def first_content(self, area: Area, outside: Area) -> str | None:
        """Return the address of the first cell with content in `area` but not in `outside`.

        Both have the same upper left corner.
        """
        used = self.used()
        strips = (
            replace(area, left=outside.right + 1),
            replace(area, top=outside.bottom + 1, right=min(outside.right, area.right)),
        )
        found = [
            (row, column)
            for strip in strips
            if (seen := common(strip, used))
            for row, line in zip(seen.rows, self.cells(seen), strict=True)
            for column, cell in zip(seen.columns, line, strict=True)
            if cell.has_content
        ]
        return address(*min(found)) if found else None

    def holds(self, area: Area, block: Block) -> bool:
        """Say whether what is ready to be typed into an area stands there already."""
        # Values first: in most writes the first of them differs, and formulas are not read at all.
        return all(
            is_computed(value) or _same(_typed(there), value)
            for there, value in _pairs(self.raw(area), block)
        ) and all(
            _same(cell.typed(cell.row), value) for cell, value in _pairs(self.cells(area), block)
        )

    # Writing

    def check_writable(self, book: str) -> None:
        """Make sure that cells may be changed.

        :raises WorkbookError: if the sheet is protected.
        """
        if excel_objects.is_protected(self.sheet):
            raise WorkbookError(
                f"The sheet {self.name} of '{book}' is protected.",
                "While it is open, Excel lets nobody change its cells.",
                f"Unprotect {self.name} (Review, Unprotect Sheet) and run again.",
            )

    def type_block(self, area: Area, block: Block) -> None:
        """Fill an area with values that are ready to be typed, in as few calls as they allow.

        What has begun is waited for longer, so that no row has cells of two.
        """
        patience = None
        for piece in cut(area, block):
            patiently(partial(self._type, piece), patience)
            patience = _TO_FINISH

    def _type(self, piece: Piece) -> None:
        if piece.is_computed:
            self.range(piece.area).formula = piece.block
        else:
            self.range(piece.area).value = piece.block

    def wipe(self, area: Area) -> None:
        """Take contents and looks of cells that are not needed any more; notes on them stay."""
        patiently(lambda: self.range(area).clear_contents())
        patiently(lambda: self.range(area).clear_formats())

    def fit_heights(self, area: Area) -> None:
        """Make rows as high as their texts need; hidden ones, which that would show, stay so."""
        hidden = excel_objects.are_hidden(patiently(lambda: self.range(area)))
        if hidden is False:
            patiently(lambda: self.range(area).rows.autofit())
        elif hidden is None and len(area.rows) > 1:
            for half in _halves(area):
                self.fit_heights(half)

    def repeat_look(self, area: Area) -> None:
        """Let all rows of an area look like its first one."""
        first = replace(area, bottom=area.top)
        patiently(lambda: self.range(first).autofill(self.range(area), "fill_formats"))

    def width(self, column: int) -> float | None:
        """Return the width of a column; None where the engine does not tell."""
        try:
            return patiently(lambda: self.sheet.range((1, column)).column_width)
        except NotImplementedError:
            return None

    def set_width(self, column: int, width: float) -> None:
        """Set the width of a column in characters."""

        def widen() -> None:
            self.sheet.range((1, column)).column_width = width

        patiently(widen)

    def set_format(self, area: Area, number_format: str, wrapped: bool) -> None:
        """Set how cells show their values."""

        def shape() -> None:
            cells = self.range(area)
            cells.number_format = number_format
            cells.wrap_text = wrapped

        patiently(shape)


def ready(value: Writable) -> object:
    """Return a value of the run's as it is typed into a cell."""
    if isinstance(value, Formula):
        return f"={clean_text(value.text).removeprefix('=')}"
    plain = writable_value(value)
    if isinstance(plain, str):
        return typed_text(plain)
    # Excel knows one kind of number; a long integer would be refused.
    return float(plain) if isinstance(plain, int) and not isinstance(plain, bool) else plain


def plain_cell(value: object) -> CellValue:
    """Return a value of Excel's as tables are read: whole numbers as int, dates as ISO text."""
    return value if isinstance(value, str) else plain_value(value)


def _typed(value: object) -> object:
    return typed_text(value) if isinstance(value, str) else value


def _same(there: object, value: object) -> bool:
    return there == value and isinstance(there, bool) == isinstance(value, bool)


def _pairs(there: Sequence[Sequence[Any]], block: Block) -> Iterator[tuple[Any, object]]:
    for line, row in zip(there, block, strict=True):
        yield from zip(line, row, strict=True)


def _known(value: object, errors_as_text: bool) -> object:
    """Return a value as all others are: amounts of money come as decimals, new errors as numbers.

    No other number is an int: Excel's own are floats.
    """
    if isinstance(value, int) and value in NEWER_ERRORS:
        return NEWER_ERRORS[value] if errors_as_text else None
    return float(value) if isinstance(value, Decimal) else value


def _cell(value: object, text: str, row: int) -> LiveCell:
    """Return a cell with this value, and this text in the formula bar.

    Text that only looks like a formula, or an error value, is its own value.
    """
    if text.startswith("=") and text != value:
        return LiveCell(value, text[1:], row)
    if text.startswith("#") and not isinstance(value, str):
        return LiveCell(None, None, row, error=text)
    return LiveCell(value, None, row)


def _texts(block: object, area: Area) -> list[list[str]]:
    return [["" if value is None else str(value) for value in row] for row in _shaped(block, area)]


def _shaped(block: object, area: Area) -> Sequence[Sequence[object]]:
    """Return what Excel gave row by row: a single cell or row comes without its outer shells."""
    if not isinstance(block, (list, tuple)):
        block = [[block]]
    elif not isinstance(block[0], (list, tuple)):
        block = [block] if len(area.rows) == 1 else [[value] for value in block]
    return block


def _is_filled(row: Sequence[object]) -> bool:
    return any(value is not None for value in row)


def _pieces(area: Area) -> Iterator[Area]:
    for top in range(area.top, area.bottom + 1, _ROWS_AT_A_TIME):
        yield replace(area, top=top, bottom=min(top + _ROWS_AT_A_TIME - 1, area.bottom))


def _halves(area: Area) -> tuple[Area, Area]:
    middle = (area.top + area.bottom) // 2
    return replace(area, bottom=middle), replace(area, top=middle + 1)
