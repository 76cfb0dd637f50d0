"""Formulas that move from cell to cell."""

from __future__ import annotations

from xl_addin.workbook.areas import address


def escaped(header: str) -> str:
    """Escape what has a meaning inside a structured reference."""
    return "".join(f"'{mark}" if mark in "[]#'@" else mark for mark in header)


def column_reference(table: str, header: str) -> str:
    """Return a structured reference to a column of a table."""
    return f"{table}[{escaped(header)}]"


def moved_text(text: str, old_row: int, new_row: int) -> str:
    """Return a formula (without `=`) whose references followed it to another row."""
    if old_row == new_row:
        return text
    return translated(text, address(old_row, 1), address(new_row, 1))


def translated(text: str, origin: str, place: str) -> str:
    """Return a formula (without `=`) of the cell `origin` as it would read in the cell `place`.

    One whose references would point off the sheet, or that cannot be read, stays as it is.
    """
    from openpyxl.formula.tokenizer import TokenizerError  # here: see `areas`
    from openpyxl.formula.translate import Translator, TranslatorError

    try:
        return str(Translator(f"={text}", origin).translate_formula(place))[1:]
    except (TranslatorError, TokenizerError):
        return text
