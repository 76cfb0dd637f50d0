"""Workbooks as users have them: the template, and the original notebooks' plain files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from xl_addin.books import new_book

FBQ_HEADERS = [
    "QInitial",
    *(f"FBQA{n}" for n in range(1, 6)),
    *(f"FBQB{n}" for n in range(1, 6)),
    "FBQ_A",
    "FBQ_B",
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A fresh template workbook."""
    path = tmp_path / "my book.xlsx"
    new_book(path)
    return path


@pytest.fixture
def plain_book(tmp_path: Path) -> Callable[[str, Sequence[str], Sequence[Sequence[object]]], Path]:
    """Write a workbook of one plain sheet, as pandas leaves it."""

    def write(name: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
        workbook = openpyxl.Workbook()
        for row in (headers, *rows):
            workbook.active.append(list(row))
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write


def fbq_row(text: str, a: object = 1, b: object = 4) -> list[object]:
    """One row of the original file: the variants are called after their column."""
    return [text, *(f"{text} {header}?" for header in FBQ_HEADERS[1:11]), a, b]
