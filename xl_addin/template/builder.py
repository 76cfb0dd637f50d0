"""Builds the template workbook from the layout."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from xlsxwriter import Workbook

from xl_addin.template import TEMPLATE_NAME, templates_folder
from xl_addin.template.cell_styles import CellStyles
from xl_addin.template.samples import sample_rows
from xl_addin.template.start_sheet import StartSheet
from xl_addin.template.table_sheet import OUTPUT_TAB, add_table_sheet, set_print, write_title
from xl_addin.workbook import layout
from xl_addin.workbook.package import Package

# A fixed date: the same layout must give the same bytes.
_CREATED = dt.datetime(2026, 1, 1)
_HEATMAP_WIDTHS = [8.43] * 13
_HEATMAP_SCALE = 76  # per cent: the widest picture on a page; fitting would ignore page breaks


def build_template(target: Path, samples: Path | None = None) -> None:
    """Write the template to `target`, with the sample rows of the folder `samples`.

    The same layout and samples give the same bytes.
    """
    target.write_bytes(template_bytes(samples or templates_folder()))


def template_bytes(samples: Path) -> bytes:
    """Return the template as the bytes of a workbook."""
    buffer = io.BytesIO()
    workbook = Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": "BONSAI for Excel", "created": _CREATED})
    styles = CellStyles(workbook)
    tables = {table.sheet: table for table in layout.TABLES if table is not layout.LAST_RUN}
    for sheet in layout.SHEETS:
        if sheet == layout.LAST_RUN.sheet:
            StartSheet(workbook, styles).write()
        elif sheet == layout.HEATMAP_SHEET:
            _add_heatmap_sheet(workbook, styles)
        else:
            table = tables[sheet]
            add_table_sheet(workbook, styles, table, sample_rows(table, samples))
    workbook.close()
    package = Package.read(buffer.getvalue(), TEMPLATE_NAME)
    styles.name_in(package)
    return package.to_bytes()


def _add_heatmap_sheet(workbook: Workbook, styles: CellStyles) -> None:
    sheet = workbook.add_worksheet(layout.HEATMAP_SHEET)
    write_title(sheet, styles, layout.HEATMAP_SHEET, layout.HEATMAP_NOTE, _HEATMAP_WIDTHS)
    sheet.set_tab_color(OUTPUT_TAB)
    sheet.hide_gridlines(2)
    set_print(sheet, wide=False)
    sheet.set_print_scale(_HEATMAP_SCALE)
