"""The part of one table (ListObject): its place, its columns and its filter."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree
from lxml.etree import _Element as Element

from xl_addin.workbook.areas import Area
from xl_addin.workbook.cells import escape_text, unescape_text
from xl_addin.workbook.markup import children, q


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

    def column_formula(self, index: int) -> str | None:
        """Return the formula that Excel fills down that column, without `=`."""
        return self._columns()[index].findtext(q("calculatedColumnFormula")) or None

    def forget_column_formula(self, index: int) -> None:
        """Stop Excel from filling that column down."""
        column = self._columns()[index]
        for formula in list(children(column, "calculatedColumnFormula")):
            column.remove(formula)

    def arrange(self, columns: Sequence[tuple[str, int | None]], area: Area) -> None:
        """Set the columns, as (header, old index or None for a new one), and the place."""
        listed, old = self._column_list(), self._columns()
        next_id = max((int(str(column.get("id"))) for column in old), default=0) + 1
        arranged = []
        for header, source in columns:
            if source is None:
                column = etree.Element(q("tableColumn"), id=str(next_id), name=escape_text(header))
                next_id += 1
            else:
                column = old[source]
            arranged.append(column)
        listed[:] = arranged
        listed.set("count", str(len(arranged)))
        self._root.set("ref", str(area))
        self._root.attrib.pop("insertRow", None)
        self._reset_filter(area)

    def _reset_filter(self, area: Area) -> None:
        for tag in ("autoFilter", "sortState"):
            for element in list(children(self._root, tag)):
                if tag == "sortState":
                    self._root.remove(element)
                else:
                    element[:] = []
                    element.set("ref", str(area))

    def _column_list(self) -> Element:
        return next(children(self._root, "tableColumns"))

    def _columns(self) -> list[Element]:
        return list(children(self._column_list(), "tableColumn"))
