"""What would have Excel say that it must repair a workbook: each finding is one line of text."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import coordinate_to_tuple

from tests.xl_addin.workbook.samples import loaded, parts
from xl_addin.workbook.file.markup import q


def package_faults(path: Path) -> list[str]:
    """Return everything that is wrong with a workbook; an empty list for a sound one."""
    content = parts(path)
    found = [*_relations(content), *_sheets(content), *_table_names(content)]
    return found or [*_tables(path)]


def _relations(content: dict[str, bytes]) -> Iterator[str]:
    for name, data in content.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(data)
        if (place := re.fullmatch(r"(.*?)_rels/[^/]*\.rels", name)) is None:
            continue
        ids = Counter(str(item.get("Id")) for item in etree.fromstring(data))
        yield from (f"{name} has the id {one} twice" for one, many in ids.items() if many > 1)
        for item in etree.fromstring(data):
            target = posixpath.normpath(posixpath.join("/" + place[1], str(item.get("Target"))))
            if item.get("TargetMode") != "External" and target.lstrip("/") not in content:
                yield f"{name} points to {target}, which is not there"


def _sheets(content: dict[str, bytes]) -> Iterator[str]:
    strings = len(etree.fromstring(content.get("xl/sharedStrings.xml", b"<none/>")))
    styles = etree.fromstring(content["xl/styles.xml"]).find(q("cellXfs"))
    for name, data in content.items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        root = etree.fromstring(data)
        rows = [int(str(row.get("r"))) for row in root.iter(q("row"))]
        if rows != sorted(set(rows)):
            yield f"{name} has rows out of order"
        for row in root.iter(q("row")):
            places = [coordinate_to_tuple(str(cell.get("r")))[1] for cell in row]
            if places != sorted(set(places)):
                yield f"{name} has cells out of order in row {row.get('r')}"
            for cell in row:
                if cell.get("t") == "s" and int(cell.findtext(q("v")) or -1) >= strings:
                    yield f"{name} {cell.get('r')} names a text that is not there"
                if styles is not None and int(cell.get("s", "0")) >= len(styles):
                    yield f"{name} {cell.get('r')} names a format that is not there"
                text = "".join(cell.itertext())
                if cell.get("t") == "inlineStr" and len(text) > 32_767:
                    yield f"{name} {cell.get('r')} is too long"


def _table_names(content: dict[str, bytes]) -> Iterator[str]:
    tables = [etree.fromstring(d) for n, d in content.items() if n.startswith("xl/tables/")]
    for attribute in ("id", "displayName"):
        seen = Counter(str(table.get(attribute)).casefold() for table in tables)
        yield from (f"two tables have the {attribute} {one}" for one, n in seen.items() if n > 1)
    for table in tables:
        columns = [str(column.get("name")) for column in table.iter(q("tableColumn"))]
        ids = [str(column.get("id")) for column in table.iter(q("tableColumn"))]
        if len(set(map(str.casefold, columns))) < len(columns) or len(set(ids)) < len(ids):
            yield f"{table.get('displayName')} has a column twice"
        left, top, right, bottom = range_boundaries(str(table.get("ref")))
        if right - left + 1 != len(columns) or bottom <= top:
            yield f"{table.get('displayName')} has another size than its columns"
        area = table.find(q("autoFilter"))
        if area is not None and not str(area.get("ref")).startswith(
            str(table.get("ref")).partition(":")[0]
        ):
            yield f"{table.get('displayName')} has its filter elsewhere"


def _tables(path: Path) -> Iterator[str]:
    """Compare headers with the cells they stand in, and tables of a sheet with each other."""
    for sheet in loaded(path):
        areas = {table.name: range_boundaries(table.ref) for table in sheet.tables.values()}
        for name, (left, top, right, bottom) in areas.items():
            shown = [str(sheet.cell(top, column).value) for column in range(left, right + 1)]
            listed = [column.name for column in sheet.tables[name].tableColumns]
            if [_plain(text) for text in shown] != [_plain(text) for text in listed]:
                yield f"{name} has the headers {listed} over cells {shown}"
            for other, (left2, top2, right2, bottom2) in areas.items():
                apart = right < left2 or right2 < left or bottom < top2 or bottom2 < top
                if other != name and not apart:
                    yield f"{name} and {other} run into each other"


def _plain(text: str) -> str:
    return re.sub(r"_x000[aAdD]_|\s+", " ", text)
