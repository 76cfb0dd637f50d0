"""The part of one table (ListObject): its place, its columns and its filter."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree
from lxml.etree import _Element as Element

from xl_addin.workbook.areas import Area
from xl_addin.workbook.cells import escape_text, unescape_text
from xl_addin.workbook.file.markup import children, drop, q, set_children
from xl_addin.workbook.table.column_plan import PlannedColumn

_COLUMN_FORMULA = q("calculatedColumnFormula")


class TablePart:
    """A view on the XML of a table; changes go into the tree it was given."""

    def __init__(self, root: Element) -> None:
        self._root = root

    @property
    def name(self) -> str:
        """The name that formulas use."""
        return str(self._root.get("displayName") or self._root.get("name"))

    @property
    def area(self) -> Area:
        """All its cells, the header included."""
        return Area.parse(str(self._root.get("ref")))

    @property
    def headers(self) -> list[str]:
        """Header texts, left to right, without blanks around them."""
        return [unescape_text(str(column.get("name"))).strip() for column in self._columns()]

    @property
    def has_header_row(self) -> bool:
        """Say whether its header stands on the sheet."""
        return self._root.get("headerRowCount") != "0"

    @property
    def has_totals_row(self) -> bool:
        """Say whether a totals row stands under it."""
        return int(self._root.get("totalsRowCount") or 0) > 0

    @property
    def is_filtered(self) -> bool:
        """Say whether its filter has criteria, which hide rows."""
        return any(len(item) for item in children(self._root, "autoFilter"))

    def column_formula(self, index: int) -> str | None:
        """Return the formula that Excel fills down that column, without `=`."""
        return self._columns()[index].findtext(_COLUMN_FORMULA) or None

    def arrange(self, columns: Sequence[PlannedColumn], area: Area) -> None:
        """Set columns and place; the run's own columns are no longer filled down by Excel."""
        listed, old = self._column_list(), self._columns()
        next_id = max((int(str(column.get("id"))) for column in old), default=0) + 1
        arranged = []
        for planned in columns:
            if planned.source is None:
                name = _name(planned.header)
                column = etree.Element(q("tableColumn"), id=str(next_id), name=name)
                next_id += 1
            else:
                column = old[planned.source]
            if planned.is_ours:
                set_children(column, [kid for kid in column if kid.tag != _COLUMN_FORMULA])
            arranged.append(column)
        set_children(listed, arranged)
        listed.set("count", str(len(arranged)))
        self._root.set("ref", str(area))
        drop(self._root, "insertRow")
        self._reset_filter(area)

    def _reset_filter(self, area: Area) -> None:
        for tag in ("autoFilter", "sortState"):
            for element in list(children(self._root, tag)):
                if tag == "sortState":
                    self._root.remove(element)
                else:
                    set_children(element)
                    element.set("ref", str(area))

    def _column_list(self) -> Element:
        return next(children(self._root, "tableColumns"))

    def _columns(self) -> list[Element]:
        return list(children(self._column_list(), "tableColumn"))


def _name(header: str) -> str:
    return escape_text(header).replace("\n", "_x000a_")
