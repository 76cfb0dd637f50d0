"""Our pictures on a sheet that is open in Excel: each found again by its name."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.errors import WorkbookError
from xl_addin.workbook.areas import Area, RowColumn
from xl_addin.workbook.cells import LINE_HEIGHT
from xl_addin.workbook.live import excel_objects
from xl_addin.workbook.live.busy import patiently
from xl_addin.workbook.live.live_sheet import LiveSheet, plain_cell, ready
from xl_addin.workbook.pictures import GAP, PREFIX, caption_place, leaving, shown_name
from xl_addin.workbook.png import SCREEN_DPI, shown_size
from xl_addin.workbook.port import CellValue, Picture

if TYPE_CHECKING:
    import xlwings

_POINTS_PER_INCH = 72

#: Seconds: a picture that is being replaced is gone for a while.
_TO_FINISH = 30.0


class LiveGallery:
    """The pictures of one sheet.

    Where the engine does not tell which cell a picture lies on, the caption of a known picture is
    left as it is. Captions are bold: the names of Excel's cell styles differ by language.
    """

    def __init__(self, sheet: LiveSheet) -> None:
        self._sheet = sheet
        used = sheet.used()
        self._texts: dict[RowColumn, CellValue] = {
            (row, column): plain_cell(value)
            for row, values in zip(used.rows, sheet.raw(used), strict=True)
            for column, value in zip(used.columns, values, strict=True)
            if value is not None
        }

    @property
    def names(self) -> list[str]:
        """The names of those that are there."""
        return [name for name in self._by_name() if name.startswith(PREFIX)]

    def show(self, pictures: Sequence[Picture], *, keep: Collection[str]) -> None:
        """Show these pictures of ours; known ones keep their place and size."""
        names = self.names
        wanted = {shown_name(picture): picture for picture in pictures}
        for name in leaving(names, list(wanted), keep):
            self._take_down(self._named(name))
            names.remove(name)
        bottoms = [_bottom_row(item) for item in self._pictures()]
        below = max([row for row, _ in self._texts] + bottoms, default=0)
        with tempfile.TemporaryDirectory(prefix="bonsai") as folder:
            file = Path(folder) / "picture.png"
            for name, picture in wanted.items():
                file.write_bytes(picture.png)
                if name in names:
                    self._renew(name, picture, file)
                else:
                    below = self._hang(name, picture, file, below + GAP + 1)

    def _by_name(self) -> dict[str, xlwings.main.Picture]:
        return {str(patiently(partial(getattr, item, "name"))): item for item in self._pictures()}

    def _pictures(self) -> list[xlwings.main.Picture]:
        return patiently(lambda: [*self._sheet.sheet.pictures])

    def _named(self, name: str) -> xlwings.main.Picture:
        """Return a picture by its name: by number it is another one as soon as one goes."""
        return patiently(lambda: self._sheet.sheet.pictures[name])

    def _take_down(self, shown: xlwings.main.Picture) -> None:
        place = self._caption_place(shown)
        patiently(shown.delete)
        if place:
            self._sheet.wipe(_cell(place))
            self._texts.pop(place, None)

    def _hang(self, name: str, picture: Picture, file: Path, row: int) -> int:
        """Put a new picture below its caption; return the lowest row that it covers."""
        width, height = (
            pixels * _POINTS_PER_INCH / SCREEN_DPI for pixels in shown_size(picture.png)
        )
        anchor = patiently(lambda: self._sheet.range(_cell((row + 1, 1))))
        self._put(name, file, {"anchor": anchor, "width": width, "height": height})
        # What `add` returns is known on macOS by the name that it had at first.
        shown = self._named(name)
        patiently(lambda: _set_size(shown, width, height))
        excel_objects.describe(shown, picture.alt_text, picture.caption)
        self._write_caption((row, 1), picture.caption)
        lines = math.ceil(height / LINE_HEIGHT)
        return excel_objects.bottom_row(shown) or row + lines

    def _renew(self, name: str, picture: Picture, file: Path) -> None:
        shown = self._named(name)
        place = self._caption_place(shown)
        sides = ("left", "top", "width", "height")
        self._put(name, file, {side: patiently(partial(getattr, shown, side)) for side in sides})
        excel_objects.describe(self._named(name), picture.alt_text, picture.caption)
        if place:
            self._write_caption(place, picture.caption)

    def _put(self, name: str, file: Path, place: Mapping[str, Any]) -> None:
        """Show an image under a name: in the place of the one that has it, or in a new place.

        xlwings deletes, adds and names pictures call by call, so a second try goes on where the
        first was cut off.
        """
        known = {*self._by_name()}

        def put() -> None:
            there = {item.name: item for item in self._sheet.sheet.pictures}
            unnamed = [item for known_as, item in there.items() if known_as not in {*known, name}]
            if unnamed:
                unnamed[0].name = name
            elif name not in there:
                self._sheet.sheet.pictures.add(str(file), name=name, **place)
            elif name in known:
                there[name].update(str(file))

        try:
            patiently(put, _TO_FINISH)
        except OSError as error:
            raise WorkbookError(
                "A picture cannot be handed over to Excel.",
                f"{error.strerror} ({error.filename}).",
                "On macOS, let Python change the data of other apps (System Settings, Privacy & "
                "Security), and run again.",
            ) from error

    def _caption_place(self, shown: xlwings.main.Picture) -> RowColumn | None:
        return caption_place(
            excel_objects.caption(shown), excel_objects.cell_above(shown), self._texts
        )

    def _write_caption(self, place: RowColumn, caption: str) -> None:
        area = _cell(place)
        self._sheet.type_block(area, [[ready(caption)]])

        def embolden() -> None:
            self._sheet.range(area).font.bold = True

        patiently(embolden)
        self._texts[place] = caption


def _cell(place: RowColumn) -> Area:
    return Area(*place, *place)


def _set_size(shown: xlwings.main.Picture, width: float, height: float) -> None:
    shown.width = width
    shown.height = height


def _bottom_row(shown: xlwings.main.Picture) -> int:
    """Return the lowest row that a picture covers, as far as can be told."""
    row = excel_objects.bottom_row(shown)
    if row is not None:
        return row
    top, height = patiently(lambda: (shown.top, shown.height))
    return math.ceil(((top or 0) + (height or 0)) / LINE_HEIGHT)
