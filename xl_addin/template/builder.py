"""The template workbook, built from what its sheets say of themselves."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from xlsxwriter import Workbook

from xl_addin.jobs import SHEETS
from xl_addin.language.language import ENGLISH, Language, Say
from xl_addin.sheets.heatmap import PictureSheet
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.shipped_files import TEMPLATE_NAME, templates_folder
from xl_addin.template.cell_styles import CellStyles
from xl_addin.template.macros import add_macros
from xl_addin.template.ribbon import add_ribbon
from xl_addin.template.samples import sample_rows
from xl_addin.template.start_sheet import StartSheet
from xl_addin.template.table_sheet import OUTPUT_TAB, add_table_sheet, set_print, write_title
from xl_addin.workbook.file.package import Package

# A fixed date: the same sheets must give the same bytes.
_CREATED = dt.datetime(2026, 1, 1)
XLWINGS_SHEET = "xlwings.conf"
_XLWINGS_SETTINGS = {
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    "USE UDF SERVER": "True",  # one Python for all calls: its models stay warm
    "SHOW CONSOLE": "False",
    "SHOW_ERROR_POPUPS": "True",
}
_PICTURE_WIDTHS = [8.43] * 13
_PICTURE_SCALE = 76  # per cent: the widest picture on a page; fitting would ignore page breaks


def build_template(target: Path, samples: Path | None = None, language: Language = ENGLISH) -> None:
    """Write the template to `target`, with the sample rows of the folder `samples`.

    A name that ends in .xlsm gives one with ribbon and macros. The same sheets and samples give
    the same bytes.
    """
    macros = target.suffix == ".xlsm"
    folder = samples or templates_folder()
    target.write_bytes(template_bytes(folder, macros=macros, language=language))


def template_bytes(samples: Path, *, macros: bool, language: Language = ENGLISH) -> bytes:
    """Return the template as the bytes of a workbook, with ribbon and macros or without.

    :raises PackageMissingError: if xlwings is not installed, whose macros are taken along.
    """
    buffer = io.BytesIO()
    workbook = Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False})
    return finish_template(workbook, buffer, samples, macros=macros, language=language)


def finish_template(
    workbook: Workbook,
    buffer: io.BytesIO,
    samples: Path,
    *,
    macros: bool,
    language: Language = ENGLISH,
) -> bytes:
    """Add everything to a workbook, which may hold other sheets already, and return its bytes.

    :param buffer: where `workbook` writes when it is closed.
    """
    workbook.set_properties({"title": "BONSAI for Excel", "created": _CREATED})
    styles, say = CellStyles(workbook), language.say
    for sheet in SHEETS:
        if sheet is LAST_RUN:
            StartSheet(workbook, styles, say).write(has_ribbon=macros)
        elif isinstance(sheet, PictureSheet):
            _add_picture_sheet(workbook, styles, sheet, say)
        else:
            add_table_sheet(workbook, styles, sheet, sample_rows(sheet, samples, language), say)
    if macros:
        _add_xlwings_sheet(workbook)
        add_macros(workbook, say)
    workbook.close()
    package = Package.read(buffer.getvalue(), TEMPLATE_NAME)
    styles.name_in(package)
    if macros:
        add_ribbon(package, say)
    return package.to_bytes()


def _add_xlwings_sheet(workbook: Workbook) -> None:
    """Say how the macros reach Python; which Python is for the user's own xlwings.conf to say."""
    sheet = workbook.add_worksheet(XLWINGS_SHEET)
    for row, (key, value) in enumerate(_XLWINGS_SETTINGS.items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.hide()


def _add_picture_sheet(
    workbook: Workbook, styles: CellStyles, pictures: PictureSheet, say: Say
) -> None:
    sheet = workbook.add_worksheet(pictures.sheet)
    write_title(sheet, styles, say(pictures.sheet), say(pictures.note), _PICTURE_WIDTHS)
    sheet.set_tab_color(OUTPUT_TAB)
    sheet.hide_gridlines(2)
    set_print(sheet, say, wide=False)
    sheet.set_print_scale(_PICTURE_SCALE)
