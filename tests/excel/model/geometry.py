"""Where cells lie on a sheet, in points, and how wide its columns are."""

from __future__ import annotations

from typing import Any

from openpyxl.utils import get_column_letter

#: The usual height of a row in points, and the usual width of a column in characters.
LINE, USUAL_WIDTH = 15.0, 8.43
_PIXELS_PER_CHARACTER, _PADDING, _POINTS_PER_PIXEL = 7, 5, 0.75


class Geometry:
    """Heights and widths of one sheet."""

    def __init__(self, cells: Any) -> None:
        self._cells = cells

    def width(self, column: int) -> float:
        """Return the width of a column in characters; a hidden one has none."""
        dimension = self._dimension(column)
        if dimension is None:
            return self._cells.sheet_format.defaultColWidth or USUAL_WIDTH
        return 0.0 if dimension.hidden else float(dimension.width or USUAL_WIDTH)

    def set_width(self, column: int, width: float) -> None:
        """Set the width of a column in characters; none hides it."""
        self._part(column)
        dimension = self._cells.column_dimensions[get_column_letter(column)]
        dimension.hidden = width == 0
        dimension.width = width

    def height(self, row: int) -> float:
        """Return the height of a row."""
        if row not in self._cells.row_dimensions:
            return LINE
        dimension = self._cells.row_dimensions[row]
        return 0.0 if dimension.hidden else float(dimension.height or LINE)

    def top(self, row: int) -> float:
        """Return where a row begins."""
        return sum(self.height(number) for number in range(1, row))

    def left(self, column: int) -> float:
        """Return where a column begins."""
        return sum(self._points(number) for number in range(1, column))

    def row_at(self, top: float) -> int:
        """Return the row that lies at a height."""
        row = 1
        while (top := top - self.height(row)) >= 0:
            row += 1
        return row

    def column_at(self, left: float) -> int:
        """Return the column that lies at a distance from the left."""
        column = 1
        while (left := left - self._points(column)) >= 0:
            column += 1
        return column

    def _points(self, column: int) -> float:
        width = self.width(column)
        pixels = width * _PIXELS_PER_CHARACTER + _PADDING if width else 0
        return float(pixels * _POINTS_PER_PIXEL)

    def _dimension(self, column: int) -> Any:
        """Return what the file says of a column; one entry may stand for several."""
        return next(
            (
                dimension
                for letter, dimension in self._cells.column_dimensions.items()
                if (dimension.min and dimension.min <= column <= dimension.max)
                or letter == get_column_letter(column)
            ),
            None,
        )

    def _part(self, column: int) -> None:
        """Give a column an entry of its own, if it shares one."""
        shared = self._dimension(column)
        if shared is None or not shared.min or shared.min == shared.max:
            return
        first, last, width, hidden = shared.min, shared.max, shared.width, shared.hidden
        for number in range(first, last + 1):
            dimension = self._cells.column_dimensions[get_column_letter(number)]
            dimension.min = dimension.max = number
            dimension.width, dimension.hidden = width, hidden
