"""The part that holds the pictures of one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element as Element

from xl_addin.workbook.areas import RowColumn
from xl_addin.workbook.file.markup import DRAWING, RELATION, SHEET_DRAWING, parse, q
from xl_addin.workbook.file.package import Package

EMU_PER_PIXEL = 9525
EMU_PER_POINT = 12700

_ANCHORS = ("oneCellAnchor", "twoCellAnchor", "absoluteAnchor")
_EMPTY = f'<xdr:wsDr xmlns:xdr="{SHEET_DRAWING}" xmlns:a="{DRAWING}"/>'
_ANCHOR = f"""
<xdr:oneCellAnchor xmlns:xdr="{SHEET_DRAWING}" xmlns:a="{DRAWING}" xmlns:r="{RELATION}">
<xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff>
<xdr:row>{{row}}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>
<xdr:ext cx="{{width}}" cy="{{height}}"/>
<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{{id}}" name=""/>
<xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>
<xdr:blipFill><a:blip r:embed=""/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>
<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{{width}}" cy="{{height}}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>
<xdr:clientData/></xdr:oneCellAnchor>"""


@dataclass(frozen=True)
class SheetPicture:
    """A picture on the sheet: its properties element, its image element and its anchor."""

    properties: Element
    blip: Element
    anchor: Element

    @property
    def name(self) -> str:
        """The name by which it is found again."""
        return str(self.properties.get("name") or "")

    @property
    def caption(self) -> str:
        """The caption that was written above it."""
        return self.properties.get("title") or ""

    @property
    def alt_text(self) -> str:
        """What is told to those who do not see it."""
        return self.properties.get("descr") or ""

    @property
    def image(self) -> str:
        """The id of the drawing's relationship to its image."""
        return self.blip.get(q("embed", RELATION)) or ""

    @property
    def cell_above(self) -> RowColumn | None:
        """Row and column, from 1, of the cell over its upper left corner."""
        row = self.anchor.findtext(f"{_x('from')}/{_x('row')}")
        column = self.anchor.findtext(f"{_x('from')}/{_x('col')}")
        return (int(row), int(column or 0) + 1) if row and int(row) > 0 else None


class DrawingPart:
    """A view on a drawing of the package."""

    def __init__(self, package: Package, part: str) -> None:
        self._package, self._part = package, part
        self._root = package.edit(part)

    @staticmethod
    def empty() -> bytes:
        """Return a drawing without anything in it."""
        return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + _EMPTY.encode()

    def pictures(self) -> Iterator[SheetPicture]:
        """Yield every picture, the user's too."""
        return shown_pictures(self._root)

    def bottom_row(self, row_height: float) -> int:
        """Return the lowest row, from 1, that anything here covers; 0 where nothing does."""
        anchors = self._root.iter(*map(_x, _ANCHORS))
        return max((_bottom(anchor, row_height) for anchor in anchors), default=0)

    def add(self, row: int, size: tuple[int, int]) -> SheetPicture:
        """Add a picture without an image at the left end of a row (from 1); size in pixels."""
        ids = [int(item.get("id") or 0) for item in self._root.iter(_x("cNvPr"))]
        text = _ANCHOR.format(
            row=row - 1,
            width=size[0] * EMU_PER_PIXEL,
            height=size[1] * EMU_PER_PIXEL,
            id=max(ids, default=1) + 1,
        )
        anchor = parse("".join(text.splitlines()).encode())
        self._root.append(anchor)
        return next(shown for shown in self.pictures() if shown.anchor is anchor)

    def set_image(self, shown: SheetPicture, png: bytes) -> None:
        """Give a picture its image; an older image goes if nothing else shows it."""
        part = self._package.free_name("xl/media/image{}.png")
        self._package.add(part, png, "image/png")
        old = shown.blip.get(q("embed", RELATION))
        shown.blip.set(q("embed", RELATION), self._package.relate(self._part, "image", part))
        self._forget_image(old)

    def remove(self, shown: SheetPicture) -> None:
        """Take a picture away, out of a group too."""
        old = shown.blip.get(q("embed", RELATION))
        picture = next(shown.blip.iterancestors(_x("pic")))
        parent = picture.getparent()
        if parent is shown.anchor:
            self._root.remove(shown.anchor)
        elif parent is not None:
            parent.remove(picture)
        self._forget_image(old)

    def _forget_image(self, relation_id: str | None) -> None:
        # Excel lets equal images share one relationship.
        used = {blip.get(q("embed", RELATION)) for blip in self._root.iter(q("blip", DRAWING))}
        if relation_id and relation_id not in used:
            self._package.unrelate(self._part, relation_id)


def shown_pictures(root: Element) -> Iterator[SheetPicture]:
    """Yield every picture of a drawing."""
    for picture in list(root.iter(_x("pic"))):
        properties = next(picture.iter(_x("cNvPr")), None)
        blip = next(picture.iter(q("blip", DRAWING)), None)
        anchor = next((up for up in picture.iterancestors() if up.getparent() is root), None)
        if properties is not None and blip is not None and anchor is not None:
            yield SheetPicture(properties, blip, anchor)


def _x(tag: str) -> str:
    return q(tag, SHEET_DRAWING)


def _bottom(anchor: Element, row_height: float) -> int:
    end = anchor.findtext(f"{_x('to')}/{_x('row')}")
    if end:
        return int(end) + 1
    start = int(anchor.findtext(f"{_x('from')}/{_x('row')}") or 0)
    position, size = anchor.find(_x("pos")), anchor.find(_x("ext"))
    emu = sum(
        int(item.get(name) or 0)
        for item, name in ((position, "y"), (size, "cy"))
        if item is not None
    )
    return start + rows_for(emu / EMU_PER_POINT, row_height)


def rows_for(points: float, row_height: float) -> int:
    """Return how many rows of that height something covers."""
    return -int(-points // row_height)
