"""The macro template with a sheet of the user's own that holds everything users put into one."""

from __future__ import annotations

import io
from pathlib import Path

from xlsxwriter import Workbook

from tests.xl_addin.workbook.samples import png
from xl_addin.shipped_files import templates_folder
from xl_addin.template.builder import finish_template


def write_rich(path: Path) -> Path:
    """Write that workbook."""
    buffer = io.BytesIO()
    workbook = Workbook(buffer, {"use_future_functions": True})
    _fill(workbook)
    path.write_bytes(finish_template(workbook, buffer, templates_folder(), macros=True))
    return path


def _fill(workbook: Workbook) -> None:
    sheet = workbook.add_worksheet("Mine")
    sheet.write_row("A1", [3, 1, 2])
    sheet.write_dynamic_array_formula("A3", "=SORT(A1:C1,1,1,TRUE)", value=1)
    sheet.write_rich_string("A5", "plain ", workbook.add_format({"bold": True}), "bold", " end")
    sheet.write_comment("A1", "my comment")
    sheet.insert_textbox("E1", "my text box")
    sheet.insert_image("E12", "mine.png", {"image_data": io.BytesIO(png())})
    sheet.add_sparkline("D1", {"range": "Mine!A1:C1"})
    sheet.conditional_format("A1:C1", {"type": "data_bar", "data_bar_2010": True})
    chart = workbook.add_chart({"type": "column"})
    chart.add_series({"values": "=Mine!$A$1:$C$1"})
    sheet.insert_chart("A12", chart)
    sheet.protect("", {"objects": True})
    hidden = workbook.add_worksheet("Secret")
    hidden.write("A1", "hidden")
    hidden.very_hidden()
