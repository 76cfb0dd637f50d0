"""Conditional formats in the stand-in for Excel for Mac: colour scales, and the kinds of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl.styles.colors import Color

from tests.excel.mac.excel import Thing
from tests.excel.mac.reference import Keyword, k
from tests.excel.model.rules import FormatRule

if TYPE_CHECKING:
    from tests.excel.mac.workbook import Worksheet

_TYPES = {
    "colorScale": k.color_scale,
    "dataBar": k.databar,
    "iconSet": k.icon_sets,
    "cellIs": k.cell_value,
    "expression": k.expression,
}
_LIMITS = {
    "min": k.condition_value_lowest_value,
    "max": k.condition_value_highest_value,
    "num": k.condition_value_number,
    "percent": k.condition_value_percent,
    "percentile": k.condition_value_percentile,
}
_NAMES = {keyword: name for name, keyword in _LIMITS.items()}


class FormatCondition(Thing):
    """One conditional format."""

    def __init__(self, sheet: Worksheet, rule: FormatRule) -> None:
        self.sheet, self.rule = sheet, rule

    def read_format_condition_type(self) -> Keyword:
        return _TYPES[self.rule.kind]

    def read_applies_to(self) -> AppliesTo:
        return AppliesTo(self)

    def do_delete(self) -> None:
        self.sheet.model.rules.delete(self.rule)

    def do_set_first_priority(self) -> None:
        self.sheet.model.rules.rank_first(self.rule)

    def do_set_last_priority(self) -> None:
        self.sheet.model.rules.rank_last(self.rule)


class AppliesTo(Thing):
    """The cells that a conditional format lies on, which may be several areas."""

    def __init__(self, format_condition: FormatCondition) -> None:
        self._of = format_condition

    def do_get_address(self, **_: Any) -> str:
        cells = self._of.sheet.one_of_cells
        return ",".join(cells(str(area)).do_get_address() for area in self._of.rule.areas)


class ColourScale(FormatCondition):
    """A scale of two or three colours."""

    def do_count(self, each: str) -> int:
        return {"color_scale_criterion": len(self.all_color_scale_criterion())}[each]

    def all_color_scale_criterion(self) -> list[Criterion]:
        scale = self.rule.rule.colorScale
        return [Criterion(scale, at) for at in range(len(scale.cfvo))]


class Criterion(Thing):
    """One colour of a scale and the value that it stands for."""

    def __init__(self, scale: Any, at: int) -> None:
        self._scale, self._at = scale, at

    def read_color_scale_criterion_type(self) -> Keyword:
        return _LIMITS[self._scale.cfvo[self._at].type]

    def write_color_scale_criterion_type(self, value: Keyword) -> None:
        self._scale.cfvo[self._at].type = _NAMES[value]
        if value in (_LIMITS["min"], _LIMITS["max"]):
            self._scale.cfvo[self._at].val = None

    def read_color_scale_criterion_value(self) -> Any:
        value = self._scale.cfvo[self._at].val
        return k.missing_value if value is None else value

    def write_color_scale_criterion_value(self, value: float) -> None:
        self._scale.cfvo[self._at].val = value

    def read_format_color(self) -> FormatColour:
        return FormatColour(self._scale, self._at)


class FormatColour(Thing):
    """The colour itself, as red, green and blue."""

    def __init__(self, scale: Any, at: int) -> None:
        self._scale, self._at = scale, at

    def read_color_index(self) -> int:
        return 3  # any of the palette's: neither none nor automatic

    def read_color(self) -> list[int]:
        return [*bytes.fromhex(str(self._scale.color[self._at].rgb)[-6:])]

    def write_color(self, value: Any) -> None:
        self._scale.color[self._at] = Color(rgb="FF" + bytes(value).hex().upper())
