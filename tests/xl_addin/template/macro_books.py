"""Small workbooks with our macros, until and beside the real template."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from xlsxwriter import Workbook

from xl_addin.template.macros import (
    WORKBOOK_CODE_NAME,
    add_macros,
    own_modules,
    sheet_code_name,
)
from xl_addin.template.ribbon import add_ribbon, buttons
from xl_addin.template.vba.vba_module import Module
from xl_addin.template.vba.vba_project import vba_project
from xl_addin.workbook.file.package import Package

STAND_INS = Path(__file__).with_name("stand_ins")

Sheets = Mapping[str, Sequence[Sequence[object]]]

JOBS_HEAD = ["Job", "What", "State", "Done", "Of", "ETA", "Message"]
POV_ROWS = [["Use", "POV", "ID", "Weight"], ["yes", "sea", "P1", 1], ["no", "hills", "P2", -2]]
TEXT_ROWS = [["", "Chunk"], ["", "one", "", "sea"], ["", "two", "", "hills"], ["", ""], ["", 4]]


def _write(workbook: Workbook, sheets: Sheets) -> None:
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def macro_book(sheets: Sheets | None = None) -> bytes:
    """Return a workbook with the macros and the ribbon of the template."""
    buffer = io.BytesIO()
    workbook = Workbook(buffer)
    workbook.set_properties({"created": dt.datetime(2026, 1, 1)})
    _write(workbook, sheets or {"Start": [], "POV": [], "xlwings.conf": []})
    add_macros(workbook)
    workbook.close()
    package = Package.read(buffer.getvalue(), "test.xlsm")
    add_ribbon(package)
    return package.to_bytes()


def probe_book(
    jobs: Sequence[Sequence[object]] = (), seconds: int = 1, patience: int = 0, **control: str
) -> bytes:
    """Return a workbook whose macros LibreOffice can run: stand-ins for Excel and for xlwings.

    The tick comes every `seconds`: oftener than in earnest, so that tests need not wait long.
    `patience` ticks wait for the job of a click, as on macOS.
    """
    settings = {
        "Ready": "yes", "Wizard": "", "Python": "", "NewState": "", "Bridge": "", "WholeTable": "",
        "Known": "", "Table": "", "Copying": "", "Interpreter": "", "Answer": "",
        "Question": "",
    }  # fmt: skip
    sheets: dict[str, Sequence[Sequence[object]]] = {
        "tblJobs": [JOBS_HEAD, *jobs],
        "tblPOV": POV_ROWS,
        "Texts": TEXT_ROWS,
        "Log": [],
        "Control": [[name, control.get(name, usual)] for name, usual in settings.items()],
    }
    return book_of(
        sheets, probe_modules([sheet_code_name(name) for name in sheets], seconds, patience)
    )


def probe_modules(code_names: list[str], seconds: int, patience: int = 0) -> list[Module]:
    """Return our modules, with stand-ins for what LibreOffice lacks and entries for tests."""
    probe = Template((STAND_INS / "Probe.bas").read_text()).substitute(callbacks=_callbacks())
    return [
        *(_timed(m, seconds, patience) for m in own_modules(code_names) if m.name != "BonsaiExcel"),
        Module("BonsaiExcel", "standard", (STAND_INS / "BonsaiExcel.bas").read_text()),
        Module("xlwings", "standard", (STAND_INS / "xlwings.bas").read_text()),
        Module("Bridge", "class", (STAND_INS / "Bridge.cls").read_text()),
        Module("Probe", "standard", probe),
    ]


def _timed(module: Module, seconds: int, patience: int) -> Module:
    constant = "SECONDS_BETWEEN As Long = "
    source = module.source.replace(f"{constant}2", f"{constant}{seconds}")
    source = source.replace("PATIENCE As Long = 0", f"PATIENCE As Long = {patience}")
    return Module(module.name, module.kind, source)


def _callbacks() -> str:
    names = [button.callback for button in buttons()]
    cases = "\n".join(f'        Case "{name}": BonsaiRibbon.{name} Nothing' for name in names)
    return (
        "Public Function Click(callback As String) As String\n"
        "    On Error GoTo failed\n"
        f"    Select Case callback\n{cases}\n    End Select\n"
        '    Click = "done"\n    Exit Function\n'
        'failed:\n    Click = "failed: " & Err.Description\n'
        "End Function"
    )


def book_of(sheets: Sheets, modules: Sequence[Module]) -> bytes:
    """Return a workbook with these sheets and modules."""
    buffer = io.BytesIO()
    workbook = Workbook(buffer)
    _write(workbook, sheets)
    for sheet in workbook.worksheets():
        sheet.set_vba_name(sheet_code_name(sheet.get_name()))
    workbook.set_vba_name(WORKBOOK_CODE_NAME)
    workbook.add_vba_project(io.BytesIO(vba_project(modules)), is_stream=True)
    workbook.close()
    return buffer.getvalue()
