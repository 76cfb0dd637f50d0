"""The part of one sheet: its cells, rows, columns and size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element
from openpyxl.utils import coordinate_to_tuple

from xl_addin.workbook.areas import LAST_COLUMN, LAST_ROW, Area, RowColumn, address
from xl_addin.workbook.cells import LINE_HEIGHT, clean_text, escape_text, writable_value
from xl_addin.workbook.file.cell_places import placed_cells, row_number
from xl_addin.workbook.file.formula_parts import move_formula, write_out_shared
from xl_addin.workbook.file.markup import (
    SHEET_ORDER,
    SPACE,
    children,
    drop,
    insert_in_order,
    q,
    set_children,
)
from xl_addin.workbook.port import CellValue, Formula, Writable

_USUAL_WIDTH = 8.43
_CONTENT = (q("v"), q("f"), q("is"))


@dataclass(frozen=True)
class CellCopy:
    """A copy of a cell, with the place it stood at."""

    element: Element
    row: int
    column: int

    @property
    def formula(self) -> str | None:
        """Its formula without `=`, if it has one."""
        return self.element.findtext(q("f")) or None

    @property
    def has_content(self) -> bool:
        """Say whether anything stands in it."""
        return any(child.tag in _CONTENT for child in self.element)


class SheetPart:
    """A view on the XML of a sheet; changes go into the tree it was given.

    `formulas_changed` tells that a formula came, went or moved.
    """

    def __init__(self, root: Element) -> None:
        self.root = root
        self.formulas_changed = False
        self._data = _sheet_data(root)
        self._rows: dict[int, Element] = {}
        self._cells: dict[RowColumn, Element] = {}
        self._index()

    def _index(self) -> None:
        """Find every row and cell; of two that say they stand in one place the last counts."""
        number = 0
        cells: dict[int, dict[int, Element]] = {}
        for row in children(self._data, "row"):
            number = row_number(row, number)
            self._rows.setdefault(number, row)
            cells.setdefault(number, {}).update(placed_cells(row))
        _put_in_order(self._data, self._rows)
        for number, row in self._rows.items():
            row.set("r", str(number))
            _put_in_order(row, cells[number])
            for column, cell in cells[number].items():
                cell.set("r", address(number, column))
                self._cells[number, column] = cell

    # Cells

    def has_content(self, row: int, column: int) -> bool:
        """Say whether anything stands in a cell."""
        cell = self._cells.get((row, column))
        return cell is not None and any(child.tag in _CONTENT for child in cell)

    def formula(self, row: int, column: int) -> str | None:
        """Return the formula of a cell without `=`, if it has one."""
        cell = self._cells.get((row, column))
        return None if cell is None else cell.findtext(q("f")) or None

    def first_content(self, area: Area, outside: Area) -> str | None:
        """Return the address of the first cell with content in `area` but not in `outside`."""
        found = sorted(
            place
            for place in self._cells
            if area.has(*place) and not outside.has(*place) and self.has_content(*place)
        )
        return address(*found[0]) if found else None

    def last_used_row(self) -> int:
        """Return the number of the lowest row with content; 0 on an empty sheet."""
        return max((row for row, column in self._cells if self.has_content(row, column)), default=0)

    def places(self, area: Area) -> list[RowColumn]:
        """Return row and column of each cell that is there in `area`."""
        return [place for place in self._cells if area.has(*place)]

    def last_row(self) -> int:
        """Return the number of the lowest row with cells; 0 on an empty sheet."""
        return max((row for row, _ in self._cells), default=0)

    def style(self, row: int, column: int) -> int:
        """Return the style that a cell has, or that Excel would give it when it is made."""
        cell = self._cells.get((row, column))
        if cell is not None:
            return int(cell.get("s") or 0)
        line = self._rows.get(row)
        if line is not None and line.get("customFormat") in ("1", "true"):
            return int(line.get("s") or 0)
        span = self._span(column)
        return int(span.get("style") or 0) if span is not None else 0

    def put(self, row: int, column: int, value: Writable, style: int) -> None:
        """Set value and style of a cell. Text stays text, whatever it looks like."""
        self._drop_content(row, column)
        cell = self._ensure_cell(row, column)
        cell.set("s", str(style))
        if isinstance(value, Formula):
            etree.SubElement(cell, q("f")).text = clean_text(value.text).removeprefix("=")
            self.formulas_changed = True
        else:
            _fill(cell, writable_value(value))

    def empty(self, row: int, column: int) -> None:
        """Take the content of a cell and leave its style."""
        self._drop_content(row, column)

    def remove(self, row: int, column: int) -> None:
        """Take a cell away, style and all."""
        self._drop_content(row, column)
        cell = self._cells.pop((row, column), None)
        if cell is not None:
            self._rows[row].remove(cell)

    def lift(self, row: int, column: int) -> CellCopy | None:
        """Return a copy of a cell that can be laid down elsewhere; None where there is none."""
        cell = self._cells.get((row, column))
        return None if cell is None else CellCopy(deepcopy(cell), row, column)

    def lay(self, lifted: CellCopy, row: int, column: int) -> None:
        """Put a lifted cell down; the references of its formula move with its row."""
        self.remove(row, column)
        cell = self._ensure_cell(row, column)
        copy = deepcopy(lifted.element)
        for name, text in copy.attrib.items():
            cell.set(str(name), str(text))
        cell.set("r", address(row, column))
        cell.extend(copy)
        for formula in children(cell, "f"):
            move_formula(formula, lifted.row, row)
            self.formulas_changed = True

    def unshare_formulas(self) -> None:
        """Write shared formulas out, so that each cell can be moved or replaced alone."""
        write_out_shared(self._cells.values())

    def _drop_content(self, row: int, column: int) -> None:
        cell = self._cells.get((row, column))
        if cell is None:
            return
        self.formulas_changed |= cell.find(q("f")) is not None
        set_children(cell)
        for name in ("t", "cm", "vm"):
            drop(cell, name)

    def _ensure_cell(self, row: int, column: int) -> Element:
        if (row, column) not in self._cells:
            line = self._ensure_row(row)
            cell = etree.Element(q("c"), r=address(row, column))
            _insert(line, cell, column, _column)
            drop(line, "spans")
            self._cells[row, column] = cell
        return self._cells[row, column]

    def _ensure_row(self, number: int) -> Element:
        if number not in self._rows:
            row = etree.Element(q("row"), r=str(number))
            _insert(self._data, row, number, _row)
            self._rows[number] = row
        return self._rows[number]

    # Rows and columns

    def default_height(self) -> float:
        """Return the height in points of a row that was left as it is."""
        return float(self._format("defaultRowHeight") or LINE_HEIGHT)

    def set_height(self, number: int, height: float | None) -> None:
        """Set the height of a row in points, or give it back to Excel."""
        if height is None and number not in self._rows:
            return
        row = self._ensure_row(number)
        for name in ("ht", "customHeight"):
            drop(row, name)
        if height is not None:
            row.set("ht", f"{height:g}")
            row.set("customHeight", "1")

    def show(self, number: int) -> None:
        """Bring a hidden row into sight."""
        if number in self._rows:
            drop(self._rows[number], "hidden")

    def width(self, column: int) -> float:
        """Return the width of a column in characters."""
        span = self._span(column)
        width = span.get("width") if span is not None else None
        return float(width or self._format("defaultColWidth") or _USUAL_WIDTH)

    def set_width(self, column: int, width: float) -> None:
        """Set the width of one column, whatever span of columns it was described in."""
        columns = self.root.find(q("cols"))
        if columns is None:
            columns = etree.Element(q("cols"))
            insert_in_order(self.root, columns, SHEET_ORDER)
        span = self._span(column)
        if span is None:
            span = etree.Element(q("col"))
            firsts = [int(str(item.get("min"))) for item in columns]
            columns.insert(sum(first < column for first in firsts), span)
        else:
            _split(span, column)
        for name, value in (("min", column), ("max", column), ("width", f"{width:g}")):
            span.set(name, str(value))
        span.set("customWidth", "1")

    def hide_column(self, column: int) -> None:
        """Take a column that has a width of its own out of sight."""
        span = self._span(column)
        if span is not None:
            span.set("hidden", "1")

    def _span(self, column: int) -> Element | None:
        for span in children(self.root.find(q("cols")), "col"):
            if int(str(span.get("min"))) <= column <= int(str(span.get("max"))):
                return span
        return None

    def _format(self, name: str) -> str | None:
        found = self.root.find(q("sheetFormatPr"))
        return None if found is None else found.get(name)

    # The sheet as a whole

    def break_page_above(self, row: int) -> None:
        """Begin a new printed page at a row."""
        breaks = next(children(self.root, "rowBreaks"), None)
        if breaks is None:
            breaks = etree.Element(q("rowBreaks"))
            insert_in_order(self.root, breaks, SHEET_ORDER)
        known = {int(item.get("id", "0")): item for item in breaks}
        known[row - 1] = etree.Element(q("brk"), id=str(row - 1), max="16383", man="1")
        breaks[:] = [known[number] for number in sorted(known)]
        breaks.set("count", str(len(known)))
        breaks.set("manualBreakCount", str(len(known)))

    def merged(self, area: Area) -> list[str]:
        """Return the merged ranges that meet `area`."""
        ranges = (str(item.get("ref")) for item in children(self.root.find(q("mergeCells")), "*"))
        return [text for text in ranges if (found := Area.find(text)) and found.meets(area)]

    def refresh_dimension(self) -> None:
        """State the used range of the sheet."""
        found = self.root.find(q("dimension"))
        if found is not None and self._cells:
            rows, columns = zip(*self._cells, strict=True)
            found.set("ref", str(Area(min(rows), min(columns), max(rows), max(columns))))

    def forget_filter_mode(self) -> None:
        """Drop the mark that rows are hidden by a filter, unless the sheet's own one hides some."""
        if any(len(own) for own in children(self.root, "autoFilter")):
            return
        for properties in children(self.root, "sheetPr"):
            drop(properties, "filterMode")


def _sheet_data(root: Element) -> Element:
    data = root.find(q("sheetData"))
    if data is None:
        data = etree.Element(q("sheetData"))
        insert_in_order(root, data, SHEET_ORDER)
    return data


def _put_in_order(parent: Element, numbered: Mapping[int, Element]) -> None:
    """Let `parent` have these children by their numbers, once each, before all others."""
    tags = {child.tag for child in numbered.values()}
    wanted = [numbered[number] for number in sorted(numbered)]
    wanted += [child for child in parent if child.tag not in tags]
    if list(parent) != wanted:
        set_children(parent, wanted)


def _fill(cell: Element, value: CellValue) -> None:
    if value is None:
        return
    if isinstance(value, str):
        cell.set("t", "inlineStr")
        text = etree.SubElement(etree.SubElement(cell, q("is")), q("t"))
        text.text = escape_text(value)
        text.set(SPACE, "preserve")
    elif isinstance(value, bool):
        cell.set("t", "b")
        etree.SubElement(cell, q("v")).text = str(int(value))
    else:
        number = value if isinstance(value, int) else float(value)
        etree.SubElement(cell, q("v")).text = repr(number)


def _split(span: Element, column: int) -> None:
    """Leave `span` to one column; its neighbours get copies of it."""
    first, last = int(str(span.get("min"))), int(str(span.get("max")))
    if first < column:
        before = deepcopy(span)
        before.set("max", str(column - 1))
        span.addprevious(before)
    if last > column:
        after = deepcopy(span)
        after.set("min", str(column + 1))
        span.addnext(after)


def _insert(
    parent: Element, child: Element, number: int, number_of: Callable[[Element], int]
) -> None:
    """Put a child where its number belongs: mostly the end. lxml finds the last one at once.

    To count children, or to find one by its index, takes it longer the more there are.
    """
    for other in parent.iterchildren(reversed=True):
        if number_of(other) <= number:
            other.addnext(child)
            return
    parent.insert(0, child)


def _row(element: Element) -> int:
    return int(element.get("r") or LAST_ROW + 1)


def _column(element: Element) -> int:
    reference = element.get("r")
    return coordinate_to_tuple(reference)[1] if reference else LAST_COLUMN + 1
