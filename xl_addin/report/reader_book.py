"""The reader copy as a file: a workbook of values, pictures and links, without macros."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence

from lxml.etree import _Element as Element
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xl_addin.report.sheet_plan import Line, LineName, PlannedCell, SheetPlan
from xl_addin.template.cell_styles import CAPTION, HEADER, HEADING, OUTPUT, CellStyles
from xl_addin.template.table_sheet import NOTE_ROW, set_print, write_title
from xl_addin.workbook.cells import looks_like_formula, row_height, writable_value
from xl_addin.workbook.columns import NUMBER_FORMATS
from xl_addin.workbook.file.package import Package
from xl_addin.workbook.port import Picture

#: By this a reader copy is known as one of ours, which the next may replace.
MARK = "BONSAI reader copy"

_MOST_LINKS = 65_530  # of one sheet: Excel takes no more
_MOVE_FORMAT = "+0;-0;0"
#: XlsxWriter turns the strokes of links to files backwards, which few programs but Excel
#: understand: it is given numbers instead, and the addresses stand in for them afterwards.
_NUMBERED = "document://"


def reader_book(
    sheets: Sequence[SheetPlan], created: dt.datetime, say: Callable[[str], str] = str
) -> bytes:
    """Return the workbook of these sheets; `say` says the numbers of its pages."""
    buffer = io.BytesIO()
    workbook = Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"category": MARK, "created": created})
    styles, places, addresses = CellStyles(workbook), _places(sheets), list[str]()
    for plan in sheets:
        _SheetWriter(workbook, styles, plan, places, addresses).write(say)
    workbook.close()
    package = Package.read(buffer.getvalue(), MARK)
    styles.name_in(package)
    _name_documents(package, addresses)
    return package.to_bytes()


def _places(sheets: Sequence[SheetPlan]) -> Mapping[LineName, str]:
    """Return where each named line will stand, as a link says it."""
    return {
        line.name: f"internal:'{plan.name}'!A{row + 1}"
        for plan in sheets
        for row, line in enumerate(plan.lines, start=_first_row(plan))
        if line.name is not None
    }


def _first_row(plan: SheetPlan) -> int:
    return NOTE_ROW + (3 if plan.has_header else 2)


def _name_documents(package: Package, addresses: Sequence[str]) -> None:
    """Put the address of each document in the place of its number."""
    for part in [part for part in package if part.endswith(".rels") and "worksheets" in part]:
        if any(map(_is_numbered, package.tree(part))):
            for item in filter(_is_numbered, package.edit(part)):
                number = str(item.get("Target")).removeprefix(_NUMBERED)
                item.set("Target", addresses[int(number)])


def _number_format(cell: PlannedCell) -> str:
    return _MOVE_FORMAT if cell.kind == "move" else NUMBER_FORMATS[cell.kind]


def _is_numbered(item: Element) -> bool:
    return str(item.get("Target")).startswith(_NUMBERED)


class _SheetWriter:
    """Writes one sheet from top to bottom."""

    def __init__(
        self,
        workbook: Workbook,
        styles: CellStyles,
        plan: SheetPlan,
        places: Mapping[LineName, str],
        addresses: list[str],
    ) -> None:
        self._sheet: Worksheet = workbook.add_worksheet(plan.name)
        self._styles, self._plan = styles, plan
        self._places, self._addresses = places, addresses
        self._widths = [heading.width for heading in plan.headings]
        self._links = 0
        self._breaks: list[int] = []

    def write(self, say: Callable[[str], str]) -> None:
        """Write title, header and lines, and set up the page."""
        sheet, plan = self._sheet, self._plan
        for column, width in enumerate(self._widths):
            sheet.set_column(column, column, width)
        write_title(sheet, self._styles, plan.name, plan.note, self._widths)
        first = _first_row(plan)
        if plan.has_header:
            header = self._styles.format(HEADER, text_wrap=True, valign="vcenter")
            sheet.write_row(first - 1, 0, [heading.text for heading in plan.headings], header)
            sheet.freeze_panes(first, 0)
            sheet.repeat_rows(first - 1)
        for row, line in enumerate(plan.lines, start=first):
            self._line(row, line)
        sheet.hide_gridlines(2)
        set_print(sheet, say, wide=False)
        sheet.set_h_pagebreaks(self._breaks)

    def _line(self, row: int, line: Line) -> None:
        if line.new_page:
            self._breaks.append(row)
        if line.picture:
            self._picture(row, line.picture, line.scale)
        elif line.look == "row":
            self._cells(row, line.cells)
        else:
            self._band(row, line)

    def _cells(self, row: int, cells: Sequence[PlannedCell]) -> None:
        for column, cell in enumerate(cells):
            self._cell(row, column, cell, self._format(cell))
        sized = zip(cells, self._widths, strict=False)
        self._sheet.set_row(row, row_height([(str(c.value or ""), w) for c, w in sized]))

    def _band(self, row: int, line: Line) -> None:
        """Write one cell across all columns."""
        cell = line.cells[0]
        look = HEADING if line.look == "head" else CAPTION
        shape: dict[str, str | int | bool] = {"text_wrap": True, "valign": "bottom"}
        if line.look == "band":
            shape["bottom"] = 1
        style = self._styles.format(look, **shape)
        self._sheet.merge_range(row, 0, row, len(self._widths) - 1, "", style)
        self._cell(row, 0, cell, style)
        self._sheet.set_row(row, row_height([(str(cell.value), sum(self._widths) * 0.8)]) + 8)

    def _cell(self, row: int, column: int, cell: PlannedCell, style: Format) -> None:
        value = writable_value(cell.value)
        link = self._link(cell)
        if isinstance(value, str) and link:
            self._links += 1
            self._sheet.write_url(row, column, link, style, value)
        elif isinstance(value, str):
            self._sheet.write_string(row, column, value, style)
        else:
            self._sheet.write(row, column, value, style)

    def _link(self, cell: PlannedCell) -> str:
        if self._links >= _MOST_LINKS:
            return ""
        if cell.leads_to is not None:
            return self._places.get(cell.leads_to, "")
        if not cell.address:
            return ""
        self._addresses.append(cell.address)
        return f"{_NUMBERED}{len(self._addresses) - 1}"

    def _format(self, cell: PlannedCell) -> Format:
        shape: dict[str, str | int | bool] = {"num_format": _number_format(cell)}
        if cell.kind == "wrapped":
            shape["text_wrap"] = True
        else:
            shape["align"] = "center"
        if cell.leads_to is not None or cell.address:
            shape |= {"font_color": "#0563C1", "underline": 1}
        if isinstance(cell.value, str) and looks_like_formula(cell.value):
            shape["quote_prefix"] = True
        return self._styles.format(OUTPUT, **shape)

    def _picture(self, row: int, picture: Picture, scale: float) -> None:
        options = {"image_data": io.BytesIO(picture.png), "description": picture.alt_text}
        shape = {"x_scale": scale, "y_scale": scale, "object_position": 1}
        self._sheet.insert_image(row, 0, "heatmap.png", {**options, **shape})
