"""A bare copy of a workbook, to read values from: no looks, no rules, no names, no links."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping

from lxml import etree
from lxml.etree import _Element as Element

from xl_addin.workbook.file.markup import (
    CONTENT_TYPES,
    MAIN,
    PACKAGE_RELATION,
    RELATION,
    children,
    parse,
    q,
    serialise,
)
from xl_addin.workbook.file.package import Package

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LOOKS = (q("rPr"), q("rPh"), q("phoneticPr"))


def bare_copy(package: Package, book: str, sheets: Mapping[str, str]) -> bytes:
    """Return a workbook with the values of `sheets` (part by name), dates still marked as dates.

    What cannot be parsed goes over as it is.
    """
    parts = dict(_values(package, book))
    kinds = ["sharedStrings"] * ("xl/sharedStrings.xml" in parts) + ["styles"]
    parts |= {f"xl/sheet{n}.xml": _cells(package.content(part))
              for n, part in enumerate(sheets.values()) if part in package}  # fmt: skip
    shown = [(n, name) for n, (name, part) in enumerate(sheets.items()) if part in package]
    targets = {f"rId{n}": (f"sheet{n}.xml", "worksheet") for n, _ in shown}
    targets |= {kind: (f"{kind}.xml", kind) for kind in kinds}
    parts["xl/workbook.xml"] = _workbook(package.tree(book), shown)
    parts["xl/_rels/workbook.xml.rels"] = _relations(targets)
    parts["_rels/.rels"] = _relations({"rId1": ("xl/workbook.xml", "officeDocument")})
    parts["[Content_Types].xml"] = _types(targets)
    return _zipped(parts)


def _values(package: Package, book: str) -> Iterator[tuple[str, bytes]]:
    """Yield the shared texts, and styles that know number formats alone."""
    found = {item.kind: item.target for item in package.relations(book) if item.target in package}
    if "sharedStrings" in found:
        yield "xl/sharedStrings.xml", _plain(package.content(found["sharedStrings"]))
    old = package.tree(found["styles"]) if "styles" in found else etree.Element("none")
    yield "xl/styles.xml", serialise(_number_formats(old))


def _plain(data: bytes) -> bytes:
    try:
        root = parse(data)
    except etree.XMLSyntaxError:
        return data
    _strip_looks(root)
    return serialise(root)


def _cells(data: bytes) -> bytes:
    try:
        root = parse(data)
    except etree.XMLSyntaxError:
        return data
    for child in list(root):
        if child.tag not in (q("dimension"), q("sheetData")):
            root.remove(child)
    _strip_looks(root)
    return serialise(root)


def _strip_looks(root: Element) -> None:
    for item in list(root.iter(*_LOOKS)):
        parent = item.getparent()
        if parent is not None:
            parent.remove(item)


def _styles() -> Element:
    return etree.fromstring(
        f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts>'
        "<fills><fill><patternFill/></fill></fills>"
        "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs/>"
        '<cellStyles><cellStyle name="Normal" xfId="0"/></cellStyles></styleSheet>'
    )


def _number_formats(old: Element) -> Element:
    styles = _styles()
    known = etree.Element(q("numFmts"))
    for item in children(old.find(q("numFmts")), "numFmt"):
        number, code = str(item.get("numFmtId")), item.get("formatCode")
        if number.isdigit() and code is not None:
            etree.SubElement(known, q("numFmt"), numFmtId=number, formatCode=code)
    if len(known):
        styles.insert(0, known)
    formats = next(children(styles, "cellXfs"))
    for item in children(old.find(q("cellXfs")), "xf"):
        number = str(item.get("numFmtId"))
        etree.SubElement(formats, q("xf"), numFmtId=number if number.isdigit() else "0")
    if not len(formats):
        etree.SubElement(formats, q("xf"))
    return styles


def _workbook(old: Element, sheets: list[tuple[int, str]]) -> bytes:
    root = etree.fromstring(f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"/>')
    properties = etree.SubElement(root, q("workbookPr"))
    for item in children(old, "workbookPr"):
        properties.set("date1904", str(item.get("date1904", "0")))
    listed = etree.SubElement(root, q("sheets"))
    for number, name in sheets:
        sheet = etree.SubElement(listed, q("sheet"), name=name, sheetId=str(number + 1))
        sheet.set(q("id", RELATION), f"rId{number}")
    return serialise(root)


def _relations(targets: Mapping[str, tuple[str, str]]) -> bytes:
    root = etree.fromstring(f'<Relationships xmlns="{PACKAGE_RELATION}"/>')
    for name, (target, kind) in targets.items():
        item = etree.SubElement(root, q("Relationship", PACKAGE_RELATION), Id=name, Target=target)
        item.set("Type", f"{RELATION}/{kind}")
    return serialise(root)


def _types(targets: Mapping[str, tuple[str, str]]) -> bytes:
    root = etree.fromstring(f'<Types xmlns="{CONTENT_TYPES}"/>')
    kinds = {"/xl/workbook.xml": "sheet.main"}
    kinds |= {f"/xl/{target}": kind for target, kind in targets.values()}
    for part, kind in kinds.items():
        item = etree.SubElement(root, q("Override", CONTENT_TYPES), PartName=part)
        item.set("ContentType", f"{_TYPE}.{kind}+xml")
    return serialise(root)


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return buffer.getvalue()
