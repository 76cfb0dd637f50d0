"""Texts of VBA source: literals, several that are joined over lines as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_ONE = r'"(?:[^"\n]|"")*"'
_JOINED = re.compile(rf"{_ONE}(?:[ \t]*&[ \t]*_\r?\n[ \t]*{_ONE})*")
_PIECE = re.compile(_ONE)


def literals(code: str) -> Iterator[str]:
    """Return the texts of all literals outside comments."""
    for found in _JOINED.finditer(_without_comments(code)):
        yield _text(found[0])


def replaced(code: str, expression: Callable[[str], str | None]) -> str:
    """Return source in which the expression of a literal's text stands for it, if it has one."""
    return _JOINED.sub(lambda found: expression(_text(found[0])) or found[0], code)


def _without_comments(code: str) -> str:
    return "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("'"))


def _text(joined: str) -> str:
    return "".join(piece[1:-1].replace('""', '"') for piece in _PIECE.findall(joined))
