"""Equations of Office as one line of text: F=4500 N, (a+b)/2, x_1^2, √(x)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
#: Of equations, and of words between them in Word and PowerPoint.
_TEXTS = (
    f"{MATH}t",
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t",
    "{http://schemas.openxmlformats.org/drawingml/2006/main}t",
)


def math_text(equation: Element) -> str:
    """Return an equation as it would be typed on one line."""
    return " ".join(_linear(equation).split())


def _linear(element: Element | None) -> str:
    if element is None or not isinstance(element.tag, str):
        return ""
    if element.tag in _TEXTS:
        return element.text or ""
    written = _FORMS.get(element.tag.removeprefix(MATH), _inside)
    return written(element)


def _inside(element: Element) -> str:
    return "".join(_linear(child) for child in element)


def _part(element: Element, name: str) -> str:
    return _linear(element.find(f"{MATH}{name}")).strip()


def _sign(element: Element, name: str, usual: str) -> str:
    """Return a sign that the properties of an element name; an empty one is none at all."""
    told = element.find(f"{MATH}{element.tag.rpartition('}')[2]}Pr/{MATH}{name}")
    return usual if told is None else told.get(f"{MATH}val", "")


def _grouped(text: str) -> str:
    """Put brackets around what would otherwise run into its neighbours."""
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def _fraction(element: Element) -> str:
    return f"{_grouped(_part(element, 'num'))}/{_grouped(_part(element, 'den'))} "


def _scripts(element: Element) -> str:
    base, scripts = _part(element, "e"), _low_and_high(element)
    return scripts + base if element.tag == f"{MATH}sPre" else _grouped(base) + scripts


def _low_and_high(element: Element) -> str:
    low, high = _part(element, "sub"), _part(element, "sup")
    return (f"_{_grouped(low)}" if low else "") + (f"^{_grouped(high)}" if high else "")


def _root(element: Element) -> str:
    degree = _part(element, "deg")
    return (f"{degree}√" if degree else "√") + f"({_part(element, 'e')})"


def _nary(element: Element) -> str:
    return f"{_sign(element, 'chr', '∫')}{_low_and_high(element)} {_part(element, 'e')}"


def _brackets(element: Element) -> str:
    parts = [_linear(part).strip() for part in element.findall(f"{MATH}e")]
    between = _sign(element, "sepChr", "|")
    inside = between.join(parts)
    return _sign(element, "begChr", "(") + inside + _sign(element, "endChr", ")")


def _function(element: Element) -> str:
    return f"{_part(element, 'fName')} {_part(element, 'e')}"


def _limit(element: Element) -> str:
    mark = "_" if element.tag == f"{MATH}limLow" else "^"
    return f"{_part(element, 'e')}{mark}{_grouped(_part(element, 'lim'))}"


def _matrix(element: Element) -> str:
    rows = [row.findall(f"{MATH}e") for row in element.findall(f"{MATH}mr")]
    return "; ".join(", ".join(_linear(cell).strip() for cell in row) for row in rows)


def _lines(element: Element) -> str:
    return "; ".join(_linear(line).strip() for line in element.findall(f"{MATH}e"))


_FORMS = {
    "f": _fraction,
    "sSub": _scripts,
    "sSup": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts,
    "rad": _root,
    "nary": _nary,
    "d": _brackets,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "m": _matrix,
    "eqArr": _lines,
}
