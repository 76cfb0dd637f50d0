"""Workbooks that other programs left in odd states, ranked for real: they come back whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table as ExcelTable

from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.workbook.samples import parts, rewrite
from xl_addin.jobs.books import new_book
from xl_addin.jobs.rank import JOB
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.run_inputs import INPUTS
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.markup import EXCEL_EXTENSION, q

STYLES = "xl/styles.xml"
TYPES = "[Content_Types].xml"

Oddity = Callable[[Path], bytes]


def template_host(path: Path) -> None:
    new_book(path)


def foreign_host(path: Path) -> None:
    """A workbook of openpyxl's, with our tables among other cells."""
    book = openpyxl.Workbook()
    plan = book.active
    plan.title = "Plan 計画"
    plan["A1"], plan["B2"] = "my plan", "=1+1"
    plan["A40"] = "below everything"
    question: dict[str, object] = {header: f"What is {header}?" for header in FBQ.headers[2:12]}
    question |= {"QInitial": "What moves oil?", "FBQ_A": 0, "FBQ_B": 1}
    _put(plan, FBQ, [question], left=1, top=42)
    povs = [{"POV": text} for text in ("Oil flows.", "Kettles sing.")]
    _put(plan, POV, povs, left=30, top=5)
    _put(plan, RANKED, [{}], left=50, top=5)
    _put(book.create_sheet("Matrix"), MATRIX, [{}], left=1, top=7)
    _put(book.create_sheet("Last run"), LAST_RUN, [{}], left=1, top=1)
    book.create_sheet(HEATMAP.sheet)["A1"] = "pictures"
    book.create_sheet("Other")["A1"] = "untouched"
    book.save(path)


def _put(sheet, table: Table, filled: list[dict[str, object]], left: int, top: int) -> None:
    for row, values in enumerate([dict(zip(table.headers, table.headers, strict=True)), *filled]):
        for column, header in enumerate(table.headers):
            value = values.get(header)
            sheet.cell(top + row, left + column, value)
    right, bottom = get_column_letter(left + len(table.headers) - 1), top + len(filled)
    area = f"{get_column_letter(left)}{top}:{right}{bottom}"
    sheet.add_table(ExcelTable(displayName=table.name, ref=area))


def ranked_part(path: Path) -> str:
    place = FileBook.open(path)._workbook.table(RANKED.name)
    assert place is not None
    return FileBook.open(path)._workbook.sheet_part(place.sheet)


def changed(path: Path, part: str, old: bytes, new: bytes) -> None:
    data = parts(path)[part]
    assert old in data
    rewrite(path, {part: data.replace(old, new, 1)})


# Each makes a workbook odd and returns what must still be in the part that it changed.


def ghost_part(name: bytes) -> Oddity:
    def declare(path: Path) -> bytes:
        ghost = b'<Override PartName="/%s" ContentType="application/xml"/>' % name
        changed(path, TYPES, b"</Types>", ghost + b"</Types>")
        return name

    return declare


def rule_without_cells(path: Path) -> bytes:
    rule = b'<xm:sqref xmlns:xm="%s">#REF!</xm:sqref>' % EXCEL_EXTENSION.encode()
    uri = b"{78C0D931-6437-407d-A8EE-F0AAD7539E65}"
    x14 = b"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
    extension = (
        b'<extLst><ext uri="%s" xmlns:x14="%s"><x14:conditionalFormattings>'
        b"<x14:conditionalFormatting>%s</x14:conditionalFormatting>"
        b"</x14:conditionalFormattings></ext></extLst></worksheet>" % (uri, x14, rule)
    )
    changed(path, ranked_part(path), b"</worksheet>", extension)
    return b"#REF!</xm:sqref>"


def dropdown_without_cells(path: Path) -> bytes:
    rule = (
        b'<dataValidations count="1"><dataValidation type="list" sqref="#REF!"><formula1>#REF!'
        b"</formula1></dataValidation></dataValidations>"
    )
    part = ranked_part(path)
    sheet = re.sub(rb"<dataValidations.*</dataValidations>", b"", parts(path)[part])
    rewrite(path, {part: sheet.replace(b"<pageMargins", rule + b"<pageMargins", 1)})
    return b'sqref="#REF!"'


def styles(content: bytes) -> Oddity:
    def replace(path: Path) -> bytes:
        namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        rewrite(path, {STYLES: b'<styleSheet xmlns="%s">%s</styleSheet>' % (namespace, content)})
        return b"styleSheet"

    return replace


def look(old: bytes, new: bytes) -> Oddity:
    def replace(path: Path) -> bytes:
        data = parts(path)[STYLES]
        found = re.search(old, data)
        assert found
        rewrite(path, {STYLES: data[: found.start()] + new + data[found.end() :]})
        return new

    return replace


def hide(path: Path, attributes: bytes) -> None:
    """Hide the first row of results."""
    part = ranked_part(path)
    sheet, times = re.subn(rb'<row r="6"', b'<row r="6" ' + attributes, parts(path)[part])
    assert times == 1
    rewrite(path, {part: sheet})


def hidden_by_an_outline(path: Path) -> bytes:
    hide(path, b'hidden="1" outlineLevel="1"')
    return b'hidden="1"'


def hidden_by_another_list(path: Path) -> bytes:
    hide(path, b'hidden="1"')
    criteria = (
        b'</sheetData><autoFilter ref="A1:A40"><filterColumn colId="0"><filters blank="1"/>'
        b"</filterColumn></autoFilter>"
    )
    changed(path, ranked_part(path), b"</sheetData>", criteria)
    return b'hidden="1"'


def colour_scale(colours: tuple[bytes, ...]) -> Oddity:
    def add(path: Path) -> bytes:
        place = FileBook.open(path)._workbook.table(RANKED.name)
        assert place is not None
        column = get_column_letter(place.table.area.left + RANKED.headers.index("SexyScore"))
        limits = b'<cfvo type="min"/><cfvo type="percentile" val="50"/><cfvo type="max"/>'
        if len(colours) == 2:
            limits = b'<cfvo type="min"/><cfvo type="max"/>'
        shown = b"".join(b'<color rgb="%s"/>' % colour for colour in colours)
        rule = (
            b'<conditionalFormatting sqref="%s6"><cfRule type="colorScale" priority="90">'
            b"<colorScale>%s%s</colorScale></cfRule></conditionalFormatting>"
            % (column.encode(), limits, shown)
        )
        part = ranked_part(path)
        rules = b"<conditionalFormatting"
        mark = rules if rules in parts(path)[part] else b"<pageMargins"
        changed(path, part, mark, rule + mark)
        return colours[0]

    return add


KINDS = {
    "a declared part that is not there": ghost_part(b"xl/drawings/drawing1.xml"),
    "a declared part in other letters": ghost_part(b"XL/Drawings/Drawing1.xml"),
    "a colour rule that lost its cells": rule_without_cells,
    "a dropdown that lost its cells": dropdown_without_cells,
    "styles without cell formats": styles(b""),
    "an empty list of cell formats": styles(b'<cellXfs count="0"/><dxfs count="0"/>'),
    "a row hidden by an outline": hidden_by_an_outline,
    "a row hidden by another list": hidden_by_another_list,
    "a colour scale of two": colour_scale((b"FF123456", b"FF654321")),
    "a colour scale of three": colour_scale((b"FF123456", b"FFFFFFFF", b"FF654321")),
    "a colour that is none": look(rb"<font>", b'<font><color rgb="no colour"/>'),
    "a fill without a pattern": look(rb"<fill>.*?</fill>", b"<fill/>"),
}


@pytest.mark.parametrize("host", [template_host, foreign_host])
@pytest.mark.parametrize("oddity", KINDS.values(), ids=KINDS)
def test_an_odd_workbook_comes_back_whole(
    tmp_path: Path, papers: Path, bonsai: Run, host: Callable[[Path], None], oddity: Oddity
):
    path = tmp_path / "odd.xlsx"
    host(path)
    mark = oddity(path)
    before = parts(path)
    odd_parts = [name for name, data in before.items() if mark in data]
    ours = parts_of_results(path)
    assert bonsai("index", "--documents", papers, "--collection", "odd")[0] == 0
    for most in (3, 5, 2):
        code, _, err = bonsai("rank", path, "--collection", "odd", "--top", most)
        assert code == 0, err
        ranks = [row["Rank"] for row in rows(path, RANKED)]
        assert ranks == list(range(1, most + 1)) * (len(ranks) // most)
        assert ranks
        after = parts(path)
        assert {name for name in before if after.get(name) != before[name]} <= ours
        assert all(mark in after[name] for name in odd_parts)
        assert_whole(before, after, path)


def parts_of_results(path: Path) -> set[str]:
    """What a run writes into; every other part must come out as it went in."""
    book = FileBook.open(path)._workbook
    filled = [
        table for table in (*JOB.sheets, *JOB.shares, INPUTS, LAST_RUN) if isinstance(table, Table)
    ]
    tables = [book.table(table.name) for table in filled]
    found = [place for place in tables if place is not None]
    sheets = {book.sheet_part(name) for name in [*(place.sheet for place in found), HEATMAP.sheet]}
    rels = {f"xl/worksheets/_rels/{Path(sheet).name}.rels" for sheet in sheets}
    return {*sheets, *rels, *(place.part for place in found), STYLES, TYPES, "xl/workbook.xml"}


def assert_whole(before: dict[str, bytes], after: dict[str, bytes], path: Path) -> None:
    declared = [str(item.get("PartName")).lower() for item in etree.fromstring(after[TYPES])
                if item.get("PartName")]  # fmt: skip
    assert len(declared) == len(set(declared))
    place = FileBook.open(path)._workbook.table(RANKED.name)
    assert place is not None
    part, left = ranked_part(path), place.table.area.left
    if left > 1:
        assert cells_beside(after[part], left) == cells_beside(before[part], left)


def cells_beside(sheet: bytes, left: int) -> dict[str, bytes]:
    """The cells of the user's to the left of our results, as they are written."""
    found = {}
    for cell in etree.fromstring(sheet).iter(q("c")):
        reference = str(cell.get("r"))
        if openpyxl.utils.cell.coordinate_to_tuple(reference)[1] < left:
            found[reference] = etree.tostring(cell, method="c14n")
    return found
