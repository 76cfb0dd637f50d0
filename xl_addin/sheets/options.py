"""The options of a run: what the Settings sheet and the command line ask for, read and checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from worker.contract import Wire
from worker.errors import BonsaiError, SettingError
from xl_addin.sheets.setting_values import Given, whole
from xl_addin.sheets.settings import SETTING_ROWS, filling
from xl_addin.sheets.settings.index import CHUNK_OVERLAP, CHUNK_SIZE
from xl_addin.sheets.settings.setting import Setting
from xl_addin.workbook.cell_kinds import is_error
from xl_addin.workbook.port import CellValue, NotComputed

T = TypeVar("T")
AnyError = TypeVar("AnyError", bound=BonsaiError)


@dataclass(frozen=True)
class Options:
    """What the sheet and the command line ask for, read and checked: `options[TOP_K]`.

    `given` names the settings whose values came from the command line.
    """

    values: Mapping[str, Any]
    given: frozenset[str] = field(default=frozenset(), compare=False)

    def __getitem__(self, setting: Setting[T]) -> T:
        """Return the value of a setting."""
        return cast(T, self.values[setting.name])

    def fields(self, model: type[Wire]) -> dict[str, Any]:
        """Return the values that fill a model of the contract, by field."""
        return {row.fills[1]: self[row] for row in filling(model) if row.fills}

    def having(self, setting: Setting[T], value: T) -> Options:
        """Return the same with another value of one setting."""
        return replace(self, values={**self.values, setting.name: value})


def read_options(
    cells: Mapping[str, CellValue], given: Mapping[str, CellValue] | None = None
) -> Options:
    """Return the options in mappings of setting name to value; what is empty means the default.

    :param given: what stands above the cells, because it was given on the command line.
    :raises SettingError: naming the setting, or the option, whose value cannot be used.
    """
    named = given or {}
    values = {row.name: _read(row, cells, named) for row in SETTING_ROWS}
    options = Options(values, frozenset(named))
    most = options[CHUNK_SIZE] // 2
    if options[CHUNK_OVERLAP] > most:
        raise _refused(CHUNK_OVERLAP, options[CHUNK_OVERLAP], whole(0, most).expected, named)
    return options


def named_as_given(error: AnyError, given: Collection[str]) -> AnyError:
    """Return an error that names each setting by the option it was given with, not by its cell.

    :param given: names of settings.
    """
    what, next_step = error.what, error.next_step
    for row in SETTING_ROWS:
        if row.name in given and row.flag:
            what = what.replace(f"setting '{row.name}'", f"option {row.flag}")
            next_step = next_step.replace(f"'{row.name}' on the Settings sheet", row.flag)
            next_step = next_step.replace(f"'{row.name}'", row.flag)
    return type(error)(what, error.why, next_step)


def _read(row: Setting[T], cells: Mapping[str, CellValue], given: Mapping[str, CellValue]) -> T:
    found = given.get(row.name, cells.get(row.name))
    if isinstance(found, NotComputed):
        raise _not_computed(row)
    if is_error(found):
        raise _refused(row, found, row.reader.expected or "a text", given)
    value = _or_default(found, row.default)
    try:
        return row.reader.read(value)
    except ValueError:
        raise _refused(row, value, row.reader.expected, given) from None


def _or_default(value: CellValue, default: Given) -> Given:
    if value is None or (isinstance(value, str) and not value.strip()):
        return default
    return value.strip() if isinstance(value, str) else value


def _not_computed(row: Setting[Any]) -> SettingError:
    return SettingError(
        f"The setting '{row.name}' is a formula that has no stored value.",
        "The program that wrote the workbook did not compute it.",
        "Open the workbook in Excel, save it there, and run again.",
    )


def _refused(
    row: Setting[Any], value: object, expected: str, given: Mapping[str, CellValue]
) -> SettingError:
    if row.name in given:
        return SettingError(
            f"The option {row.flag or row.name} has the value '{value}'.",
            f"It must be {expected}.",
            "Correct it, or leave it out to use what stands in the workbook.",
        )
    return SettingError(
        f"The setting '{row.name}' has the value '{value}'.",
        f"It must be {expected}.",
        f"Correct '{row.name}' on the Settings sheet, or empty the cell to use the usual value.",
    )
