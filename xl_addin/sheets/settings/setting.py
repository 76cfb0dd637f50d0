"""A setting: one row of the Settings table, its default, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from worker.contract import Wire
from xl_addin.sheets.setting_values import MODE_LIST, Given, Reader

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One row of the Settings table.

    An empty `default` means 'what the machine has', or nothing. `fills` names the model of the
    contract and the field in it that take the value. `flag` is the option by which the command
    line may overrule the sheet; one that is a `path` counts from where the command is given.
    """

    name: str
    meaning: str
    reader: Reader[T]
    default: Given = ""
    flag: str = ""
    fills: tuple[type[Wire], str] | None = None
    is_path: bool = False

    @property
    def ignores_case(self) -> bool:
        """Whether capitals and small letters say the same."""
        return bool(self.reader.choices) or self.reader is MODE_LIST

    @property
    def choices(self) -> tuple[str, ...]:
        """What a cell's list offers, the usual one first."""
        return tuple(sorted(self.reader.choices, key=lambda choice: choice != self.default))


def field_setting(
    model: type[Wire], field: str, name: str, reader: Reader[T], meaning: str, flag: str = ""
) -> Setting[T]:
    """Return a setting that fills a field of a model, and has its default from there."""
    default = as_cell(model.model_fields[field].default)
    return Setting(name, meaning, reader, default, flag, (model, field))


def as_cell(value: Any) -> Given:  # noqa: ANN401 - the value of any field
    """Return a value as a cell of the sheet holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else cast(Given, value)
