"""XML of a workbook: names, parsing, writing, and the order that the schema wants."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
EXCEL_EXTENSION = "http://schemas.microsoft.com/office/excel/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SHEET_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"

#: How an attribute or a cell says yes.
TRUE = ("1", "true", "on")
# Comments and processing instructions mean nothing in a workbook, and Excel drops them, too.
_PARSING: dict[str, Any] = {
    "huge_tree": True,
    "resolve_entities": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
}

WORKBOOK_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets",
    "functionGroups", "externalReferences", "definedNames", "calcPr",
)  # fmt: skip
STYLES_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs")
SHEET_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing",
)  # fmt: skip


def q(tag: str, namespace: str = MAIN) -> str:
    """Return the qualified name of `tag`."""
    return f"{{{namespace}}}{tag}"


def parse(data: bytes) -> Element:
    """Return the root element of `data`.

    :raises etree.XMLSyntaxError: if it is damaged.
    """
    return etree.fromstring(data, etree.XMLParser(**_PARSING))


def elements(data: bytes, tag: str) -> Iterator[Element]:
    """Yield each element of that tag, one at a time: it is gone before the next one comes.

    :raises etree.XMLSyntaxError: if `data` is damaged, as far as it was read.
    """
    for _, element in etree.iterparse(io.BytesIO(data), tag=q(tag), **_PARSING):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]  # else a million empty ones would pile up


def serialise(root: Element) -> bytes:
    """Return `root` as the bytes of a part."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def children(parent: Element | None, tag: str) -> Iterator[Element]:
    """Yield the children of that tag; none where there is no parent."""
    return iter(()) if parent is None else parent.iterchildren(q(tag))


def insert_in_order(parent: Element, child: Element, order: Sequence[str]) -> None:
    """Put `child` after all its elder siblings; tags that `order` does not know stay put."""
    elders = {q(tag) for tag in order[: order.index(etree.QName(child).localname) + 1]}
    places = [index for index, sibling in enumerate(parent) if sibling.tag in elders]
    parent.insert(places[-1] + 1 if places else 0, child)


def drop(element: Element, attribute: str) -> None:
    """Take an attribute away, if it is there."""
    if attribute in element.attrib:
        del element.attrib[attribute]


def set_children(parent: Element, children: Iterable[Element] = ()) -> None:
    """Give `parent` these children and no others."""
    for child in list(parent):
        parent.remove(child)
    parent.extend(children)
