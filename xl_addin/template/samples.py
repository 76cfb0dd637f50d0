"""The sample rows of the template, from CSV files beside it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.pov import POV
from xl_addin.sheets.settings import SETTING_ROWS, SETTINGS
from xl_addin.workbook.columns import Kind, Table
from xl_addin.workbook.port import CellValue

_FILES = {FBQ.name: "sample_questions.csv", POV.name: "sample_povs.csv"}
_NUMBERS: tuple[Kind, ...] = ("integer", "weight")

SampleRow = Mapping[str, CellValue]


def sample_rows(table: Table, folder: Path) -> list[SampleRow]:
    """Return the rows that a table of the template starts with; one blank row where it has none."""
    if table is SETTINGS:
        return [
            {"Setting": row.name, "Value": row.default, "Meaning": row.meaning}
            for row in SETTING_ROWS
        ]
    if table.name not in _FILES:
        return [{}]
    kinds = {column.header: column.kind for column in table.columns}
    with (folder / _FILES[table.name]).open(encoding="utf-8-sig", newline="") as file:
        return [
            {header: _value(text, kinds[header]) for header, text in row.items()}
            for row in csv.DictReader(file)
        ]


def _value(text: str, kind: Kind) -> CellValue:
    if kind not in _NUMBERS or not text:
        return text or None
    number = float(text)
    return int(number) if number.is_integer() else number
