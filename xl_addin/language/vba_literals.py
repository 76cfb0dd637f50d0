"""Texts of VBA source: literals, several that are joined over lines as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_ONE = r'"(?:[^"\n]|"")*"'
_JOINED = re.compile(rf"{_ONE}(?:[ \t]*&[ \t]*_\r?\n[ \t]*{_ONE})*")
_PIECE = re.compile(_ONE)


def literals(code: str) -> Iterator[str]:
    """Return the texts of all literals outside comments."""
    for line in _JOINED.finditer(without_comments(code)):
        yield _text(line[0])


def replaced(code: str, said: Callable[[str], str]) -> str:
    """Return source in which an expression from `said` stands for each literal it changes."""
    return _JOINED.sub(lambda found: said(found[0]), code)


def text_of(literal: str) -> str:
    """Return the text that a literal, or several that are joined, stand for."""
    return _text(literal)


def without_comments(code: str) -> str:
    """Return source without lines that are comments."""
    return "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("'"))


def _text(joined: str) -> str:
    return "".join(piece[1:-1].replace('""', '"') for piece in _PIECE.findall(joined))
