"""Named tables in the stand-in for Excel for Mac."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.excel.mac.excel import NO_SUCH_OBJECT, Thing
from tests.excel.mac.reference import CommandError, Keyword, k
from tests.excel.model.table import SheetTable

if TYPE_CHECKING:
    from tests.excel.mac.cells import Cells
    from tests.excel.mac.workbook import Worksheet


class ListObject(Thing):
    """A table."""

    def __init__(self, sheet: Worksheet, model: SheetTable) -> None:
        self.sheet, self.model = sheet, model

    def read_name(self) -> str:
        return self.model.name

    read_display_name = read_name

    def read_range_object(self) -> Cells:
        return self.sheet.one_of_cells(str(self.model.area))

    def read_show_headers(self) -> bool:
        return self.model.has_headers

    def read_total(self) -> bool:
        return self.model.has_totals

    def read_show_autofilter(self) -> bool:
        return self.model.table.autoFilter is not None

    def read_autofilter_object(self) -> AutoFilter:
        return AutoFilter(self.model)

    def do_resize(self, range: Cells) -> None:
        self.model.resize(range.area)

    def do_count(self, each: str) -> int:
        return {"list_column": len(self.model.headers)}[each]

    def all_list_columns(self) -> list[ListColumn]:
        return [ListColumn(self, name) for name in self.model.headers]

    def do_make_list_column(self, name: str) -> ListColumn:
        return self.insert(len(self.model.headers) + 1, name)

    def insert(self, position: int, name: str) -> ListColumn:
        """Insert a column before a place, counted from 1."""
        self.model.add_column(position)
        self.sheet.model.put(self.model.area.top, self.model.area.left + position - 1, name)
        return ListColumn(self, self.model.headers[position - 1])


class ListColumn(Thing):
    """A column of a table."""

    def __init__(self, table: ListObject, name: str) -> None:
        self._table, self._name = table, name

    def read_name(self) -> str:
        return self._name

    def read_index(self) -> int:
        if self._name not in self._table.model.headers:
            raise CommandError(NO_SUCH_OBJECT, "The column is gone.")
        return self._table.model.headers.index(self._name) + 1

    def do_delete(self) -> None:
        self._table.model.delete_column(self.read_index())

    def do_make_list_column(self, name: str) -> ListColumn:
        """Insert a column before this one."""
        return self._table.insert(self.read_index(), name)


class AutoFilter(Thing):
    """The filter of a table: one part for each column."""

    def __init__(self, table: SheetTable) -> None:
        self._table = table

    def all_filters(self) -> list[Filter]:
        filtered = self._table.filtered
        return [Filter(number in filtered) for number in range(1, len(self._table.headers) + 1)]


class Filter(Thing):
    """The filter of one column, by a list of values."""

    def __init__(self, is_on: bool) -> None:
        self._is_on = is_on

    def read_filter_on(self) -> bool:
        return self._is_on

    def read_operator(self) -> Keyword:
        return k.filter_by_value

    def read_criteria1(self) -> list[str]:
        return ["=1"]

    def read_criteria2(self) -> Keyword:
        return k.missing_value
