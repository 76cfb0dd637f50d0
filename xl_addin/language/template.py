"""A text as the code has it, with holes for what is filled in: `There is no {} in use in {}.`.

Holes have names or stand in order, as `str.format` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

_QUOTES = "'“‘`\""


@dataclass(frozen=True)
class Hole:
    """A place that is filled in; `key` is its name, or its number as text.

    What stands in quotes is a name, which is the same in every language.
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
        first, *middle, last = self.literals if self.holes else (self.literals[0], "")
        end = len(text) - len(last)
        if end < len(first) or not (text.startswith(first) and text.endswith(last)):
            return None
        found, place = [], len(first)
        for literal in middle:
            stop = text.find(literal, place, end)
            if stop < 0:
                return None
            found.append(text[place:stop])
            place = stop + len(literal)
        rest = text[place:end]
        return [*found, rest] if self.holes else ([] if not rest else None)


def parse_template(text: str) -> Template:
    """Return the template that a key of a catalogue is.

    :raises ValueError: if its braces are not those of `str.format`.
    """
    literals, holes = [], []
    for literal, name, form, conversion in Formatter().parse(text):
        literals.append(literal)
        if name is None:
            break
        if form or conversion or not (name.isidentifier() or name.isdecimal() or not name):
            raise ValueError(text)
        holes.append(Hole(name or str(len(holes)), literal[-1:] in _QUOTES and literal != ""))
    if len(literals) == len(holes):
        literals.append("")
    return Template(tuple(literals), tuple(holes))


def fill(text: str, values: dict[str, str]) -> str:
    """Return a translation with its holes filled.

    :raises LookupError: if it has a hole for which there is no value.
    """
    numbered = [values[key] for key in sorted(filter(str.isdecimal, values), key=int)]
    return text.format(*numbered, **{k: v for k, v in values.items() if not k.isdecimal()})
