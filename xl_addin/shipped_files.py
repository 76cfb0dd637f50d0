"""The template workbook and what is shipped beside it: samples and the evaluation world."""

from __future__ import annotations

from pathlib import Path

TEMPLATE_NAME = "bonsai"
SUFFIXES = (".xlsx", ".xlsm")


def templates_folder() -> Path:
    """Return the folder of all of them, in a wheel or in a source checkout."""
    package = Path(__file__).resolve().parent
    shipped = package / "shipped"
    return shipped if shipped.is_dir() else package.parent / "templates"


def template_path(suffix: str = ".xlsx") -> Path:
    """Return the ready-made template workbook: .xlsm has ribbon and macros, .xlsx has neither."""
    return templates_folder() / f"{TEMPLATE_NAME}{suffix}"
