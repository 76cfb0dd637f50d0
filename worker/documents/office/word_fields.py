"""Fields of Word: what they are told to show, where that is not among the words of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: Those that stand for words; others number, mark or link something.
_WORDY = frozenset(
    {"ASK", "AUTHOR", "DATE", "DOCPROPERTY", "DOCVARIABLE", "FILLIN", "IF", "INCLUDETEXT",
     "MERGEFIELD", "QUOTE", "REF", "STYLEREF", "SUBJECT", "TIME", "TITLE"}
)  # fmt: skip
#: Two things one above the other: older furigana, with the word itself as the last one.
_ABOVE = re.compile(r"\\o\b.*[,;]\s*([^,;()\\]+)\)\s*$", re.IGNORECASE)
_FRACTION = re.compile(r"\\f\s*\(([^()\\]*)[,;]([^()\\]*)\)", re.IGNORECASE)
_DEPTH = 20  # fields within fields; more are none, and would be looked through again and again
_LONGEST = 1000  # characters of an equation that is taken apart
_SWITCH = re.compile(r"\\[a-z*]+\s*(\d+\s*(?=\())?", re.IGNORECASE)


def instruction_after(begin: Element) -> tuple[str, bool]:
    """Return what a field is told to show, and whether its result stands behind that.

    :param begin: the mark with which the field begins; the others follow in its paragraph.
    """
    words, depth = [], 1
    for mark in _marks_after(begin):
        kind = mark.get(f"{_W}fldCharType")
        if kind == "begin" and depth < _DEPTH:
            depth += 1
        elif kind == "begin":
            break
        elif kind == "end":
            depth -= 1
        elif kind is None and depth == 1:
            words.append(mark.text or "")
        if depth == 0 or (kind == "separate" and depth == 1):
            return "".join(words).strip(), depth == 1
    return "".join(words).strip(), True


def _marks_after(begin: Element) -> Iterator[Element]:
    wanted = (f"{_W}fldChar", f"{_W}instrText")
    yield from begin.itersiblings(*wanted)
    run = begin.getparent()
    for following in [] if run is None else run.itersiblings():
        yield from following.iter(*wanted)


def needs_result(instruction: str) -> bool:
    """Say whether a field stands for words, so that they are lost if it has no result."""
    keyword = instruction.split(None, 1)[0] if instruction.strip() else ""
    return keyword.upper() in _WORDY or keyword.startswith("=")


def equation_of(instruction: str) -> str:
    """Return an equation that is typed into a field as one line; nothing for other fields.

    Older documents write furigana so: of these the word remains, and how it is read is left out.
    """
    keyword, _, formula = instruction.partition(" ")
    if keyword.upper() != "EQ":
        return ""
    if len(formula) > _LONGEST:
        return formula
    if above := _ABOVE.search(formula):
        return above[1].strip()
    return " ".join(_SWITCH.sub("", _FRACTION.sub(r"(\1)/(\2)", formula)).split())


def chosen_in_form(begin: Element) -> str:
    """Return what is ticked or chosen in the form field that begins here."""
    box = begin.find(f"{_W}ffData/{_W}checkBox")
    if box is not None:
        return "☒" if _value(box, "1") == "1" else "☐"
    choices = begin.find(f"{_W}ffData/{_W}ddList")
    if choices is None:
        return ""
    entries = [entry.get(f"{_W}val", "") for entry in choices.iter(f"{_W}listEntry")]
    chosen = _value(choices, "0")
    return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""


def _value(field: Element, alone: str) -> str:
    """Return what a form field was set to, or else begins with; `alone` for one without value."""
    for name in ("checked", "result", "default"):
        found = field.find(f"{_W}{name}")
        if found is not None:
            value = found.get(f"{_W}val", alone)
            return {"true": "1", "false": "0", "on": "1", "off": "0"}.get(value, value)
    return "0"
