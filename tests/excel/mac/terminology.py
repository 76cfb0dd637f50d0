"""What Excel for Mac calls its things, read from the dictionary that xlwings carries.

The real appscript looks every name up in it, so a name of ours that Excel does not know fails here
as it would there.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from tests.excel.faults import UnknownToStandInError

#: Commands and properties that every application has.
_COMMANDS = {
    "get": {"as_"},
    "set": {"to"},
    "count": {"each"},
    "exists": set(),
    "make": {"new", "at", "with_data", "with_properties"},
    "delete": set(),
    "quit": {"saving"},
}
_EVERY_COMMAND = {"timeout", "ignore", "waitreply", "resulttype"}
_EVERY_KEYWORD = {"missing_value", "true", "false"}


class Terminology:
    """The names of one application, each with its kind: property, element or command."""

    def __init__(self, terms: ModuleType) -> None:
        self._elements = dict(terms.elements)
        self._properties = dict(terms.properties)
        self._commands = {
            **_COMMANDS,
            **{name: {label for label, _ in labels} for name, _, labels in terms.commands},
        }
        self._keywords = {
            *_EVERY_KEYWORD,
            *self._properties,
            *(name for name, _ in terms.enums),
            *(name for name, _ in terms.classes),
        }

    def kind(self, name: str) -> str:
        """Return what a name stands for.

        :raises UnknownToStandInError: if Excel does not know it. The real appscript raises an
            AttributeError, which code that asks with a default would not notice.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        # In this order: a command wins over a property, and a property over elements.
        if name in self._commands:
            return "command"
        if name in self._properties:
            return "property"
        if name in self._elements:
            return "elements"
        raise UnknownToStandInError(f"a word {name!r} of Excel for Mac")

    def check_labels(self, command: str, labels: Any) -> None:
        """Make sure that a command has arguments of these names.

        :raises TypeError: if it has not.
        """
        unknown = {*labels} - self._commands[command] - _EVERY_COMMAND
        if unknown:
            raise TypeError(f"Unknown keyword arguments of {command}: {sorted(unknown)}")

    def check_keyword(self, name: str) -> None:
        """Make sure that a keyword can be sent.

        :raises TypeError: if Excel does not know it.
        """
        if name not in self._keywords:
            raise TypeError(f"Unknown keyword: k.{name}")

    def elements_of(self, code: bytes) -> str:
        """Return the name of the elements that have this code."""
        return next(name for name, known in self._elements.items() if known == code)
