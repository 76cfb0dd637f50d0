"""The macros of the template: our modules, those of xlwings, and the code of each document.

A builder calls `add_macros` when all sheets are there, and `ribbon.add_ribbon` on the finished
package.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from xlsxwriter import Workbook

from worker.errors import InternalError, PackageMissingError
from xl_addin.language.language import Say
from xl_addin.template.ribbon import MODULE as RIBBON_MODULE
from xl_addin.template.ribbon import ribbon_module
from xl_addin.template.vba.vba_module import Module
from xl_addin.template.vba.vba_project import vba_project
from xl_addin.template.vba.vba_text import spoken, vba_source
from xl_addin.template.worksheet_functions import MODULE as FUNCTIONS_MODULE
from xl_addin.template.worksheet_functions import functions_module

#: The template works with this version alone: its macros load a library named after it.
XLWINGS_VERSION = "0.37.8"

WORKBOOK_CODE_NAME = "ThisWorkbook"
OWN_MODULES = (
    "BonsaiActions", "BonsaiTick", "BonsaiClock", "BonsaiJobs", "BonsaiBridge", "BonsaiExcel",
    "BonsaiWords",
)  # fmt: skip


def sheet_code_name(sheet: str) -> str:
    """Return the name under which macros know a sheet."""
    return "sh" + re.sub(r"\W", "", sheet, flags=re.ASCII)


def own_modules(sheet_code_names: Sequence[str], say: Say = str) -> list[Module]:
    """Return the modules that we wrote, with an empty one for each sheet."""
    return [
        Module(WORKBOOK_CODE_NAME, "workbook", vba_source("ThisWorkbook.cls")),
        *(Module(name, "sheet") for name in sheet_code_names),
        Module(RIBBON_MODULE, "standard", spoken(ribbon_module(), say)),
        Module(FUNCTIONS_MODULE, "standard", spoken(functions_module(), say)),
        *(Module(name, "standard", spoken(vba_source(f"{name}.bas"), say)) for name in OWN_MODULES),
    ]


def macro_modules(sheet_code_names: Sequence[str], say: Say = str) -> list[Module]:
    """Return all modules of the template.

    :raises PackageMissingError: if xlwings is not installed.
    :raises InternalError: if it is another version than the template is made for.
    """
    return [*own_modules(sheet_code_names, say), *xlwings_modules()]


def xlwings_modules() -> list[Module]:
    """Return the modules that reach Python, as the installed xlwings has them.

    :raises PackageMissingError: if xlwings is not installed.
    :raises InternalError: if it is another version than the template is made for.
    """
    folder = _xlwings_folder()
    code = (folder / "xlwings.bas").read_text(encoding="utf-8")
    version = _version(code)
    if version != XLWINGS_VERSION:
        raise InternalError(
            f"The template cannot be built with xlwings {version}.",
            f"It is made for {XLWINGS_VERSION}, the version that is installed beside Excel.",
            f"Run: pip install xlwings=={XLWINGS_VERSION}",
        )
    dictionary = (folder / "addin" / "Dictionary.cls").read_text(encoding="utf-8")
    return [Module("xlwings", "standard", code), Module("Dictionary", "class", dictionary)]


def installed_xlwings_version() -> str:
    """Return the version that the macros of the installed xlwings state.

    :raises PackageMissingError: if xlwings is not installed.
    """
    return _version((_xlwings_folder() / "xlwings.bas").read_text(encoding="utf-8"))


def _version(code: str) -> str:
    found = re.search(r'XLWINGS_VERSION As String = "([^"]+)"', code)
    return found[1] if found else "of unknown version"


def _xlwings_folder() -> Path:
    # Found, not imported: the import reads settings and, on Windows, starts COM.
    spec = find_spec("xlwings")
    if spec is None or spec.origin is None:
        raise PackageMissingError(
            "The package xlwings is not installed.",
            "The template takes the macros that reach Python from it.",
            f"Run: pip install xlwings=={XLWINGS_VERSION}",
        )
    return Path(spec.origin).parent


def add_macros(workbook: Workbook, say: Say = str) -> None:
    """Give a workbook its macros, which say their texts by `say`.

    Call it when all its sheets are there, before it is closed.

    :raises PackageMissingError: if xlwings is not installed.
    :raises InternalError: if it is another version than the template is made for.
    """
    code_names = []
    for sheet in workbook.worksheets():
        code_names.append(sheet_code_name(sheet.get_name()))
        sheet.set_vba_name(code_names[-1])
    workbook.set_vba_name(WORKBOOK_CODE_NAME)
    project = vba_project(macro_modules(code_names, say))
    workbook.add_vba_project(io.BytesIO(project), is_stream=True)
