"""Equations of web pages, spelled out where their shape says what their letters do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: What stands before, between and behind the parts of a form.
_SIGNS = {
    "mfrac": ("(", ")/(", ")"),
    "msup": ("", "^(", ")"),
    "msub": ("", "_(", ")"),
    "msubsup": ("", "_(", ")^(", ")"),
    "msqrt": ("√(", ")"),
    "mroot": ("√(", ")_(", ")"),
    "munder": ("", "_(", ")"),
    "mover": ("", "^(", ")"),
    "munderover": ("", "_(", ")^(", ")"),
}
_ROWS = {"mtable": "; ", "mtr": ", "}


def spell_out(page: HtmlElement) -> None:
    """Put the signs for fractions, powers, indices and roots between the parts of equations."""
    for equation in page.iter("math"):
        for element in equation.iter(*_SIGNS):
            _spell_out(element)
        for rows in equation.iter(*_ROWS):
            for part in list(rows)[:-1]:
                part.tail = _ROWS[str(rows.tag)]


def _spell_out(element: HtmlElement) -> None:
    before, *between, behind = _SIGNS[str(element.tag)]
    element.text = before
    parts = list(element)
    for part, sign in zip(parts, between, strict=False):
        part.tail = sign
    if parts:
        parts[-1].tail = behind
