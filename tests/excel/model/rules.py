"""Rules of a sheet that format cells by what stands in them, most important first."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles.colors import Color

from tests.excel.model.references import Shift
from xl_addin.workbook.areas import Area


@dataclass(eq=False)
class FormatRule:
    """A rule and the cells that it lies on; `rule` is openpyxl's."""

    areas: list[Area]
    rule: Rule

    @property
    def kind(self) -> str:
        """Its kind, by its name in the file."""
        return str(self.rule.type)


class FormatRules:
    """The rules of one sheet."""

    def __init__(self, cells: Any) -> None:
        found = [
            FormatRule([Area.parse(str(part)) for part in formatting.sqref.ranges], rule)
            for formatting in cells.conditional_formatting
            for rule in formatting.rules
        ]
        self._rules = sorted(found, key=lambda item: item.rule.priority or 0)

    def __iter__(self) -> Any:
        return iter([*self._rules])

    def on(self, area: Area) -> list[FormatRule]:
        """Return the rules that touch an area."""
        return [rule for rule in self._rules if any(part.meets(area) for part in rule.areas)]

    def add_scale(self, area: Area, points: int) -> FormatRule:
        """Add Excel's usual colour scale of two or three colours; the others win over it."""
        kinds = [("min", None), ("percentile", 50), ("max", None)]
        chosen = kinds if points == 3 else [kinds[0], kinds[2]]
        limits = [FormatObject(type=kind, val=value) for kind, value in chosen]
        colours = [Color(rgb="FFFFFFFF") for _ in chosen]
        rule = Rule(type="colorScale", colorScale=ColorScale(cfvo=limits, color=colours))
        self._rules.append(FormatRule([area], rule))
        return self._rules[-1]

    def delete(self, rule: FormatRule) -> None:
        """Take a rule away."""
        self._rules.remove(rule)

    def rank_first(self, rule: FormatRule) -> None:
        """Let a rule win over all others."""
        self._rules.remove(rule)
        self._rules.insert(0, rule)

    def rank_last(self, rule: FormatRule) -> None:
        """Let all others win over a rule."""
        self._rules.remove(rule)
        self._rules.append(rule)

    def follow(self, shift: Shift) -> None:
        """Let the rules lie on their cells again, after these were moved."""
        for rule in self._rules:
            rule.areas = [moved for area in rule.areas for moved in shift.area(area)]
        self._rules = [rule for rule in self._rules if rule.areas]

    def spread(self, source: Area, target: Area) -> None:
        """Let the rules of some cells lie on others below or above them, too."""
        for rule in self._rules:
            for area in [*rule.areas]:
                columns = range(max(area.left, target.left), min(area.right, target.right) + 1)
                if area.meets(source) and columns:
                    new = Area(target.top, columns[0], target.bottom, columns[-1])
                    rule.areas = _joined(rule.areas, new)

    def store(self, cells: Any) -> None:
        """Hand the rules over to openpyxl."""
        cells.conditional_formatting = ConditionalFormattingList()
        for number, item in enumerate(self._rules, start=1):
            rule = copy(item.rule)
            rule.priority = number
            cells.conditional_formatting.add(" ".join(map(str, item.areas)), rule)


def _joined(areas: list[Area], new: Area) -> list[Area]:
    """Return the areas with one more, made one where they stand in the same columns."""
    for area in areas:
        if (area.left, area.right) == (new.left, new.right) and area.meets(new):
            rest = [other for other in areas if other != area]
            top, bottom = min(area.top, new.top), max(area.bottom, new.bottom)
            return [*rest, Area(top, new.left, bottom, new.right)]
    return [*areas, new]
