"""The styles part: variants of cell formats that are there already."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree
from lxml.etree import _Element as Element

from xl_addin.workbook.file.markup import MAIN, STYLES_ORDER, children, drop, insert_in_order, q
from xl_addin.workbook.file.package import Package

_FIRST_CUSTOM_FORMAT = 164
_USUAL = {
    "fonts": '<font><sz val="11"/><name val="Calibri"/></font>',
    "fills": '<fill><patternFill patternType="none"/></fill>',
    "borders": "<border/>",
    "cellStyleXfs": "<xf/>",
    "cellXfs": '<xf xfId="0"/>',
}
_BUILT_IN_FORMATS = {"General": 0, "0": 1, "0.00": 2}


class StylesPart:
    """Cell formats by their index; a variant that is missing is added at the end."""

    def __init__(self, package: Package, part: str) -> None:
        self._package = package
        self._part = part
        self._formats: dict[bytes, int] = {}
        self._quoted: dict[tuple[int, bool], int] = {}
        if not self._list("cellXfs"):
            self._make_usual()
        for index, cell_format in enumerate(self._list("cellXfs")):
            self._formats.setdefault(etree.tostring(cell_format, method="c14n"), index)

    def quoted(self, style: int, quoted: bool) -> int:
        """Return the style whose cells take what is typed as text, or as usual."""
        if (style, quoted) not in self._quoted:
            cell_format = self._copy(style)
            drop(cell_format, "quotePrefix")
            if quoted:
                cell_format.set("quotePrefix", "1")
            self._quoted[style, quoted] = self._index(cell_format)
        return self._quoted[style, quoted]

    def shaped(self, style: int, number_format: str, wrapped: bool) -> int:
        """Return the style with another number format and wrapping."""
        cell_format = self._copy(style)
        cell_format.set("numFmtId", str(self._number_format(number_format)))
        cell_format.set("applyNumberFormat", "1")
        alignment = cell_format.find(q("alignment"))
        if alignment is None:
            alignment = etree.Element(q("alignment"), vertical="top")
            cell_format.insert(0, alignment)
        alignment.set("wrapText", str(int(wrapped)))
        cell_format.set("applyAlignment", "1")
        return self._index(cell_format)

    def named(self, name: str) -> int | None:
        """Return the style of a named cell style; None where the workbook does not use it."""
        root = self._package.tree(self._part)
        for named in children(root.find(q("cellStyles")), "cellStyle"):
            if named.get("name") == name:
                users = (
                    index
                    for index, item in enumerate(self._list("cellXfs"))
                    if item.get("xfId") == named.get("xfId")
                )
                return next(users, None)
        return None

    @staticmethod
    def empty() -> bytes:
        """Return styles without any cell format."""
        return f'<styleSheet xmlns="{MAIN}"/>'.encode()

    def _make_usual(self) -> None:
        """Give the workbook the one cell format that Excel assumes where there is none."""
        root = self._package.edit(self._part)
        for tag, item in _USUAL.items():
            if not self._list(tag):
                for bare in list(children(root, tag)):
                    root.remove(bare)
                group = etree.fromstring(f'<{tag} xmlns="{MAIN}" count="1">{item}</{tag}>')
                insert_in_order(root, group, STYLES_ORDER)

    def _list(self, tag: str) -> list[Element]:
        return list(next(children(self._package.tree(self._part), tag), ()))

    def _copy(self, style: int) -> Element:
        formats = self._list("cellXfs")
        return deepcopy(formats[style if style < len(formats) else 0])

    def _index(self, cell_format: Element) -> int:
        known = etree.tostring(cell_format, method="c14n")
        if known not in self._formats:
            formats = next(children(self._package.edit(self._part), "cellXfs"))
            formats.append(cell_format)
            formats.set("count", str(len(formats)))
            self._formats[known] = len(formats) - 1
        return self._formats[known]

    def _number_format(self, code: str) -> int:
        if code in _BUILT_IN_FORMATS:
            return _BUILT_IN_FORMATS[code]
        known = {str(item.get("formatCode")): int(digits) for item in self._list("numFmts")
                 if (digits := str(item.get("numFmtId"))).isdigit()}  # fmt: skip
        if code in known:
            return known[code]
        root = self._package.edit(self._part)
        formats = root.find(q("numFmts"))
        if formats is None:
            formats = etree.Element(q("numFmts"))
            root.insert(0, formats)
        number = max([_FIRST_CUSTOM_FORMAT - 1, *known.values()]) + 1
        etree.SubElement(formats, q("numFmt"), numFmtId=str(number), formatCode=code)
        formats.set("count", str(len(formats)))
        return number
