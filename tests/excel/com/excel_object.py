"""What Excel's objects have in common: whether Excel takes a call, and how it refuses one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from types import MethodType
from typing import TYPE_CHECKING, Any

from tests.excel.com.com_types import CDispatch, PyIDispatch, refusal
from tests.excel.faults import UnknownToStandInError
from tests.excel.model.typed import Refused

if TYPE_CHECKING:
    from tests.excel.com.application import Application


class ExcelObject(CDispatch):
    """An object of Excel's. Each use of a member is a call, which a busy Excel does not take.

    `_lacks` names members that other objects have and this one is known not to have.
    """

    _lacks: frozenset[str] = frozenset()

    def __init__(self, application: Application) -> None:
        self._application = application

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return super().__getattribute__(name)
        self._application._take_call(f"{type(self).__name__}.{name}")
        value = _in_excels_words(lambda: super(ExcelObject, self).__getattribute__(name))
        return MethodType(_spoken(value.__func__), self) if type(value) is MethodType else value

    def __getattr__(self, name: str) -> Any:
        if name in self._lacks:
            raise AttributeError(name)
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
            return
        self._application._take_call(f"{type(self).__name__}.{name}=")
        if name in self._lacks or not _is_settable(type(self), name):
            raise UnknownToStandInError(f"setting {type(self).__name__}.{name}")
        _in_excels_words(lambda: super(ExcelObject, self).__setattr__(name, native(value)))

    def __iter__(self) -> Iterator[Any]:
        raise UnknownToStandInError(f"the members of {type(self).__name__}")


class ExcelList(ExcelObject):
    """A collection, counted from 1: a class says what `_members` it has, by name."""

    def _members(self) -> dict[str, ExcelObject]:
        raise NotImplementedError

    @property
    def Count(self) -> int:
        return len(self._members())

    def Item(self, key: str | int) -> ExcelObject:
        members = self._members()
        if isinstance(key, str):
            for name, member in members.items():
                if name.casefold() == key.casefold():
                    return member
        elif 1 <= key <= len(members):
            return [*members.values()][int(key) - 1]
        raise Refused(self._missing)

    _missing = "Subscript out of range"

    def __call__(self, key: str | int) -> ExcelObject:
        return self.Item(key)

    def __iter__(self) -> Iterator[Any]:
        self._application._take_call(f"{type(self).__name__}._NewEnum")
        return iter([*self._members().values()])


def native(value: Any) -> Any:
    """Return the object behind what is handed over, as COM does."""
    pointer = value if isinstance(value, PyIDispatch) else getattr(value, "_oleobj_", None)
    return pointer.target if isinstance(pointer, PyIDispatch) else value


def _is_settable(kind: type, name: str) -> bool:
    member = getattr(kind, name, None)
    return isinstance(member, property) and member.fset is not None


def _in_excels_words(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Refused as error:
        raise refusal(str(error)) from error


def _spoken(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method whose refusals are errors of COM."""

    @wraps(method)
    def call(self: ExcelObject, *given: Any, **named: Any) -> Any:
        values = [native(value) for value in given]
        by_name = {name: native(value) for name, value in named.items()}
        return _in_excels_words(lambda: method(self, *values, **by_name))

    return call
