"""The look of cells as named styles, which a user can change once for the whole workbook."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from xl_addin.workbook.file.markup import children, drop, q, set_children
from xl_addin.workbook.file.package import Package

INK, PALE_INK, BAND = "#1F3864", "#595959", "#2F5597"
_STYLES_PART = "xl/styles.xml"


@dataclass(frozen=True)
class CellStyle:
    """A style that Excel has under `name`, with its number there and the look we give it."""

    name: str
    builtin_id: int
    look: tuple[tuple[str, str | int | bool], ...]


NORMAL = CellStyle("Normal", 0, ())
TITLE = CellStyle("Title", 15, (("font_size", 18), ("font_color", INK), ("valign", "vcenter")))
HEADING = CellStyle(
    "Heading 1",
    16,
    (("bold", True), ("font_size", 13), ("font_color", INK), ("bottom", 2),
     ("bottom_color", "#8EA9DB")),
)  # fmt: skip
CAPTION = CellStyle("Heading 3", 18, (("bold", True), ("font_color", INK)))
INPUT = CellStyle(
    "Input",
    20,
    (("font_color", INK), ("bg_color", "#FFF8E5"), ("border", 1), ("border_color", "#D6C796")),
)
OUTPUT = CellStyle(
    "Output", 21, (("font_color", "#262626"), ("border", 1), ("border_color", "#D9D9D9"))
)
HEADER = CellStyle(
    "Accent1",
    29,
    (("bold", True), ("font_color", "#FFFFFF"), ("bg_color", BAND), ("border", 1),
     ("border_color", "#8EA9DB")),
)  # fmt: skip
EXPLANATION = CellStyle("Explanatory Text", 53, (("italic", True), ("font_color", PALE_INK)))
NOTE = CellStyle("Note", 10, (("bg_color", "#F2F2F2"), ("border", 1), ("border_color", "#BFBFBF")))


class CellStyles:
    """Hands out formats of the styles while a workbook is written, then names them in the file."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._formats: dict[tuple[CellStyle, tuple[tuple[str, Any], ...]], Format] = {}

    def format(self, style: CellStyle, **shape: str | int | bool) -> Format:
        """Return the style with a shape of its own: alignment, wrapping or number format."""
        known = style, tuple(sorted(shape.items()))
        if known not in self._formats:
            look = {"valign": "top", **dict(style.look), **shape}
            self._formats[known] = self._workbook.add_format(look)
        return self._formats[known]

    def name_in(self, package: Package) -> None:
        """Name the styles in the finished package, which XlsxWriter cannot do."""
        root = package.edit(_STYLES_PART)
        formats = list(next(children(root, "cellXfs")))
        bases, names = next(children(root, "cellStyleXfs")), next(children(root, "cellStyles"))
        for style in dict.fromkeys(style for style, _ in self._formats if style != NORMAL):
            users = [formats[index] for index in self._indexes(style)]
            base = deepcopy(users[0])
            set_children(base)
            drop(base, "xfId")
            for name in ("applyNumberFormat", "applyAlignment", "applyProtection"):
                base.set(name, "0")
            base.set("numFmtId", "0")
            for user in users:
                user.set("xfId", str(len(bases)))
                # Marked as its own, a look would not follow when the user changes the style.
                for part in ("font", "fill", "border"):
                    if user.get(f"{part}Id") == base.get(f"{part}Id"):
                        drop(user, f"apply{part.capitalize()}")
            named = etree.SubElement(names, q("cellStyle"), name=style.name)
            named.set("xfId", str(len(bases)))
            named.set("builtinId", str(style.builtin_id))
            named.set("customBuiltin", "1")
            bases.append(base)
        for listing in (bases, names):
            listing.set("count", str(len(listing)))

    def _indexes(self, style: CellStyle) -> list[int]:
        used = (item for (owner, _), item in self._formats.items() if owner == style)
        return [item.xf_index for item in used if item.xf_index is not None]
