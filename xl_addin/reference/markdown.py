"""Markdown of the pages: headings and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def page(title: str, *parts: str) -> str:
    """Return a page of lines, which says at its top what has made it."""
    made = "<!-- Made by: python -m xl_addin.reference -->"
    return "\n".join((made, f"# {title}", "", *parts)).rstrip("\n") + "\n"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, and an empty one before it."""
    yield from ("", _line(headers), "|---" * len(headers) + "|")
    yield from map(_line, rows)


def code(text: str) -> str:
    """Return a text as code; nothing stays nothing."""
    return text and f"`{text}`"


def _line(cells: Sequence[str]) -> str:
    return "|" + "|".join(f" {_escaped(cell)} " if cell else " " for cell in cells) + "|"


def _escaped(cell: str) -> str:
    return cell.replace("|", r"\|").replace("*", r"\*")
