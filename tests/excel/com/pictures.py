"""Pictures on a sheet, and the shapes that they are."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from tests.excel.com.excel_object import ExcelList, ExcelObject
from tests.excel.com.range import Range
from tests.excel.model.pictures import ShownPicture
from tests.excel.model.typed import Refused
from xl_addin.workbook.areas import Area

if TYPE_CHECKING:
    from tests.excel.com.worksheets import Worksheet

_TRUE, _FALSE = -1, 0  # MsoTriState
_POINTS_PER_INCH, _USUAL_DPI = 72, 96


class Picture(ExcelObject):
    """A picture. Its sides keep their ratio, as Excel has it for new ones."""

    _lacks = frozenset({"Address", "get_address"})

    def __init__(self, sheet: Worksheet, shown: ShownPicture) -> None:
        super().__init__(sheet._application)
        self._sheet, self._shown = sheet, shown

    def _changed(self) -> ShownPicture:
        self._sheet._model.allow_change()
        if self._shown not in self._sheet._model.pictures:
            raise Refused("The item with the specified name wasn't found.")
        return self._shown

    @property
    def Parent(self) -> Worksheet:
        return self._sheet

    @property
    def Name(self) -> str:
        return self._shown.name

    @Name.setter
    def Name(self, value: str) -> None:
        self._changed().name = value

    @property
    def Left(self) -> float:
        return self._shown.left

    @Left.setter
    def Left(self, value: float) -> None:
        self._changed().left = value

    @property
    def Top(self) -> float:
        return self._shown.top

    @Top.setter
    def Top(self, value: float) -> None:
        self._changed().top = value

    @property
    def Width(self) -> float:
        return self._shown.width

    @Width.setter
    def Width(self, value: float) -> None:
        shown = self._changed()
        shown.height *= value / shown.width if shown.is_ratio_locked else 1
        shown.width = value

    @property
    def Height(self) -> float:
        return self._shown.height

    @Height.setter
    def Height(self, value: float) -> None:
        shown = self._changed()
        shown.width *= value / shown.height if shown.is_ratio_locked else 1
        shown.height = value

    @property
    def TopLeftCell(self) -> Range:
        return self._cell(self._shown.top, self._shown.left)

    @property
    def BottomRightCell(self) -> Range:
        shown = self._shown
        return self._cell(shown.top + shown.height, shown.left + shown.width)

    @property
    def ShapeRange(self) -> ShapeRange:
        return ShapeRange(self)

    def Delete(self) -> None:
        self._sheet._model.pictures.remove(self._changed())

    def _cell(self, top: float, left: float) -> Range:
        geometry = self._sheet._model.geometry
        row, column = geometry.row_at(top), geometry.column_at(left)
        return Range(self._sheet, Area(row, column, row, column))


class ShapeRange(ExcelObject):
    """The shape that a picture is."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture._application)
        self._picture = picture

    @property
    def AlternativeText(self) -> str:
        return self._picture._shown.alt_text

    @AlternativeText.setter
    def AlternativeText(self, value: str) -> None:
        self._picture._changed().alt_text = value

    @property
    def Title(self) -> str:
        return self._picture._shown.title

    @Title.setter
    def Title(self, value: str) -> None:
        self._picture._changed().title = value

    @property
    def LockAspectRatio(self) -> int:
        return _TRUE if self._picture._shown.is_ratio_locked else _FALSE

    @LockAspectRatio.setter
    def LockAspectRatio(self, value: int) -> None:
        self._picture._changed().is_ratio_locked = bool(value)


class Pictures(ExcelList):
    """The pictures of a sheet, the one at the back first."""

    _missing = "Unable to get the Pictures property of the Worksheet class"

    def __init__(self, sheet: Worksheet) -> None:
        super().__init__(sheet._application)
        self._sheet = sheet

    def _members(self) -> dict[str, ExcelObject]:
        pictures = self._sheet._model.pictures
        return {shown.name: Picture(self._sheet, shown) for shown in pictures}

    @property
    def Parent(self) -> Worksheet:
        return self._sheet


class Shape(ExcelObject):
    """A shape that is a picture."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture._application)
        self._picture = picture

    @property
    def DrawingObject(self) -> Picture:
        return self._picture


class Shapes(ExcelObject):
    """The shapes of a sheet, of which the stand-in has pictures alone."""

    def __init__(self, sheet: Worksheet) -> None:
        super().__init__(sheet._application)
        self._sheet = sheet

    def AddPicture(
        self,
        Filename: str,
        LinkToFile: bool,
        SaveWithDocument: bool,
        Left: float,
        Top: float,
        Width: float,
        Height: float,
    ) -> Shape:
        if LinkToFile or not SaveWithDocument:
            raise Refused("The stand-in for Excel keeps pictures in the workbook.")
        if not Path(Filename).is_file():
            raise Refused("The specified file wasn't found.")
        self._sheet._model.allow_change()
        png = Path(Filename).read_bytes()
        width, height = _natural_size(png)
        sizes = (width if Width == -1 else Width, height if Height == -1 else Height)
        number = len(self._sheet._model.pictures) + 1
        shown = ShownPicture(f"Picture {number}", png, Left, Top, *sizes)
        self._sheet._model.pictures.append(shown)
        return Shape(Picture(self._sheet, shown))


def _natural_size(png: bytes) -> tuple[float, float]:
    """Return width and height of an image in points."""
    with Image.open(io.BytesIO(png)) as image:
        across, down = image.info.get("dpi", (_USUAL_DPI, _USUAL_DPI))
        return image.width * _POINTS_PER_INCH / across, image.height * _POINTS_PER_INCH / down
