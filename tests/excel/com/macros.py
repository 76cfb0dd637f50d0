"""The way from a macro into Python, call by call as in xlwings.bas and in our BonsaiBridge.bas."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from tests.excel.com.com_types import CDispatch

FUNCTIONS = "xl_addin.functions"


def run_python(xlwings: ModuleType, this_workbook: CDispatch, command: str) -> None:
    """Run a command as `RunCommand` does, with the server that also answers formulas.

    The last line of what it raises would be shown in a box.
    """
    server = xlwings.com_server.XLPython()
    module = server.Module("xlwings._xlwindows")
    server.SetAttr(module, "BOOK_CALLER", this_workbook._oleobj_)
    server.Exec(command)


def call_function(
    xlwings: ModuleType, this_workbook: CDispatch, caller: CDispatch, name: str, *arguments: object
) -> Any:
    """Ask for the value of a formula as `CallPython` does, in plain values, from a cell."""
    server = xlwings.com_server.XLPython()
    pointers = this_workbook._oleobj_, caller._oleobj_
    return server.CallUDF(FUNCTIONS, name, arguments, *pointers)
