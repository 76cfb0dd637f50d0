"""Workbooks of other programs that Excel opens: they are read, and written twice."""

import pytest
from lxml import etree

from tests.xl_addin.workbook.samples import (
    column,
    parts,
    png,
    ranked_rows,
    rewrite,
    rich_book,
    write_ranked,
)
from worker.errors import WorkbookError
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.package import Package
from xl_addin.workbook.file.workbook_part import WorkbookPart
from xl_addin.workbook.port import Picture

SHEET = "xl/worksheets/sheet1.xml"
STYLES = "xl/styles.xml"
TYPES = "[Content_Types].xml"
BARE = (
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</styleSheet>'
)
LOST_RULE = (
    b'<conditionalFormatting sqref="#REF!"><cfRule type="expression" priority="9">'
    b"<formula>#REF!</formula></cfRule></conditionalFormatting>"
)
LOST_VALIDATION = (
    b'<dataValidation type="list" sqref="#REF!"><formula1>#REF!</formula1></dataValidation>'
)
LOST_EXTENSION = (
    b'<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    b"<x14:conditionalFormattings><x14:conditionalFormatting "
    b'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><xm:sqref>#REF!</xm:sqref>'
    b"</x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
)


def changed(path, part, old, new):
    data = parts(path)[part]
    assert old in data
    rewrite(path, {part: data.replace(old, new, 1)})


def rank_twice(path):
    """A real run lands, longer than before and then shorter; the rest stays byte for byte."""
    before = parts(path)
    for ids in ("abcd", "ab"):
        book = FileBook.open(path)
        write_ranked(book, ranked_rows(*ids))
        book.save()
        assert column(FileBook.open(path), RANKED, "ChunkID") == list(ids)
    touched = {"xl/workbook.xml", SHEET, "xl/tables/table1.xml", STYLES}
    after = parts(path)
    assert {name for name in before if after.get(name) != before[name]} <= touched
    return after


@pytest.mark.parametrize(
    ("mark", "rule"),
    [
        (b"<conditionalFormatting", LOST_RULE + b"<conditionalFormatting"),
        (b"<dataValidation ", LOST_VALIDATION + b"<dataValidation "),
        (b"</worksheet>", LOST_EXTENSION + b"</worksheet>"),
    ],
)
def test_a_rule_that_lost_its_cells_stays_as_it_is(tmp_path, mark, rule):
    path = rich_book(tmp_path / "a.xlsx")
    changed(path, SHEET, mark, rule)
    after = etree.fromstring(rank_twice(path)[SHEET])
    lost = [item for item in after.iter() if "#REF!" in (item.get("sqref"), item.text)]
    assert lost


@pytest.mark.parametrize("styles", [BARE % b"", BARE % b'<cellXfs count="0"/><dxfs count="0"/>'])
def test_a_book_without_cell_formats_gets_the_usual_one(tmp_path, styles):
    path = rich_book(tmp_path / "a.xlsx")
    rewrite(path, {STYLES: styles})
    root = etree.fromstring(rank_twice(path)[STYLES])
    tags = [etree.QName(item).localname for item in root]
    assert tags[:5] == ["fonts", "fills", "borders", "cellStyleXfs", "cellXfs"]


def test_a_new_part_takes_no_name_that_is_declared_already(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    ghost = (
        b'<Override PartName="/XL/Drawings/Drawing2.xml" ContentType="application/xml"/></Types>'
    )
    changed(path, TYPES, b"</Types>", ghost)
    book = FileBook.open(path)
    book.put_pictures("Ergebnisse 結果", [Picture("bonsai_x", png(), "a picture", "its caption")])
    book.save()
    names = [item.get("PartName") for item in etree.fromstring(parts(path)[TYPES])]
    declared = [name.lower() for name in names if name]
    assert len(declared) == len(set(declared))
    assert "xl/drawings/drawing3.xml" in parts(path)


def test_a_colour_scale_of_the_users_on_our_columns_stays(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    scale = (
        b'<conditionalFormatting sqref="D6"><cfRule type="colorScale" priority="8"><colorScale>'
        b'<cfvo type="min"/><cfvo type="max"/><color rgb="FF123456"/><color theme="4"/>'
        b"</colorScale></cfRule></conditionalFormatting>"
    )
    changed(path, SHEET, b"<conditionalFormatting", scale + b"<conditionalFormatting")
    sheet = rank_twice(path)[SHEET]
    assert sheet.count(b"FF123456") == 1


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (STYLES, b"<font>", b'<font><color rgb="no colour"/>'),
        (STYLES, b'<patternFill patternType="none"/>', b""),
        ("docProps/core.xml", b"<dcterms:created", b"<dcterms:created odd='1'"),
        ("docProps/core.xml", b"Z</dcterms:created>", b" some day</dcterms:created>"),
        ("xl/theme/theme1.xml", b"<a:theme ", b"<a:broken "),
        (SHEET, b"<sheetData>", b'<cols><col min="x" max="1"/></cols><sheetData>'),
        ("xl/workbook.xml", b"<definedName ", b'<definedName localSheetId="99" '),
    ],
)
def test_values_are_read_whatever_a_book_looks_like(tmp_path, part, old, new):
    path = rich_book(tmp_path / "a.xlsx")
    write = FileBook.open(path)
    write_ranked(write, ranked_rows("a", "b"))
    write.save()
    changed(path, part, old, new)
    assert column(FileBook.open(path), RANKED, "ChunkID") == ["a", "b"]


def test_a_cell_that_cannot_be_read_does_not_make_the_file_damaged(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    write = FileBook.open(path)
    write_ranked(write, ranked_rows("a"))
    write.save()
    changed(path, SHEET, b"<v>1</v>", b"<v>one</v>")
    with pytest.raises(WorkbookError, match="cannot be read") as caught:
        FileBook.open(path).read_table(RANKED)
    assert "damaged" not in str(caught.value)


CRITERIA = b'<filterColumn colId="0"><filters blank="1"/></filterColumn></autoFilter>'
FILTER = b'<autoFilter ref="A1:A3">' + CRITERIA


def hide_rows(path, own_filter, sheet_filter=False):
    """Rows 6 and 7 hidden, on a sheet that says it is filtered."""
    write = FileBook.open(path)
    write_ranked(write, ranked_rows("a", "b"))
    write.save()
    changed(path, SHEET, b'<row r="6"', b'<row hidden="1" r="6"')
    changed(path, SHEET, b'<row r="7"', b'<row hidden="1" r="7"')
    changed(path, SHEET, b"<dimension", b'<sheetPr filterMode="1"/><dimension')
    if sheet_filter:
        changed(path, SHEET, b"</sheetData>", b"</sheetData>" + FILTER)
    if own_filter:
        table = parts(path)["xl/tables/table1.xml"]
        place = table.index(b"/>", table.index(b"<autoFilter"))
        filtered = table[:place] + b">" + CRITERIA + table[place + 2 :]
        rewrite(path, {"xl/tables/table1.xml": filtered})


@pytest.mark.parametrize("sheet_filter", [True, False])
def test_rows_that_something_else_hid_stay_hidden(tmp_path, sheet_filter):
    path = rich_book(tmp_path / "a.xlsx")
    hide_rows(path, own_filter=False, sheet_filter=sheet_filter)
    sheet = rank_twice(path)[SHEET]
    assert sheet.count(b'hidden="1"') == 2
    assert b"filterMode" in sheet


@pytest.mark.parametrize("sheet_filter", [True, False])
def test_rows_that_the_filter_of_the_table_hid_are_shown(tmp_path, sheet_filter):
    path = rich_book(tmp_path / "a.xlsx")
    hide_rows(path, own_filter=True, sheet_filter=sheet_filter)
    sheet = rank_twice(path)[SHEET]
    assert b'hidden="1"' not in sheet
    assert (b"filterMode" in sheet) == sheet_filter


@pytest.mark.parametrize("spell", [str.upper, lambda name: name.replace("/", "\\")])
def test_part_names_in_other_letters_or_with_other_strokes_are_found(tmp_path, spell):
    path = rich_book(tmp_path / "a.xlsx")
    before = parts(path)
    named = {name if name.startswith("[") else spell(name): data for name, data in before.items()}
    rewrite(path, {**dict.fromkeys(before), **named})
    for ids in ("abc", "a"):
        book = FileBook.open(path)
        write_ranked(book, ranked_rows(*ids))
        book.save()
        assert column(FileBook.open(path), RANKED, "ChunkID") == list(ids)


def test_a_defined_name_in_other_letters_is_the_same_name(tmp_path):
    package = Package.read(rich_book(tmp_path / "a.xlsx").read_bytes(), "a.xlsx")
    WorkbookPart(package).define("RATE", "hidden!$A$2")
    assert package.content("xl/workbook.xml").count(b"<definedName ") == 1
