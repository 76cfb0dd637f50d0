"""Excel for Mac as far as we call it: what answers Apple events, and the application itself.

It is NOT Excel. Each thing in it reads and writes the properties it has a method for (`read_name`,
`write_name`), has the elements it has a method for (`all_rows`, `one_row`) and carries out the
commands it has a method for (`do_save`). All else raises, so that a call nobody thought of is an
error and not a silence. What the methods do is as in Microsoft's public reference and as xlwings'
own code expects; nothing of it was compared with a running Excel.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.excel.faults import UnknownToStandInError, check_patience
from tests.excel.mac.reference import (
    CommandError,
    Keyword,
    Reference,
    Specifier,
    k,
    of_object,
)
from tests.excel.mac.terminology import Terminology
from tests.excel.model.typed import Refused

NO_SUCH_OBJECT = -1728
#: What Excel answers to a change that it does not make.
REFUSED = -50
TIMED_OUT, NOT_RUNNING, CONNECTION_GONE = -1712, -600, -609


class Thing:
    """Something that Excel holds."""

    #: The properties that come with all others at once.
    described_by: tuple[str, ...] = ()

    def read(self, name: str) -> Any:
        """Return the value of a property."""
        if name == "properties":
            return {Keyword(each): self.read(each) for each in self.described_by}
        return self._method("read", name)()

    def write(self, name: str, value: Any) -> None:
        """Set a property."""
        self._method("write", name)(value)

    def all(self, elements: str) -> list[Any]:
        """Return all elements of a kind."""
        return list(self._method("all", elements)())

    def one(self, elements: str, key: str | int) -> Thing:
        """Return an element by its name or by its number from 1.

        :raises CommandError: if it is not there.
        """
        if hasattr(self, f"one_of_{elements}"):
            return self._method("one_of", elements)(key)
        found = self.all(elements)
        if isinstance(key, int):
            if 1 <= key <= len(found):
                return found[key - 1]
        else:
            for thing in found:
                if str(thing.read("name")).casefold() == key.casefold():
                    return thing
        raise CommandError(NO_SUCH_OBJECT, "Object not found.")

    def do(self, command: str, arguments: dict[str, Any]) -> Any:
        """Carry out a command."""
        return self._method("do", command)(**arguments)

    def _method(self, what: str, name: str) -> Callable[..., Any]:
        method = getattr(self, f"{what}_{name}", None)
        if method is None:
            kind = type(self).__name__
            raise UnknownToStandInError(f"how to {what} {name} of {kind}")
        return method


@dataclass
class Refusal:
    """An error that some events are answered with: by command, or "*"; with its property, if any.

    The first `after` of them go through, then `times` are refused. If `is_late`, Excel does what
    it was told, but its answer comes too late.
    """

    command: str
    number: int
    after: int = 0
    times: int = 1
    is_late: bool = False

    def is_due(self, event: str) -> bool:
        """Say whether this event is refused, and count it."""
        if self.command not in ("*", event):
            return False
        self.after -= 1
        return -self.times <= self.after < 0


class Excel(Thing):
    """One running Excel: its workbooks, the last of which is the active one.

    `events` are the commands that were sent, each with the property that it went to. `boxes` are
    the texts that were shown to the user.
    """

    terms: Terminology

    def __init__(self, process: int = 4242) -> None:
        self.process = process
        self.workbooks: list[Any] = []
        self.events: list[str] = []
        self.selection: Any = None
        self.macros: list[str] = []
        self._state: dict[str, Any] = {
            "screen_updating": True,
            "display_alerts": True,
            "calculation": k.calculation_automatic,
            "status_bar": False,
        }
        self.boxes: list[str] = []
        self._refusals: list[Refusal] = []

    def know(self, terms: ModuleType) -> None:
        """Learn what things are called, as appscript is told with each application."""
        self.terms = Terminology(terms)

    def refuse(self, command: str, number: int = TIMED_OUT, **how: Any) -> None:
        """Answer a command with an error; see `Refusal`."""
        self._refusals.append(Refusal(command, number, **how))

    def free(self) -> None:
        """Answer all commands again."""
        self._refusals.clear()

    def show_box(self, text: str) -> None:
        """Show a box, until somebody closes it or the one who sent it has waited long enough."""
        self.boxes.append(text)
        if any(refusal.is_due("display_alert") for refusal in self._refusals):
            raise CommandError(TIMED_OUT, "Apple event timed out.")

    # Apple events

    def answer(self, path: Specifier, command: str, arguments: dict[str, Any]) -> Any:
        event = command if path.how != "property" else f"{command} {path.what}"
        check_patience(event)
        self.events.append(event)
        due = [refusal for refusal in self._refusals if refusal.is_due(event)]
        if due and not due[0].is_late:
            raise CommandError(due[0].number, "Apple event timed out.", event)
        answer = self._answered(path, command, arguments)
        if due:
            raise CommandError(due[0].number, "Apple event timed out.", event)
        return answer

    def _answered(self, path: Specifier, command: str, arguments: dict[str, Any]) -> Any:
        sent = {name: self._received(value) for name, value in arguments.items()}
        for unheeded in ("timeout", "ignore", "waitreply", "resulttype"):
            sent.pop(unheeded, None)
        try:
            return self._sent(self._answer(path, command, sent))
        except Refused as refusal:
            raise CommandError(REFUSED, str(refusal)) from None

    def _answer(self, path: Specifier, command: str, arguments: dict[str, Any]) -> Any:
        if command == "exists":
            return self._exists(path)
        if command == "set":
            assert path.how == "property", path
            assert path.inside is not None
            return self._walk(path.inside).write(path.what, arguments["to"])
        found = self._walk(path)
        if command == "get":
            return found
        if command == "count":
            return found.do("count", {"each": arguments["each"].AS_name})
        if command == "make":
            place, kind = arguments.get("at") or found, arguments["new"].AS_name
            given = arguments.get("with_properties") or {}
            return place.do(f"make_{kind}", {key.AS_name: item for key, item in given.items()})
        return found.do(command, arguments)

    def _exists(self, path: Specifier) -> bool:
        try:
            return self._walk(path) is not None
        except CommandError as error:
            if error.errornumber != NO_SUCH_OBJECT:
                raise
            return False

    def _walk(self, path: Specifier) -> Any:
        """Return what a path leads to."""
        if path.how == "root":
            return self
        if path.how == "object":
            return path.what
        assert path.inside is not None
        if path.how in ("byname", "byindex"):
            assert path.inside.how == "elements"
            assert path.inside.inside is not None
            return self._walk(path.inside.inside).one(path.inside.what, path.what)
        inside = self._walk(path.inside)
        if path.how == "elements":
            return inside.all(path.what) or k.missing_value
        if path.how == "property":
            if isinstance(inside, list):
                return [each.read(path.what) for each in inside]
            return inside if inside == k.missing_value else inside.read(path.what)
        raise UnknownToStandInError(f"a place {path.how}")

    def _received(self, value: Any) -> Any:
        """Return what Excel finds in an argument: things where references were sent."""
        return self._walk(value.AS_aemreference) if isinstance(value, Reference) else value

    def _sent(self, value: Any) -> Any:
        """Return what a script gets: references where Excel answers with things."""
        if isinstance(value, Thing):
            return of_object(self, value)
        if isinstance(value, list) and value and isinstance(value[0], Thing):
            return [of_object(self, each) for each in value]
        return value

    def target(self) -> Any:
        """Return the process, wrapped up as appscript has it."""
        packed = SimpleNamespace(data=struct.pack("i", self.process))
        return SimpleNamespace(addressdesc=SimpleNamespace(coerce=lambda kind: packed))

    # What the application holds

    def all_workbooks(self) -> list[Any]:
        return self.workbooks

    def do_count(self, each: str) -> int:
        assert each == "workbook", each
        return len(self.workbooks)

    def read_active_workbook(self) -> Any:
        return self.workbooks[-1]

    def read_selection(self) -> Any:
        return self.selection

    def read_version(self) -> str:
        return "16.78"

    def do_run_VB_macro(self, macro: str, **_: Any) -> None:  # noqa: N802 (Excel's own word)
        self.macros.append(macro)

    def read(self, name: str) -> Any:
        return self._state[name] if name in self._state else super().read(name)

    def write(self, name: str, value: Any) -> None:
        if name not in self._state:
            raise UnknownToStandInError(f"how to write {name} of Excel")
        assert type(value) is type(self._state[name]) or name == "status_bar", (name, value)
        self._state[name] = value
