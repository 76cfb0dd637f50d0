"""Text of our own VBA modules: files beside this one, and values put into them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from string import Template
from textwrap import wrap

from xl_addin.language.vba_literals import replaced

FOLDER = Path(__file__).resolve().parent

_CODES_A_LINE = 800  # four digits a character; VBA reads lines of 1,023 characters


def vba_source(file_name: str) -> str:
    """Return the text of one of our VBA files."""
    return (FOLDER / file_name).read_text(encoding="ascii")


def vba_module_text(file_name: str, **values: str) -> str:
    """Return one of our VBA files with its `$names` replaced by `values`."""
    return Template(vba_source(file_name)).substitute(values)


def vba_string(text: str) -> str:
    """Return `text` as a VBA literal."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def spoken(code: str, say: Callable[[str], str]) -> str:
    """Return a module whose texts, literals of several words, are said in a language."""

    def expression(text: str) -> str | None:
        said = say(text) if " " in text.strip() else text
        return None if said == text else vba_expression(said)

    return replaced(code, expression)


def vba_expression(text: str) -> str:
    """Return what gives `text` in VBA, whose source is plain ASCII."""
    if text.isascii():
        return vba_string(text)
    codes = text.encode("utf-16-be").hex().upper()
    lines = " & _\n        ".join(map(vba_string, wrap(codes, _CODES_A_LINE)))
    return f"BonsaiWords.Decoded({lines})"
