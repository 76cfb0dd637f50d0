"""Tables (ListObjects) of a sheet, their columns and filters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.excel.com.excel_object import ExcelList, ExcelObject
from tests.excel.com.range import Range
from tests.excel.faults import UnknownToStandInError
from tests.excel.model.table import SheetTable
from tests.excel.model.typed import Refused
from xl_addin.workbook.areas import Area

if TYPE_CHECKING:
    from tests.excel.com.worksheets import Worksheet

_FILTER_VALUES = 7  # XlAutoFilterOperator


class ListObject(ExcelObject):
    """A table."""

    def __init__(self, sheet: Worksheet, table: SheetTable) -> None:
        super().__init__(sheet._application)
        self._sheet, self._table = sheet, table

    def _range(self, area: Area) -> Range:
        return Range(self._sheet, area)

    @property
    def Parent(self) -> Worksheet:
        return self._sheet

    @property
    def Name(self) -> str:
        return self._table.name

    @property
    def DisplayName(self) -> str:
        return self._table.name

    @property
    def Range(self) -> Range:
        return self._range(self._table.area)

    @property
    def DataBodyRange(self) -> Range | None:
        return None if self._table.table.insertRow else self._range(self._table.body)

    @property
    def HeaderRowRange(self) -> Range | None:
        area = self._table.area
        return self._range(replace(area, bottom=area.top)) if self._table.has_headers else None

    @property
    def TotalsRowRange(self) -> Range | None:
        area = self._table.area
        return self._range(replace(area, top=area.bottom)) if self._table.has_totals else None

    @property
    def ShowHeaders(self) -> bool:
        return self._table.has_headers

    @property
    def ShowTotals(self) -> bool:
        return self._table.has_totals

    @property
    def ShowAutoFilter(self) -> bool:
        return self._table.table.autoFilter is not None

    @property
    def AutoFilter(self) -> AutoFilter | None:
        return AutoFilter(self) if self._table.table.autoFilter is not None else None

    @property
    def ListColumns(self) -> ListColumns:
        return ListColumns(self)

    def Resize(self, Range: Range) -> None:
        if Range._sheet._model is not self._sheet._model:
            raise Refused("The table range must be on the same sheet.")
        self._table.resize(Range._area)


class ListObjects(ExcelList):
    """The tables of a sheet."""

    def __init__(self, sheet: Worksheet) -> None:
        super().__init__(sheet._application)
        self._sheet = sheet

    def _members(self) -> dict[str, ExcelObject]:
        return {table.name: ListObject(self._sheet, table) for table in self._sheet._model.tables()}


class ListColumn(ExcelObject):
    """A column of a table, known by its place when it was asked for."""

    def __init__(self, table: ListObject, place: int) -> None:
        super().__init__(table._application)
        self._parent, self._place = table, place

    @property
    def Index(self) -> int:
        return self._place + 1

    @property
    def Name(self) -> str:
        return self._parent._table.headers[self._place]

    @Name.setter
    def Name(self, value: str) -> None:
        table = self._parent._table
        if not table.has_headers:
            raise UnknownToStandInError("a column's name without a header row")
        table.sheet.put(table.area.top, table.area.left + self._place, value)

    @property
    def Range(self) -> Range:
        table = self._parent._table
        column = table.area.left + self._place
        return self._parent._range(replace(table.area, left=column, right=column))

    @property
    def DataBodyRange(self) -> Range | None:
        table = self._parent._table
        column = table.area.left + self._place
        if table.table.insertRow:
            return None
        return self._parent._range(replace(table.body, left=column, right=column))

    def Delete(self) -> None:
        self._parent._table.delete_column(self.Index)


class ListColumns(ExcelList):
    """The columns of a table."""

    def __init__(self, table: ListObject) -> None:
        super().__init__(table._application)
        self._parent = table

    def _members(self) -> dict[str, ExcelObject]:
        names = self._parent._table.headers
        return {name: ListColumn(self._parent, place) for place, name in enumerate(names)}

    def Add(self, Position: int) -> ListColumn:
        self._parent._table.add_column(int(Position))
        return ListColumn(self._parent, int(Position) - 1)


class AutoFilter(ExcelObject):
    """The filter of a table."""

    def __init__(self, table: ListObject) -> None:
        super().__init__(table._application)
        self._parent = table

    @property
    def Range(self) -> Range:
        return self._parent.Range

    def Filters(self, field: int) -> Filter:
        return Filter(self._parent, field)


class Filter(ExcelObject):
    """The filter of one column, counted from 1."""

    def __init__(self, table: ListObject, field: int) -> None:
        super().__init__(table._application)
        self._parent, self._field = table, field

    @property
    def On(self) -> bool:
        return self._field in self._parent._table.filtered

    @property
    def Operator(self) -> int:
        self._values()
        return _FILTER_VALUES

    @property
    def Criteria1(self) -> tuple[str, ...]:
        return self._values()

    @property
    def Criteria2(self) -> None:
        raise Refused("Application-defined or object-defined error")

    def _values(self) -> tuple[str, ...]:
        columns: list[Any] = self._parent._table.table.autoFilter.filterColumn
        found = next(item for item in columns if item.colId == self._field - 1)
        if found.filters is None:
            raise UnknownToStandInError("a filter of this kind")
        return tuple(f"={value}" for value in found.filters.filter)
