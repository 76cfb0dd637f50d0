"""Defined names of a workbook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.excel.com.excel_object import ExcelList, ExcelObject
from tests.excel.model.typed import Refused

if TYPE_CHECKING:
    from tests.excel.com.workbooks import Workbook

_NAME = re.compile(r"[^\W\d][\w.\\]{0,254}|\\[\w.\\]*")
_CELL = re.compile(r"[A-Z]{1,3}\d+|R\d*C\d*|[RC]", re.IGNORECASE)
_SHEET = re.compile(
    r"=(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?"
)


class Name(ExcelObject):
    """A name and what it stands for."""

    def __init__(self, book: Workbook, name: str) -> None:
        super().__init__(book._application)
        self._book, self._name = book, name

    @property
    def Name(self) -> str:
        return self._name

    @property
    def RefersTo(self) -> str:
        return self._book._model.names()[self._name]

    @RefersTo.setter
    def RefersTo(self, value: str) -> None:
        _define(self._book, self._name, value)


class Names(ExcelList):
    """The names of a workbook."""

    _missing = "The name that you entered is not valid."

    def __init__(self, book: Workbook) -> None:
        super().__init__(book._application)
        self._book = book

    def _members(self) -> dict[str, ExcelObject]:
        return {name: Name(self._book, name) for name in self._book._model.names()}

    def Add(self, Name: str, RefersTo: str) -> ExcelObject:
        if not _NAME.fullmatch(Name) or _CELL.fullmatch(Name):
            raise Refused("The syntax of this name isn't correct.")
        _define(self._book, Name, RefersTo)
        return self.Item(Name)


def _define(book: Workbook, name: str, formula: str) -> None:
    """Let a name stand for cells, of which alone the stand-in knows."""
    place = _SHEET.fullmatch(formula)
    if not place:
        raise Refused("There's a problem with this formula.")
    book._model.sheet((place[1] or place[2]).replace("''", "'"))
    book._model.define(name, formula)
