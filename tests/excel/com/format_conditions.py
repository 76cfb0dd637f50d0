"""Conditional formats of a range, of which the stand-in makes colour scales alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl.styles.colors import Color

from tests.excel.com.excel_object import ExcelList, ExcelObject
from tests.excel.faults import UnknownToStandInError
from tests.excel.model.rules import FormatRule
from tests.excel.model.typed import Refused

if TYPE_CHECKING:
    from tests.excel.com.range import Range

#: XlFormatConditionType and XlConditionValueTypes, by their names in a file.
_KINDS = {
    "cellIs": 1,
    "expression": 2,
    "colorScale": 3,
    "dataBar": 4,
    "top10": 5,
    "iconSet": 6,
    "uniqueValues": 8,
    "duplicateValues": 8,
    "containsText": 9,
    "notContainsText": 9,
    "beginsWith": 9,
    "endsWith": 9,
    "containsBlanks": 10,
    "timePeriod": 11,
    "aboveAverage": 12,
    "notContainsBlanks": 13,
    "containsErrors": 16,
    "notContainsErrors": 17,
}
_LIMITS = {"num": 0, "min": 1, "max": 2, "percent": 3, "formula": 4, "percentile": 5}
_IN_FILE = {number: name for name, number in _LIMITS.items()}
_WITH_VALUE = ("num", "percent", "formula", "percentile")


class FormatConditions(ExcelList):
    """The conditional formats that touch a range, the first to win first."""

    def __init__(self, cells: Range) -> None:
        super().__init__(cells._application)
        self._cells = cells

    def _members(self) -> dict[str, ExcelObject]:
        rules = self._cells._model.rules.on(self._cells._area)
        return {str(place): FormatCondition(self._cells, rule) for place, rule in enumerate(rules)}

    def AddColorScale(self, ColorScaleType: int) -> FormatCondition:
        if ColorScaleType not in (2, 3):
            raise Refused("Invalid procedure call or argument")
        model = self._cells._model
        model.allow_change()
        return FormatCondition(
            self._cells, model.rules.add_scale(self._cells._area, ColorScaleType)
        )


class FormatCondition(ExcelObject):
    """One of them."""

    def __init__(self, cells: Range, rule: FormatRule) -> None:
        super().__init__(cells._application)
        self._cells, self._rule = cells, rule

    @property
    def Type(self) -> int:
        return _KINDS[self._known().kind]

    @property
    def AppliesTo(self) -> Range:
        return type(self._cells)(self._cells._sheet, *self._known().areas)

    @property
    def ColorScaleCriteria(self) -> ColorScaleCriteria:
        if self._known().kind != "colorScale":
            raise UnknownToStandInError("ColorScaleCriteria of another rule")
        return ColorScaleCriteria(self)

    def SetFirstPriority(self) -> None:
        self._cells._model.rules.rank_first(self._changed())

    def SetLastPriority(self) -> None:
        self._cells._model.rules.rank_last(self._changed())

    def Delete(self) -> None:
        self._cells._model.rules.delete(self._changed())

    def _known(self) -> FormatRule:
        if self._rule not in self._cells._model.rules:
            raise Refused("Object required")
        return self._rule

    def _changed(self) -> FormatRule:
        self._cells._model.allow_change()
        return self._known()


class ColorScaleCriteria(ExcelList):
    """The limits of a colour scale."""

    def __init__(self, condition: FormatCondition) -> None:
        super().__init__(condition._application)
        self._condition = condition

    def _members(self) -> dict[str, ExcelObject]:
        count = len(self._condition._rule.rule.colorScale.cfvo)
        return {str(place): ColorScaleCriterion(self._condition, place) for place in range(count)}


class ColorScaleCriterion(ExcelObject):
    """One limit of a colour scale and its colour."""

    def __init__(self, condition: FormatCondition, place: int) -> None:
        super().__init__(condition._application)
        self._condition, self._place = condition, place

    @property
    def _limit(self) -> Any:
        return self._condition._known().rule.colorScale.cfvo[self._place]

    @property
    def Type(self) -> int:
        return _LIMITS[self._limit.type]

    @Type.setter
    def Type(self, value: int) -> None:
        self._limit.type = _IN_FILE[value]
        self._limit.val = 50 if value == _LIMITS["percentile"] else None

    @property
    def Value(self) -> object:
        return self._limit.val

    @Value.setter
    def Value(self, value: float) -> None:
        if self._limit.type not in _WITH_VALUE:
            raise Refused("Application-defined or object-defined error")
        self._limit.val = value

    @property
    def FormatColor(self) -> FormatColor:
        return FormatColor(self._condition, self._place)


class FormatColor(ExcelObject):
    """The colour of one limit, as blue, green, red."""

    def __init__(self, condition: FormatCondition, place: int) -> None:
        super().__init__(condition._application)
        self._condition, self._place = condition, place

    @property
    def ColorIndex(self) -> int:
        return 2  # some colour of the palette; xlwings asks only whether there is a colour

    @property
    def Color(self) -> int:
        colour = self._condition._known().rule.colorScale.color[self._place]
        if colour.type != "rgb":
            raise UnknownToStandInError("colours of a theme")
        red, green, blue = bytes.fromhex(colour.rgb[-6:])
        return red + (green << 8) + (blue << 16)

    @Color.setter
    def Color(self, value: int) -> None:
        red, green, blue = value & 255, value >> 8 & 255, value >> 16 & 255
        colours = self._condition._known().rule.colorScale.color
        colours[self._place] = Color(rgb=f"FF{red:02X}{green:02X}{blue:02X}")
