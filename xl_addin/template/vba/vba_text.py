"""Text of our own VBA modules: files beside this one, and values put into them."""

from __future__ import annotations

from pathlib import Path
from string import Template

FOLDER = Path(__file__).resolve().parent


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
