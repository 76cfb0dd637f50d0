"""The template workbook and what is shipped beside it: samples and the evaluation world."""

from __future__ import annotations

from pathlib import Path

TEMPLATE_NAME = "bonsai"
SUFFIXES = (".xlsx", ".xlsm")
_ENGLISH = "en"


def templates_folder() -> Path:
    """Return the folder of all of them, in a wheel or in a source checkout."""
    package = Path(__file__).resolve().parent
    shipped = package / "shipped"
    return shipped if shipped.is_dir() else package.parent / "templates"


def in_language(name: str, language: str) -> str:
    """Return the name of a file in a language: `bonsai.ja.xlsx` is `bonsai.xlsx` in Japanese."""
    stem, dot, ending = name.rpartition(".")
    return name if language == _ENGLISH else f"{stem}.{language}{dot}{ending}"


def template_path(suffix: str = ".xlsx", language: str = _ENGLISH) -> Path:
    """Return the ready-made template workbook: .xlsm has ribbon and macros, .xlsx has neither."""
    return templates_folder() / in_language(f"{TEMPLATE_NAME}{suffix}", language)
