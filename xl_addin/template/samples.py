"""The sample rows of the template, from CSV files beside it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xl_addin.language.language import ENGLISH, Language
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.pov import POV
from xl_addin.sheets.settings import SETTING_ROWS, SETTINGS
from xl_addin.sheets.settings.language import LANGUAGE
from xl_addin.sheets.settings.setting import Setting
from xl_addin.shipped_files import in_language
from xl_addin.workbook.columns import Kind, Table
from xl_addin.workbook.port import CellValue

_FILES = {FBQ.name: "sample_questions.csv", POV.name: "sample_povs.csv"}
_NUMBERS: tuple[Kind, ...] = ("integer", "weight")

SampleRow = Mapping[str, CellValue]


def sample_rows(table: Table, folder: Path, language: Language = ENGLISH) -> list[SampleRow]:
    """Return the rows that a table of the template starts with; one blank row where it has none."""
    if table is SETTINGS:
        return [
            {
                "Setting": row.name,
                "Value": language.name if _names(row, language) else row.default,
                "Meaning": language.say(row.meaning),
            }
            for row in SETTING_ROWS
        ]
    if table.name not in _FILES:
        return [{}]
    kinds = {column.header: column.kind for column in table.columns}
    path = folder / in_language(_FILES[table.name], language.name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {header: _value(text, kinds[header]) for header, text in row.items()}
            for row in csv.DictReader(file)
        ]


def _names(row: Setting[Any], language: Language) -> bool:
    """Say whether a setting names the language of the workbook; an English one follows its user."""
    return row is LANGUAGE and language is not ENGLISH


def _value(text: str, kind: Kind) -> CellValue:
    if kind not in _NUMBERS or not text:
        return text or None
    number = float(text)
    return int(number) if number.is_integer() else number
