"""One table on its way from its old rows to its new ones, in the XML of a closed workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from worker.errors import ColumnError
from xl_addin.workbook.areas import Area
from xl_addin.workbook.cells import (
    LINE_HEIGHT,
    clean_text,
    looks_like_formula,
    row_height,
)
from xl_addin.workbook.column_plan import Slot, plan_columns
from xl_addin.workbook.layout import NUMBER_FORMATS
from xl_addin.workbook.port import Formula, Row, TableContent, Writable
from xl_addin.workbook.sheet_part import LiftedCell, SheetPart, moved_formula
from xl_addin.workbook.sheet_rules import SheetRules
from xl_addin.workbook.styles_part import StylesPart
from xl_addin.workbook.table_part import TablePart
from xl_addin.workbook.user_cells import UserCells


class TableRewrite:
    """Knows the table's old and new shape; `apply` makes the change.

    :raises ColumnError: if two columns would have the same header.
    """

    def __init__(
        self, table: TablePart, sheet: SheetPart, styles: StylesPart, content: TableContent
    ) -> None:
        self._table, self._sheet, self._styles, self._content = table, sheet, styles, content
        self.slots = plan_columns(table.headers, content)
        self.old = table.area
        self.new = replace(
            self.old,
            bottom=self.old.top + max(1, len(content.rows)),
            right=self.old.left + len(self.slots) - 1,
        )

    @property
    def reach(self) -> tuple[Area, Area]:
        """The old and the new area with the rows above the header that belong to them."""
        top = self.old.top - len(self._content.above)
        return replace(self.old, top=top), replace(self.new, top=top)

    def apply(self, old_rows: Sequence[Row]) -> list[Row]:
        """Write the new rows; return old rows of the user's that found no place.

        :raises ColumnError: if the user's cells cannot follow because a key column is missing.
        """
        self._sheet.unshare_formulas()
        cells = self._lift(old_rows)
        patterns = self._patterns()
        styles = {place: self._sheet.style(*place) for place in self.old.cells()}
        self._write_above()
        self._write_headers()
        self._clear(styles)
        fillers = self._fillers(old_rows)
        for number in self.new.without_first_row().rows:
            self._write_row(number, cells, patterns, styles, fillers)
        self._carry_rules()
        for slot in self.slots:
            if slot.is_ours and slot.source is not None:
                self._table.forget_column_formula(slot.source)
        lost = cells.lost([header for header in fillers])
        self._table.arrange([(slot.header, slot.source) for slot in self.slots], self.new)
        self._sheet.forget_filter_mode()
        self._sheet.refresh_dimension()
        return lost
