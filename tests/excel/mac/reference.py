"""A stand-in for appscript: references to what Excel for Mac holds, one Apple event at a time.

A reference is a path that is walked anew with each event. Names are looked up in Excel's
dictionary; arguments and values are refused where the real one could not send them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tests.excel.faults import UnknownToStandInError
from tests.excel.mac.terminology import Terminology

#: The largest integer of which Excel takes notice: appscript sends a longer one as another type.
_LARGEST = 2**31


class Keyword:
    """A word of Excel's dictionary, `k.missing_value` for one."""

    __module__ = "appscript.reference"

    def __init__(self, name: str) -> None:
        self.AS_name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyword) and other.AS_name == self.AS_name

    def __hash__(self) -> int:
        return hash(self.AS_name)

    def __repr__(self) -> str:
        return f"k.{self.AS_name}"


class Keywords:
    """`appscript.k`, which has every word; whether Excel knows it shows when it is sent."""

    def __getattr__(self, name: str) -> Keyword:
        if name.startswith("__"):
            raise AttributeError(name)
        return Keyword(name)


k = Keywords()


class CommandError(Exception):
    """An error that Excel answers with."""

    __module__ = "appscript.reference"

    def __init__(self, errornumber: int, errormessage: str, command: str = "") -> None:
        self.errornumber, self.errormessage = errornumber, errormessage
        super().__init__(
            f"Command failed:\n\t\tOSERROR: {errornumber}\n\t\tMESSAGE: {errormessage}"
            f"\n\t\tCOMMAND: {command}"
        )


@dataclass(frozen=True)
class Specifier:
    """One step of a path: how the thing is named, and inside of which."""

    how: str  # root, object, property, elements, byname, byindex, before, after
    what: Any = None
    inside: Specifier | None = None
    terms: Terminology | None = None

    def elements(self, code: bytes) -> Specifier:
        assert self.terms is not None
        return self.step("elements", self.terms.elements_of(code))

    def byname(self, name: str) -> Specifier:
        return self.step("byname", name)

    def byindex(self, index: int) -> Specifier:
        return self.step("byindex", index)

    def step(self, how: str, what: Any) -> Specifier:
        return Specifier(how, what, self, self.terms)


class Application(Protocol):
    """What answers Apple events."""

    terms: Terminology

    def answer(self, path: Specifier, command: str, arguments: dict[str, Any]) -> Any:
        """Carry out a command on what a path leads to."""


class Reference:
    """A path, with the application that it lies in."""

    __module__ = "appscript.reference"

    def __init__(self, appdata: Application, aemreference: Specifier) -> None:
        self.AS_appdata = appdata
        self.AS_aemreference = aemreference

    def __getattr__(self, name: str) -> Any:
        kind = self.AS_appdata.terms.kind(name)
        if kind == "command":
            return Command(self, name)
        return self._at(kind, name)

    def __getitem__(self, key: Any) -> Reference:
        if self.AS_aemreference.how != "elements":
            raise TypeError(f"Not a collection: {self!r}")
        if isinstance(key, str):
            return self._at("byname", key)
        if isinstance(key, int) and not isinstance(key, bool):
            return self._at("byindex", key)
        raise UnknownToStandInError(f"elements like {key!r}")

    @property
    def before(self) -> Reference:
        return self._at("before", None)

    @property
    def after(self) -> Reference:
        return self._at("after", None)

    def __call__(self, **named: Any) -> Any:
        return Command(self, "get")(**named)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and other.AS_aemreference == self.AS_aemreference

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        step: Specifier | None = self.AS_aemreference
        steps = []
        while step is not None:
            steps.append(step.how if step.what is None else f"{step.how} {step.what!r}")
            step = step.inside
        return f"<reference {' of '.join(steps)}>"

    def _at(self, how: str, what: Any) -> Reference:
        return Reference(self.AS_appdata, self.AS_aemreference.step(how, what))


class Command:
    """A command that is sent when it is called."""

    def __init__(self, reference: Reference, name: str) -> None:
        self._reference, self._name = reference, name

    def __call__(self, *direct: Any, **named: Any) -> Any:
        application = self._reference.AS_appdata
        if direct and self._name == "set" and len(direct) == 1:
            named = {"to": direct[0], **named}
        elif direct and self._name == "run_VB_macro" and len(direct) == 1:
            named = {"macro": direct[0], **named}
        elif direct:
            raise UnknownToStandInError(f"an unnamed argument of {self._name}")
        labels = {*named} - {"macro"}
        application.terms.check_labels(self._name, labels)
        for value in _parts(named):
            _check_sendable(value, application.terms)
        return application.answer(self._reference.AS_aemreference, self._name, named)


def _parts(value: Any) -> Iterator[Any]:
    """Yield every single value of what is sent."""
    if isinstance(value, dict):
        for label, item in value.items():
            if isinstance(label, Keyword):
                yield label
            yield from _parts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _parts(item)
    else:
        yield value


def _check_sendable(value: Any, terms: Terminology) -> None:
    """Refuse what appscript cannot pack, or Excel silently ignores."""
    if isinstance(value, Keyword):
        terms.check_keyword(value.AS_name)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= _LARGEST:
            raise TypeError(f"Excel ignores an integer as long as {value}.")
    elif isinstance(value, str):
        value.encode("utf-16")  # a lone surrogate is refused
    elif isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            raise TypeError("Excel for Mac takes no time zones.")
    elif not (value is None or isinstance(value, (bool, float, Reference))):
        raise TypeError(f"Can't pack {type(value).__name__}.")


def of_object(appdata: Application, thing: object) -> Reference:
    """Return a reference to something that Excel answered with."""
    return Reference(appdata, replace(Specifier("object", thing), terms=appdata.terms))
