"""Workbooks of other programs that Excel opens: they are read, and written twice."""

import io
import re
import zipfile

import pytest
import xlsxwriter
from lxml import etree
from openpyxl.utils.cell import coordinate_to_tuple

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
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.areas import address
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.markup import q
from xl_addin.workbook.file.package import Package
from xl_addin.workbook.file.workbook_part import WorkbookPart
from xl_addin.workbook.port import Picture

SHEET = "xl/worksheets/sheet1.xml"
THIRD = "xl/worksheets/sheet3.xml"
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


def change_first_rank(path, content):
    sheet = parts(path)[SHEET]
    place = address(6, RANKED.headers.index("Rank") + 1).encode()
    changed_sheet, times = re.subn(
        rb'(<c r="%s"[^>]*)>.*?</c>' % place, lambda found: found[1] + content, sheet, count=1
    )
    assert times
    rewrite(path, {SHEET: changed_sheet})


def test_a_number_cell_with_a_text_is_read_as_that_text(tmp_path):
    path = ranked_book(tmp_path)
    change_first_rank(path, b"><v>one</v></c>")
    assert column(FileBook.open(path), RANKED, "Rank") == ["one", 2]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (b't="s"><v>9999</v>', None),
        (b't="s"><v>x</v>', None),
        (b't="b"><v>true</v>', True),
        (b't="b"><v>0</v>', False),
        (b't="d"><v>2024-02-29</v>', "2024-02-29"),
        (b't="d"><v>some day</v>', "some day"),
        (b't="e"><v>#N/A</v>', "#N/A"),
        (b't="n"><v>1.5E3</v>', 1500),
        (b't="n"><v>INF</v>', "INF"),
        (b't="n"><v></v>', None),
        (b't="str"><v>_x005F_x000D_ stays</v>', "_x000D_ stays"),
        (b't="inlineStr"><is><r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r></is>', "rich"),
        (b't="inlineStr"><is><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh></is>', "a"),
        (b't="inlineStr">', None),
    ],
)
def test_a_cell_is_read_for_itself_and_its_table_goes_on(tmp_path, cell, value):
    path = ranked_book(tmp_path)
    change_first_rank(path, b" " + cell + b"</c>")
    assert column(FileBook.open(path), RANKED, "Rank") == [value, 2]


@pytest.mark.parametrize(
    ("since_1904", "number_format", "serial", "shown"),
    [
        (False, "yyyy-mm-dd", 45351, "2024-02-29"),
        (False, 14, 45351.5, "2024-02-29T12:00:00"),
        (True, "yyyy-mm-dd", 45351 - 1462, "2024-02-29"),
        (False, '0.00" days"', 45351, 45351),
        (False, "[Red]0", 45351, 45351),
        (False, "hh:mm", 0.25, "06:00:00"),
        (False, "yyyy", 1e9, "#VALUE!"),
    ],
)
def test_dates_are_dates(tmp_path, since_1904, number_format, serial, shown):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": since_1904}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, RANKED.headers)
        looks = workbook.add_format({"num_format": number_format})
        sheet.write(1, RANKED.headers.index("Rank"), serial, looks)
        columns = [{"header": header} for header in RANKED.headers]
        size = {"columns": columns, "name": RANKED.name}
        sheet.add_table(0, 0, 2, len(columns) - 1, size)
        sheet.write(2, 0, "Q")
    assert column(FileBook.open(path), RANKED, "Rank") == [shown, None]


def test_rows_out_of_order_are_refused_where_their_order_counts(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().write_column(0, 0, ["a", "b"])
    changed(path, SHEET, b'<row r="2"', b'<row r="3"/><row r="2"')
    with pytest.raises(WorkbookError, match="row 2 stands below row 3") as caught:
        FileBook.open(path).read_table(POV)
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


def ranked_book(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    book = FileBook.open(path)
    write_ranked(book, ranked_rows("a", "b"))
    book.save()
    return path


def every_part(path, change, names=r"\.(xml|rels)$"):
    found = {name: data for name, data in parts(path).items() if re.search(names, name)}
    rewrite(path, {name: change(data) for name, data in found.items()})


def in_utf16(path):
    def encode(data):
        return etree.tostring(etree.fromstring(data), encoding="UTF-16", xml_declaration=True)

    every_part(path, encode)


def with_a_byte_order_mark(path):
    every_part(path, lambda data: b"\xef\xbb\xbf" + data)


def with_a_prefix(path):
    def prefix(data):
        marked = re.sub(rb"<(/?)(?!\w+:|[?!])(\w)", rb"<\1x:\2", data)
        return marked.replace(b"xmlns=", b"xmlns:x=", 1)

    every_part(path, prefix, r"sheet\d|workbook\.xml$|styles|table\d|sharedS|rels$|Types")


def with_comments_everywhere(path):
    changed(path, SHEET, b"<sheetData>", b'<cols><col min="20" max="20"/></cols><sheetData>')
    kinds = (
        b"cols|row|sheetData|c|v|cellXfs|numFmts|fonts|tableColumns|definedNames|sheets|Types|"
        b"Relationships|conditionalFormatting|dataValidations|styleSheet|worksheet|xdr:wsDr|sst|si"
    )
    opening = rb"(<(?:%s)(?: [^>]*)?(?<!/)>)" % kinds
    every_part(path, lambda data: re.sub(opening, rb"\1<!-- a comment --><?odd thing?>", data))


def with_a_number_format_without_id(path):
    odd = b'<numFmts count="1"><numFmt formatCode="0.000"/></numFmts><fonts'
    changed(path, STYLES, b"<fonts", odd)


def with_twins_of_rows_and_cells(path):
    twins = b'<row r="6"><c r="B6" t="str"><v>old</v></c><c r="B6"><v>1</v></c><c r="A6"/></row>'
    changed(path, SHEET, b'<row r="6"', twins + b'<row r="6"')


def with_rows_and_cells_out_of_order(path):
    late = b'<row r="2"><c r="C2"><v>3</v></c><c r="A2"><v>1</v></c></row></sheetData>'
    changed(path, SHEET, b"</sheetData>", late)


def without_references(path):
    every_part(path, lambda data: re.sub(rb'<c r="[A-Z]+\d+"', b"<c", data), SHEET)


def with_formulas_over_many_cells(path):
    odd = (
        b'<row r="30"><c r="C30"><f t="dataTable" ref="C30:C31" dt2D="0" dtr="0" r1="A1"/>'
        b'<v>1</v></c><c r="D30"><f t="array" ref="D30:D31">A1:A2</f><v>1</v></c></row></sheetData>'
    )
    changed(path, SHEET, b"</sheetData>", odd)


def with_alternate_content(path):
    odd = (
        b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        b'2006"><mc:Choice Requires="x14" xmlns:x14="http://schemas.microsoft.com/office/'
        b'spreadsheetml/2009/9/main"><controls/></mc:Choice></mc:AlternateContent></worksheet>'
    )
    changed(path, SHEET, b"</worksheet>", odd)


def with_a_shared_text_that_is_not_there(path):
    changed(path, SHEET, b'<c r="A1" t="s"><v>0</v>', b'<c r="A1" t="s"><v>9999</v>')


def streamed(path):
    """Sizes stand behind the data, in 64 bits."""
    content, buffer = parts(path), io.BytesIO()
    buffer.seekable = lambda: False
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(data)
    path.write_bytes(buffer.getvalue())


def with_an_entry_twice(path):
    data = parts(path)[SHEET]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/", b"")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(SHEET, data)


@pytest.mark.parametrize(
    "oddity",
    [
        in_utf16,
        with_a_byte_order_mark,
        with_a_prefix,
        with_comments_everywhere,
        with_a_number_format_without_id,
        with_twins_of_rows_and_cells,
        with_rows_and_cells_out_of_order,
        without_references,
        with_formulas_over_many_cells,
        with_alternate_content,
        with_a_shared_text_that_is_not_there,
        streamed,
        with_an_entry_twice,
    ],
)
def test_what_other_programs_write_is_read_and_written(tmp_path, oddity):
    path = ranked_book(tmp_path)
    oddity(path)
    assert column(FileBook.open(path), RANKED, "QID") == ["Q1", "Q1"]
    sheet = etree.fromstring(rank_twice(path)[SHEET])
    rows = [int(row.get("r")) for row in sheet.iter(q("row"))]
    assert rows == sorted(set(rows))
    places = [coordinate_to_tuple(cell.get("r")) for cell in sheet.iter(q("c"))]
    assert places == sorted(set(places))


@pytest.mark.parametrize(
    ("old", "new"), [(b'<row r="1"', b'<row r="first"'), (b'<c r="A1"', b'<c r="??"')]
)
def test_cells_at_no_place_are_refused_in_words(tmp_path, old, new):
    path = ranked_book(tmp_path)
    changed(path, SHEET, old, new)
    with pytest.raises(WorkbookError, match="no such place"):
        write_ranked(FileBook.open(path), ranked_rows("a"))


def test_a_sheet_without_cells_gets_a_picture(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    every_part(path, lambda data: re.sub(rb"<sheetData>.*</sheetData>", b"", data), "sheet3.xml$")
    book = FileBook.open(path)
    book.put_pictures("hidden", [Picture("bonsai_x", png(), "a picture", "its caption")])
    book.save()
    tags = [etree.QName(item).localname for item in etree.fromstring(parts(path)[THIRD])]
    assert tags.index("sheetData") < tags.index("pageMargins") < tags.index("drawing")


def test_a_picture_hangs_below_a_control_in_alternate_content(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    drawing = b"xdr:twoCellAnchor"
    opening = (
        b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        b'2006"><mc:Choice Requires="a14" xmlns:a14="http://schemas.microsoft.com/office/drawing/'
        b'2010/main"><xdr:twoCellAnchor'
    )
    closing = b"</xdr:twoCellAnchor></mc:Choice></mc:AlternateContent>"

    def wrap(data):
        assert drawing in data
        return data.replace(b"<" + drawing, opening).replace(b"</" + drawing + b">", closing)

    every_part(path, wrap, "drawings/drawing1.xml$")
    book = FileBook.open(path)
    book.put_pictures("Other", [Picture("bonsai_x", png(), "a picture", "its caption")])
    book.save()
    root = etree.fromstring(parts(path)["xl/drawings/drawing1.xml"])
    place = "{*}from/{*}row"
    ours = [int(item.findtext(place)) for item in root if item.tag.endswith("oneCellAnchor")]
    ends = [int(row.text) for row in root.iterfind(".//{*}to/{*}row")]
    assert len(ours) == 1
    assert ours[0] > max(ends)


def test_sheets_of_charts_are_passed_over(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_chartsheet("Chart")
        sheet = workbook.add_worksheet("Data")
        columns = [{"header": header} for header in RANKED.headers]
        size = {"columns": columns, "name": RANKED.name}
        sheet.add_table(4, 0, 5, len(columns) - 1, size)
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "=Data!$B$6:$B$7"})
        page.set_chart(chart)
    rank_twice(path)


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
