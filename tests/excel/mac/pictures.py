"""Pictures in the stand-in for Excel for Mac."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.excel.faults import UnknownToStandInError
from tests.excel.mac.excel import NO_SUCH_OBJECT, Thing
from tests.excel.mac.reference import CommandError
from tests.excel.model.pictures import ShownPicture
from xl_addin.workbook.areas import address

if TYPE_CHECKING:
    from tests.excel.mac.cells import Cells
    from tests.excel.mac.workbook import Worksheet

#: The one folder from which Excel takes files without asking the user.
SANDBOX = "Library/Containers/com.microsoft.Excel/Data"


class Picture(Thing):
    """A picture, whose proportions are locked: each length moves the other."""

    def __init__(self, sheet: Worksheet, shown: ShownPicture) -> None:
        self._sheet, self._shown = sheet, shown

    @classmethod
    def add(cls, sheet: Worksheet, path: str, properties: dict[str, Any]) -> Picture:
        """Show a file."""
        file, pictures = Path(path), sheet.model.pictures
        if file.parent != Path.home() / SANDBOX:
            raise UnknownToStandInError(f"what the user answers when Excel wants to read {file}")
        assert properties["save_with_document"]
        assert not properties["link_to_file"]
        assert properties["top"] == properties["left_position"] == 0
        width, height = float(properties["width"]), float(properties["height"])
        if width <= 0 or height <= 0:
            raise UnknownToStandInError("a picture's natural size")
        sheet.model.allow_change()
        name = f"Picture {len(pictures) + 1}"
        pictures.append(ShownPicture(name, file.read_bytes(), width=width, height=height))
        return cls(sheet, pictures[-1])

    def read_name(self) -> str:
        return self._shown.name

    def write_name(self, value: str) -> None:
        self._shown.name = value

    def read_top(self) -> float:
        return self._shown.top

    def write_top(self, value: float) -> None:
        self._shown.top = float(value)

    def read_left_position(self) -> float:
        return self._shown.left

    def write_left_position(self, value: float) -> None:
        self._shown.left = float(value)

    def read_width(self) -> float:
        return self._shown.width

    def write_width(self, value: float) -> None:
        self._shown.height *= value / self._shown.width
        self._shown.width = float(value)

    def read_height(self) -> float:
        return self._shown.height

    def write_height(self, value: float) -> None:
        self._shown.width *= value / self._shown.height
        self._shown.height = float(value)

    def write_alternative_text(self, value: str) -> None:
        self._shown.alt_text = value

    def read_top_left_cell(self) -> Cells:
        return self._cell_at(self._shown.top, self._shown.left)

    def read_bottom_right_cell(self) -> Cells:
        shown = self._shown
        return self._cell_at(shown.top + shown.height, shown.left + shown.width)

    def do_delete(self) -> None:
        pictures = self._sheet.model.pictures
        self._sheet.model.allow_change()
        if not any(each is self._shown for each in pictures):
            raise CommandError(NO_SUCH_OBJECT, "The picture is gone.")
        pictures[:] = [each for each in pictures if each is not self._shown]

    def _cell_at(self, top: float, left: float) -> Cells:
        geometry = self._sheet.model.geometry
        return self._sheet.one_of_cells(address(geometry.row_at(top), geometry.column_at(left)))
