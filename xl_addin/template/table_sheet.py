"""A sheet with a title, a note and one table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from openpyxl.utils import get_column_letter
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from xl_addin.language.language import Say
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.settings import SETTING_ROWS, SETTINGS
from xl_addin.template.cell_styles import (
    BAND,
    EXPLANATION,
    HEADER,
    INPUT,
    OUTPUT,
    TITLE,
    CellStyles,
)
from xl_addin.template.samples import SampleRow
from xl_addin.workbook.areas import LAST_ROW
from xl_addin.workbook.cells import row_height
from xl_addin.workbook.columns import NUMBER_FORMATS, Column, Table

#: Rows counted from 0, as XlsxWriter does; two free rows lie between the note and the header.
TITLE_ROW, NOTE_ROW, ABOVE_ROWS, HEADER_ROW = 0, 1, (2, 3), 4

_TITLE_HEIGHT, _HEADER_HEIGHT, _POV_TEXT_HEIGHT, _GAP = 28, 32, 110, 4
_NOTE_WIDTH = 110
_A4, _A3 = 9, 8
_A4_WIDTH = 190
INPUT_TAB, OUTPUT_TAB = "#F2B233", BAND
_EYE_CATCHING = {"bg_color": "#FFEB9C", "font_color": "#7F6000"}  # those of the style Neutral
_WRAPPED = ("wrapped", "any")
_CENTRED = ("integer", "weight")  # a number at the right edge runs into the text beside it


def add_table_sheet(
    workbook: Workbook,
    styles: CellStyles,
    table: Table,
    rows: Sequence[SampleRow],
    say: Say = str,
) -> Worksheet:
    """Add the sheet of `table` with these rows."""
    sheet = workbook.add_worksheet(table.sheet)
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column.width, None, {"hidden": column.hidden})
    widths = [column.width for column in table.columns]
    write_title(sheet, styles, say(table.title), say(table.note), widths)
    if table.family:
        _prepare_above(sheet, styles)
    else:
        for row in ABOVE_ROWS:
            sheet.set_row(row, _GAP)
    write_table(sheet, styles, table, rows, HEADER_ROW, say)
    _add_eye_catchers(workbook, sheet, table, len(rows))
    sheet.set_row(HEADER_ROW, _HEADER_HEIGHT)
    sheet.freeze_panes(HEADER_ROW + 1, table.frozen)
    is_input = any(column.required for column in table.columns)
    sheet.set_tab_color(INPUT_TAB if is_input else OUTPUT_TAB)
    _set_pages(workbook, sheet, table, say)
    return sheet


def _set_pages(workbook: Workbook, sheet: Worksheet, table: Table, say: Say) -> None:
    wide = bool(table.family) or sum(column.width for column in table.printed) > _A4_WIDTH
    set_print(sheet, say, wide=wide, pages=(2, 0) if table.family else (1, 0))
    sheet.repeat_rows(HEADER_ROW)
    if len(table.printed) < len(table.columns):
        # XlsxWriter would write whole columns, of which openpyxl warns whoever reads them.
        area = f"{table.sheet}!$A$1:${get_column_letter(len(table.printed))}${LAST_ROW}"
        workbook.define_name(f"{table.sheet}!_xlnm.Print_Area", f"={area}")


def _add_eye_catchers(workbook: Workbook, sheet: Worksheet, table: Table, rows: int) -> None:
    """Colour the cells of columns that stand out, where something stands in them."""
    colours = workbook.add_format(_EYE_CATCHING)
    for position, column in enumerate(table.columns):
        if column.stands_out:
            first = HEADER_ROW + 1
            filled = f'={xl_rowcol_to_cell(first, position, col_abs=True)}<>""'
            rule = {"type": "formula", "criteria": filled, "format": colours}
            sheet.conditional_format(first, position, HEADER_ROW + rows, position, rule)


def write_title(
    sheet: Worksheet, styles: CellStyles, title: str, note: str, widths: Sequence[float]
) -> None:
    """Write title and note; the note has as many columns as make a readable line."""
    sheet.set_row(TITLE_ROW, _TITLE_HEIGHT)
    sheet.write_string(TITLE_ROW, 0, title, styles.format(TITLE))
    sums = list(accumulate(widths))
    last = next((i for i, width in enumerate(sums) if width >= _NOTE_WIDTH), len(sums) - 1)
    explanation = styles.format(EXPLANATION, text_wrap=True)
    sheet.merge_range(NOTE_ROW, 0, NOTE_ROW, last, note, explanation)
    sheet.set_row(NOTE_ROW, row_height([(note, sums[last])]) + 3)


def write_table(
    sheet: Worksheet,
    styles: CellStyles,
    table: Table,
    rows: Sequence[SampleRow],
    header_row: int,
    say: Say = str,
) -> None:
    """Write header and rows of a table, its dropdowns, and make it a ListObject."""
    first, last = header_row + 1, header_row + len(rows)
    for number, row in enumerate(rows, start=first):
        texts = []
        for position, column in enumerate(table.columns):
            value = row.get(column.header)
            sheet.write(number, position, value, _cell_format(styles, column))
            if column.kind in _WRAPPED:
                texts.append((str(value or ""), column.width))
        sheet.set_row(number, row_height(texts))
    header = styles.format(HEADER, text_wrap=True, valign="vcenter")
    columns = [{"header": text, "header_format": header} for text in table.headers]
    sheet.add_table(
        header_row, 0, last, len(columns) - 1,
        {"name": table.name, "columns": columns, "style": "Table Style Light 9",
         "autofilter": table is not LAST_RUN},
    )  # fmt: skip
    _add_dropdowns(sheet, table, (first, last), say)


def set_print(sheet: Worksheet, say: Say, *, wide: bool, pages: tuple[int, int] = (1, 0)) -> None:
    """Print landscape, with sheet name and page number.

    :param pages: how many pages across and down; 0 for as many as it takes.
    """
    sheet.set_landscape()
    sheet.set_paper(_A3 if wide else _A4)
    sheet.fit_to_pages(*pages)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(say("&L&A&RPage &P of &N"))


def _cell_format(styles: CellStyles, column: Column) -> Format:
    shape: dict[str, str | int | bool] = {"num_format": NUMBER_FORMATS[column.kind]}
    if column.kind in _WRAPPED:
        shape["text_wrap"] = True
    if column.kind == "any":
        shape["align"] = "left"
    if column.choices or column.kind in _CENTRED:
        shape["align"] = "center"
    return styles.format(INPUT if column.owner == "user" else OUTPUT, **shape)


def _prepare_above(sheet: Worksheet, styles: CellStyles) -> None:
    """Shape the rows that take the text and the weight of each point of view."""
    text, weight = ABOVE_ROWS
    upright = styles.format(EXPLANATION, rotation=90, text_wrap=True, valign="bottom", font_size=8)
    sheet.set_row(text, _POV_TEXT_HEIGHT, upright)
    sheet.set_row(weight, None, styles.format(EXPLANATION, num_format="0.0#", align="right"))


def _add_dropdowns(sheet: Worksheet, table: Table, rows: tuple[int, int], say: Say) -> None:
    first, last = rows
    for position, column in enumerate(table.columns):
        if column.choices:
            _add_dropdown(sheet, (first, position, last, position), column.choices, say)
    if table is SETTINGS:
        position = table.headers.index("Value")
        for number, row in enumerate(SETTING_ROWS, start=first):
            if row.choices:
                _add_dropdown(sheet, (number, position, number, position), row.choices, say)


def _add_dropdown(
    sheet: Worksheet, area: tuple[int, int, int, int], choices: Sequence[str], say: Say
) -> None:
    rule = {
        "validate": "list",
        "source": list(choices),
        "error_title": say("Not in the list"),
        "error_message": say(f"Choose one of: {', '.join(choices)}. Or leave the cell empty."),
    }
    sheet.data_validation(*area, rule)
