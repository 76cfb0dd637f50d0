"""Our pictures on a sheet: each found again by its name, with its caption above it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from lxml import etree
from lxml.etree import _Element as Element

from xl_addin.workbook.areas import RowColumn
from xl_addin.workbook.file.drawing_part import DrawingPart, SheetPicture, shown_pictures
from xl_addin.workbook.file.markup import RELATION, SHEET_ORDER, children, insert_in_order, q
from xl_addin.workbook.file.package import Package
from xl_addin.workbook.file.sheet_part import SheetPart
from xl_addin.workbook.pictures import GAP, PREFIX, caption_place, leaving, shown_name
from xl_addin.workbook.png import shown_size
from xl_addin.workbook.port import CellValue, Picture

_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"


class Gallery:
    """The pictures of one sheet; `texts` are its cells as they are, by row and column."""

    def __init__(
        self,
        package: Package,
        part: str,
        sheet: SheetPart,
        texts: Mapping[RowColumn, CellValue],
        caption_style: int | None,
    ) -> None:
        self._sheet, self._texts, self._caption_style = sheet, texts, caption_style
        self._drawing = _drawing(package, part, sheet)

    def show(self, pictures: Sequence[Picture], *, keep: Collection[str]) -> None:
        """Show these pictures of ours; known ones keep their place and size."""
        known = {shown.name: shown for shown in self._drawing.pictures()
                 if shown.name.startswith(PREFIX)}  # fmt: skip
        wanted = {shown_name(picture): picture for picture in pictures}
        for name in leaving(list(known), list(wanted), keep):
            self._take_down(known.pop(name))
        for name, picture in wanted.items():
            shown_now = known.get(name)
            if shown_now is None:
                self._hang(name, picture)
            else:
                self._renew(shown_now, picture)

    def _take_down(self, shown: SheetPicture) -> None:
        place = self._caption_place(shown)
        if place:
            self._sheet.empty(*place)
        self._drawing.remove(shown)

    def _hang(self, name: str, picture: Picture) -> None:
        size = shown_size(picture.png)
        height = self._sheet.default_height()
        row = max(self._sheet.last_used_row(), self._drawing.bottom_row(height)) + GAP + 1
        if any(shown.name.startswith(PREFIX) for shown in self._drawing.pictures()):
            self._sheet.break_page_above(row)
        self._write_caption((row, 1), picture.caption)
        shown = self._drawing.add(row + 1, size)
        shown.properties.set("name", name)
        self._describe(shown, picture)
        self._drawing.set_image(shown, picture.png)

    def _renew(self, shown: SheetPicture, picture: Picture) -> None:
        place = self._caption_place(shown)
        if place:
            self._write_caption(place, picture.caption)
        self._describe(shown, picture)
        self._drawing.set_image(shown, picture.png)

    def _describe(self, shown: SheetPicture, picture: Picture) -> None:
        shown.properties.set("descr", picture.alt_text)
        shown.properties.set("title", picture.caption)

    def _caption_place(self, shown: SheetPicture) -> RowColumn | None:
        return caption_place(shown.caption, shown.cell_above, self._texts)

    def _write_caption(self, place: RowColumn, caption: str) -> None:
        style = self._caption_style
        self._sheet.put(*place, caption, self._sheet.style(*place) if style is None else style)


def our_pictures(package: Package, part: str) -> list[Picture]:
    """Return our pictures on a sheet as they could be shown anew."""
    drawing = _drawing_part(package, part, package.tree(part))
    if drawing is None:
        return []
    images = {item.id: item.target for item in package.relations(drawing)}
    return [
        Picture(shown.name, package.content(image), shown.alt_text, shown.caption)
        for shown in shown_pictures(package.tree(drawing))
        if shown.name.startswith(PREFIX) and (image := images.get(shown.image, "")) in package
    ]


def _drawing_part(package: Package, part: str, sheet: Element) -> str | None:
    """Return the part of a sheet's drawing, if it has one."""
    wanted = {item.get(q("id", RELATION)) for item in children(sheet, "drawing")}
    found = (relation.target for relation in package.relations(part) if relation.id in wanted)
    return next(found, None)


def _drawing(package: Package, part: str, sheet: SheetPart) -> DrawingPart:
    """Return the drawing of a sheet, made when there is none."""
    known = _drawing_part(package, part, sheet.root)
    if known is not None:
        return DrawingPart(package, known)
    target = package.free_name("xl/drawings/drawing{}.xml")
    package.add(target, DrawingPart.empty(), _DRAWING_TYPE)
    element = etree.Element(q("drawing"), nsmap={"r": RELATION})
    element.set(q("id", RELATION), package.relate(part, "drawing", target))
    insert_in_order(sheet.root, element, SHEET_ORDER)
    return DrawingPart(package, target)
