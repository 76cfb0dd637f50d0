"""A workbook that a stand-in for Excel has open."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook.defined_name import DefinedName

from tests.excel.model.languages import ENGLISH, Language
from tests.excel.model.pictures import ShownPicture
from tests.excel.model.references import Shift
from tests.excel.model.sheet import ModelSheet
from tests.excel.model.typed import Refused
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import Picture


class ModelBook:
    """An open workbook: `workbook` is openpyxl's, `path` its file on the disk."""

    def __init__(self, path: Path, language: Language = ENGLISH) -> None:
        self.path, self.language = path, language
        self.is_read_only = False
        self.is_saved, self.changes = True, 0
        self.workbook = _load(path)
        computed = _load(path, data_only=True)
        self._sheets = {
            name: ModelSheet(self, self.workbook[name], computed[name])
            for name in self.workbook.sheetnames
        }

    @property
    def name(self) -> str:
        """Its file name."""
        return self.path.name

    def sheets(self) -> list[ModelSheet]:
        """Return its sheets in their order."""
        return [*self._sheets.values()]

    def sheet(self, name: str) -> ModelSheet:
        """Return a sheet by its name, in capitals or not.

        :raises Refused: if there is none.
        """
        for known, sheet in self._sheets.items():
            if known.casefold() == name.casefold():
                return sheet
        raise Refused("Subscript out of range")

    def names(self) -> dict[str, str]:
        """Return the defined names of the workbook, each with its formula."""
        return {name: f"={item.attr_text}" for name, item in self.workbook.defined_names.items()}

    def define(self, name: str, formula: str) -> None:
        """Let a name stand for a formula."""
        if not formula.startswith("="):
            raise Refused("The stand-in for Excel defines names by formulas alone.")
        self.workbook.defined_names[name] = DefinedName(name, attr_text=formula[1:])
        self.note_change()

    def note_change(self) -> None:
        """Remember that something was changed."""
        self.is_saved = False
        self.changes += 1

    def follow(self, shift: Shift) -> None:
        """Let formulas and names refer to cells that were moved."""
        for sheet in self.sheets():
            sheet.follow(shift)
        for name, formula in self.names().items():
            moved = shift.formula(formula, shift.sheet if "!" not in formula else "")
            self.workbook.defined_names[name].attr_text = moved[1:]

    def save(self) -> None:
        """Write it to its file; pictures stay here."""
        self._write(self.path)
        self.is_saved = True

    def save_copy(self, path: Path) -> None:
        """Write it to another file, with the pictures that are ours: openpyxl names none."""
        self._write(path)
        copy = FileBook.open(path)
        for sheet in self.sheets():
            if sheet.pictures:
                copy.put_pictures(sheet.name, [*map(_picture, sheet.pictures)])
        copy.save()

    def _write(self, path: Path) -> None:
        for sheet in self.sheets():
            sheet.rules.store(sheet.cells)
        self.workbook.save(path)


def _picture(shown: ShownPicture) -> Picture:
    return Picture(shown.name, shown.png, shown.alt_text, shown.title)


def _load(path: Path, **how: Any) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, **how)
