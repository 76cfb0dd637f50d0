"""A text as the code has it, with holes for what is filled in: `There is no {} in use in {}.`.

Holes have names or stand in order, as `str.format` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

_QUOTES = tuple("'“‘`\"「")


@dataclass(frozen=True)
class Hole:
    """A place that is filled in; `key` is its name, or its number as text.

    What stands in quotes, in the text or in its translation, is a name: it is never translated.
    """

    key: str
    is_quoted: bool


@dataclass(frozen=True)
class Template:
    """The literals of a text and the holes between them: one literal more than holes."""

    literals: tuple[str, ...]
    holes: tuple[Hole, ...]

    @property
    def weight(self) -> int:
        """How many letters it has of its own: the more, the surer that a text is one of it."""
        return sum(letter.isalpha() for literal in self.literals for letter in literal)

    def filling(self, text: str) -> list[str] | None:
        """Return what fills the holes if `text` is made by this template, else nothing.

        Each hole is as short as the literal behind it allows.
        """
        if not self.holes:
            return [] if text == self.literals[0] else None
        first, *middle, last = self.literals
        place, end = len(first), len(text) - len(last)
        if place > end or not (text.startswith(first) and text.endswith(last)):
            return None
        found = []
        for literal in middle:
            stop = text.find(literal, place, end)
            if stop < 0:
                return None
            found.append(text[place:stop])
            place = stop + len(literal)
        return [*found, text[place:end]]


def parse_template(text: str) -> Template:
    """Return the template that a key of a catalogue is; one without holes if its braces are none.

    A brace that is meant as such stands there twice, as `str.format` wants it.
    """
    literals, holes = [""], list[Hole]()
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        return Template((text,), ())
    for literal, name, form, conversion in pieces:
        literals[-1] += literal
        if name is None:  # behind it a doubled brace, or nothing
            continue
        if form or conversion or not (name.isidentifier() or name.isdecimal() or not name):
            return Template((text,), ())
        holes.append(Hole(name or str(len(holes)), literals[-1].endswith(_QUOTES)))
        literals.append("")
    return Template(tuple(literals), tuple(holes))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a translation with its holes filled.

    :raises LookupError: if it has a hole for which there is no value.
    """
    numbered = [values[key] for key in sorted(filter(str.isdecimal, values), key=int)]
    return text.format(*numbered, **{k: v for k, v in values.items() if not k.isdecimal()})
