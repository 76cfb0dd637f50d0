"""Dropdowns, conditional formats and colour scales of one sheet, as they lie over its cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element as Element

from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Scale
from xl_addin.workbook.file.markup import EXCEL_EXTENSION, SHEET_ORDER, children, insert_in_order, q
from xl_addin.workbook.table.colour_scales import COLOUR_SCALES, is_ours, scaled_areas
from xl_addin.workbook.table.table_shape import TableShape


class SheetRules:
    """A view on the rules in the XML of a sheet; changes go into the tree it was given."""

    def __init__(self, root: Element) -> None:
        self._root = root

    def stretch(self, old: Area, new: Area, moves: Mapping[int, int]) -> None:
        """Carry every rule that covers all data rows of a table over to its new rows."""
        for rule in [*self._validations(), *self._formats()]:
            rule.set("sqref", _stretched(str(rule.get("sqref")), old, new, moves))
        for reference in self._root.iter(f"{{{EXCEL_EXTENSION}}}sqref"):
            parent = reference.getparent()
            # A sparkline has such a reference too, to the one cell it is drawn in.
            if parent is not None and etree.QName(parent).localname != "sparkline":
                reference.text = _stretched(reference.text or "", old, new, moves)

    def remove_scales(self, columns: Collection[int], data: Area) -> None:
        """Take away our colour scales that lie wholly on these columns of a table."""
        for rule in self._formats():
            areas = [Area.find(text) for text in str(rule.get("sqref")).split()]
            inside = all(
                area and area.meets(data) and all(column in columns for column in area.columns)
                for area in areas
            )
            for item in [item for item in children(rule, "cfRule") if inside and _is_ours(item)]:
                rule.remove(item)
            if rule.find("*") is None:
                self._root.remove(rule)

    def add_scale(self, area: Area, scale: Scale) -> None:
        """Colour the cells of `area` by value."""
        rule = etree.Element(q("conditionalFormatting"), sqref=str(area))
        item = etree.SubElement(rule, q("cfRule"), type="colorScale", priority=self._priority())
        colours = etree.SubElement(item, q("colorScale"))
        for kind, value, _ in COLOUR_SCALES[scale]:
            limit = etree.SubElement(colours, q("cfvo"), type=kind)
            if value:
                limit.set("val", value)
        for _, _, colour in COLOUR_SCALES[scale]:
            etree.SubElement(colours, q("color"), rgb=colour)
        insert_in_order(self._root, rule, SHEET_ORDER)

    def _priority(self) -> str:
        """Return the next free priority: the user's own rules win over ours."""
        taken = [int(str(item.get("priority") or 0)) for item in self._root.iter(q("cfRule"))]
        return str(max(taken, default=0) + 1)

    def _formats(self) -> list[Element]:
        return list(children(self._root, "conditionalFormatting"))

    def _validations(self) -> list[Element]:
        return list(children(self._root.find(q("dataValidations")), "dataValidation"))


def carry_rules(rules: SheetRules, shape: TableShape) -> None:
    """Fit the rules of a table to its new shape: most stretch, our scales are made anew."""
    sources = {shape.source(planned): column for column, planned in shape.columns()}
    moves = {source: column for source, column in sources.items() if source is not None}
    scaled = {shape.source(planned) or 0 for planned in shape.planned_columns if planned.scale}
    rules.remove_scales(scaled | shape.gone(), shape.old_data)
    rules.stretch(shape.old_data, shape.new_data, moves)
    for area, scale in scaled_areas(shape):
        rules.add_scale(area, scale)


def _is_ours(rule: Element) -> bool:
    colours = children(rule.find(q("colorScale")), "color")
    return is_ours([str(colour.get("rgb")) for colour in colours])


def _stretched(references: str, old: Area, new: Area, moves: Mapping[int, int]) -> str:
    areas = [(text, Area.find(text)) for text in references.split()]
    return " ".join(
        str(_stretched_area(area, old, new, moves)) if area and _covers(area, old) else text
        for text, area in areas
    )


def _covers(area: Area, data: Area) -> bool:
    return (
        data.left <= area.left
        and area.right <= data.right
        and area.top <= data.top
        and area.bottom >= data.bottom
    )


def _stretched_area(area: Area, old: Area, new: Area, moves: Mapping[int, int]) -> Area:
    left, right = moves.get(area.left, area.left), moves.get(area.right, area.right)
    bottom = new.bottom if area.bottom == old.bottom else max(area.bottom, new.bottom)
    if right - left != area.right - area.left:
        left, right = area.left, area.right
    return replace(area, left=left, right=right, bottom=bottom)
