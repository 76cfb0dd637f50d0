"""Workbooks: what stands in them, what lies on top, what is hidden and what is lost."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.comments import Comment
from PIL import Image

from tests.worker.documents.office_files import changed, replacing, saved
from worker.documents.document import Document
from worker.documents.readers import read_document
from worker.errors import DocumentError

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


def written(*make: Callable[[Any], object]) -> Document:
    """What is read of a workbook with a sheet Harvest, filled by functions that take both."""
    data = BytesIO()
    book = xlsxwriter.Workbook(data)
    sheet = book.add_worksheet("Harvest")
    for row, cells in enumerate([["Field", "Wheat"], ["Hill", 10], ["Lake", 20]]):
        sheet.write_row(row, 0, cells)
    for each in make:
        each(sheet)
    book.close()
    return read_document(data.getvalue(), "harvest.xlsx")


def chart(book: Any, **title: str) -> Any:
    made = book.add_chart({"type": "column"})
    made.add_series(
        {
            "name": "Wheat",
            "categories": "=Harvest!$A$2:$A$3",
            "values": "=Harvest!$B$2:$B$3",
            "categories_data": ["Hill", "Lake"],
            "values_data": [10, 20],
        }
    )
    made.set_title(title)
    return made


def test_formulas_that_nobody_has_computed_are_counted_and_the_rest_is_read():
    book = Workbook()
    for row in [["Field", "Wheat", "Sum"], ["Hill", 10, "=B2*2"], ["Lake", 20, "=B3*2"]]:
        book.active.append(row)
    document = read_document(saved(book), "harvest.xlsx")
    assert document.text == "Sheet\nField: Hill; Wheat: 10\nField: Lake; Wheat: 20\nSum"
    assert document.lost == (
        "2 formulas (Sheet!C2, Sheet!C3) have no value in the file: open it in Excel and save it "
        "to have them read.",
    )


def test_a_nought_that_stands_in_for_a_value_is_none():
    document = written(
        lambda sheet: sheet.write_formula("C2", "=B2*2"),
        lambda sheet: sheet.write_formula("C3", "=B3*2", None, 40),
    )
    assert "Lake; Wheat: 20; 40" in document.text
    assert "1 formula (Harvest!C2) has no value" in document.lost[0]


def test_a_formula_whose_value_is_the_empty_text_has_one():
    book = Workbook()
    book.active.append(["Field", '=IF(1>2,"x","")'])
    computed = replacing(('<c r="B1">', '<c r="B1" t="str">'))
    data = changed(saved(book), {"xl/worksheets/sheet1.xml": computed})
    assert read_document(data, "harvest.xlsx").lost == ()


def test_errors_are_no_text_and_are_counted():
    document = written(
        lambda sheet: sheet.write_formula("C2", "=1/0", None, "#DIV/0!"),
        lambda sheet: sheet.write_formula("C3", "=NA()", None, "#N/A"),
    )
    assert "#" not in document.text
    assert document.lost == ("2 cells hold errors (#DIV/0!, #N/A) and are left out.",)


def test_comments_stand_below_their_sheet():
    document = written(
        lambda sheet: sheet.write_comment("B2", "Estimated\nby hand.", {"author": "Ann"}),
        lambda sheet: sheet.write_comment("B3", "雨の後に数えた。"),
    )
    assert document.text.split("\n")[-2:] == [
        "Comment on B2 by Ann: Estimated by hand.",
        "Comment on B3: 雨の後に数えた。",
    ]


def test_a_comment_with_answers_is_read_once():
    book = Workbook()
    book.active["A1"] = "Field"
    book.active["A1"].comment = Comment("[Threaded comment] Your version of Excel shows …", "tc=1")
    thread = (
        f'<ThreadedComments xmlns="{_THREADS}">'
        '<threadedComment ref="A1" personId="{1}" id="{2}"><text>Is this right?</text>'
        '</threadedComment><threadedComment ref="A1" personId="{9}" id="{3}" parentId="{2}">'
        "<text>It is.</text></threadedComment></ThreadedComments>"
    )
    people = f'<personList xmlns="{_THREADS}"><person displayName="Ann" id="{{1}}"/></personList>'
    kind = "http://schemas.microsoft.com/office/2017/10/relationships"

    def related(name: str, target: str) -> Callable[[bytes], bytes]:
        entry = f'<Relationship Id="x1" Type="{kind}/{name}" Target="{target}"/>'
        return replacing(("</Relationships>", f"{entry}</Relationships>"))

    data = changed(
        saved(book),
        {
            "xl/threadedComments/one.xml": thread.encode(),
            "xl/persons/person.xml": people.encode(),
            "xl/worksheets/_rels/sheet1.xml.rels": related(
                "threadedComment", "/xl/threadedComments/one.xml"
            ),
            "xl/_rels/workbook.xml.rels": related("person", "/xl/persons/person.xml"),
        },
    )
    assert read_document(data, "harvest.xlsx").text.split("\n")[-2:] == [
        "Comment on A1 by Ann: Is this right?",
        "Comment on A1: It is.",
    ]


def test_what_is_printed_around_a_sheet_is_read():
    def around(sheet: Any) -> None:
        sheet.set_header('&L&"Arial,Bold"&14Harbour && Sons&R社外秘')
        sheet.set_footer("&L&K00FF00Not for sale&CPage &P of &N&R&D")

    assert written(around).text == (
        "Harvest\nField: Hill; Wheat: 10\nField: Lake; Wheat: 20\n"
        "Harbour & Sons\n社外秘\nNot for sale"
    )


def test_what_cells_say_when_they_are_chosen_is_read():
    def hint(sheet: Any) -> None:
        told = {"input_title": "収量", "input_message": "In tonnes.\nRound up."}
        sheet.data_validation("B2:B3", {"validate": "any", **told})

    assert written(hint).text.endswith("Wheat: 20\nHint on B2:B3: 収量: In tonnes. Round up.")


def test_what_cells_say_is_read_from_where_newer_programs_keep_it():
    """They do so if the values that may be entered stand on another sheet."""
    kept = (
        '<extLst><ext xmlns:x="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x:dataValidations>'
        '<x:dataValidation prompt="畑を選ぶ"><xm:sqref>A2</xm:sqref></x:dataValidation>'
        "</x:dataValidations></ext></extLst></worksheet>"
    )
    data = changed(two_sheets(), {FIRST: replacing(("</worksheet>", kept))})
    assert "Wheat: 20\nHint on A2: 畑を選ぶ\n\nSecond" in read_document(data, "harvest.xlsx").text


def test_what_is_hidden_is_read_and_said():
    data = BytesIO()
    book = xlsxwriter.Workbook(data)
    open_sheet, hidden, deep = map(book.add_worksheet, ["Open", "Rates", "Codes"])
    for sheet in (open_sheet, hidden, deep):
        sheet.write_row(0, 0, ["Kind", "Rate", "Note"])
        sheet.write_row(1, 0, ["low", 1, "kept secret"])
    open_sheet.set_row(1, None, None, {"hidden": True})
    open_sheet.set_column("B:C", None, None, {"hidden": True})
    hidden.hide()
    deep.very_hidden()
    book.close()
    document = read_document(data.getvalue(), "book.xlsx")
    assert document.text.count("Kind: low; Rate: 1; Note: kept secret") == 3
    assert document.read_as[-3:] == (
        "with hidden sheets (Rates, Codes)",
        "with 1 hidden row of Open",
        "with hidden columns (B–C) of Open",
    )


def test_charts_and_text_boxes_on_sheets_are_text_and_bare_pictures_are_counted():
    data, picture = BytesIO(), BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    book = xlsxwriter.Workbook(data)
    sheet = book.add_worksheet("Harvest")
    sheet.insert_textbox(5, 3, "The mill is closed in May.")
    sheet.insert_chart("F2", chart(book, name="Wheat by field"))
    sheet.insert_image("H20", "x.png", {"image_data": picture})
    book.add_chartsheet("Plot").set_chart(chart(book, name="As a sheet"))
    book.close()
    document = read_document(data.getvalue(), "harvest.xlsx")
    first, second = (document.text[: document.pages[1]], document.text[document.pages[1] :])
    assert "The mill is closed in May." in first
    assert "Chart: Wheat by field\nHill; Wheat: 10\nLake; Wheat: 20" in first
    assert second == "Plot\nChart: As a sheet\nHill; Wheat: 10\nLake; Wheat: 20"
    assert document.lost == ("1 picture without an alternative text is not read.",)


def test_embedded_files_and_the_records_of_pivot_tables_are_counted():
    book = Workbook()
    book.active["A1"] = "Field"

    def related(*entries: tuple[str, str]) -> str:
        return "".join(
            f'<Relationship Id="y{target}" Type="{_RELATION}/{kind}" Target="{target}"/>'
            for kind, target in entries
        )

    empty = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    cache = "pivotCache/pivotCacheDefinition1.xml"
    data = changed(
        saved(book),
        {
            "xl/worksheets/_rels/sheet1.xml.rels": (
                empty + related(("oleObject", "../embeddings/deed.bin")) + "</Relationships>"
            ).encode(),
            "xl/embeddings/deed.bin": b"x",
            "xl/_rels/workbook.xml.rels": replacing(
                ("</Relationships>", related(("pivotCacheDefinition", cache)) + "</Relationships>")
            ),
            f"xl/{cache}": b"<pivotCacheDefinition/>",
            "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": (
                empty + related(("pivotCacheRecords", "records.xml")) + "</Relationships>"
            ).encode(),
        },
    )
    assert read_document(data, "harvest.xlsx").lost == (
        "1 embedded file (deed.bin) is not read.",
        "The records behind 1 pivot table are not read; what it shows is.",
    )


@pytest.mark.parametrize("cell", ["A1048576", "XFD4", "XFD1048576"])
def test_a_cell_far_away_costs_no_more_than_one_nearby(cell: str):
    book = Workbook()
    book.active.append(["Field", "Note"])
    for number in range(200):
        book.active.append([f"Field {number}", "sown"])
    book.active[cell] = "far away"
    lines = read_document(saved(book), "harvest.xlsx").text.split("\n")
    assert "far away" in lines[-1] or cell == "XFD4"
    assert sum("far away" in line for line in lines) == 1
    assert len(lines) <= 202


def test_titles_groups_and_totals_are_found_in_sheets_as_well():
    book = Workbook()
    rows: list[list[object]] = [
        ["Harvest", None, None, None, "2023-10-01"],
        [],
        [None, "Wheat", None, "Rye"],
        ["Field", "sown", "cut", "cut"],
        ["Hill", 1, 2, 3],
        ["Total", 1, 2, 3],
    ]
    for row in rows:
        book.active.append(row)
    document = read_document(saved(book), "harvest.xlsx")
    assert document.text.split("\n") == [
        "Sheet",
        "Harvest; 2023-10-01",
        "Field: Hill; Wheat / sown: 1; Wheat / cut: 2; Rye / cut: 3",
        "Field: Total; Wheat / sown: 1; Wheat / cut: 2; Rye / cut: 3",
    ]
    assert document.read_as == (
        "header in rows 3 and 4: Field | Wheat / sown | Wheat / cut | Rye / cut",
    )


def test_lists_to_choose_from_are_no_text():
    document = written(
        lambda sheet: sheet.data_validation("C2", {"validate": "list", "source": ["oats", "hay"]})
    )
    assert "oats" not in document.text


def two_sheets() -> bytes:
    book = Workbook()
    book.create_sheet("Second")
    for sheet in book:
        for row in [["Field", "Wheat"], ["Hill", 10], ["Lake", 20]]:
            sheet.append(row)
    return saved(book)


def names_of(data: bytes) -> list[str]:
    with ZipFile(BytesIO(data)) as package:
        return package.namelist()


FIRST = "xl/worksheets/sheet1.xml"
WHOLE = "Field: Hill; Wheat: 10\nField: Lake; Wheat: 20"


@pytest.mark.parametrize(
    ("change", "first", "lost"),
    [
        (lambda sheet: sheet[: sheet.index(b'<row r="3"')], "Sheet\nField: Hill; Wheat: 10",
         "1 sheet (Sheet) is damaged, and read up to that place."),
        (lambda sheet: b'<?xml version="1.0" encoding="quay-8"?>' + sheet, "",
         "1 sheet (Sheet) is damaged, or of a kind that is not read."),
        (lambda sheet: sheet[:30], "",
         "1 sheet (Sheet) is damaged, or of a kind that is not read."),
        (b"a boat", "", "1 sheet (Sheet) is damaged, or of a kind that is not read."),
        (None, "", "1 sheet (Sheet) is damaged, or of a kind that is not read."),
        (replacing(("<v>10</v>", "<v>ten</v>")), "Sheet\nField: Hill\nField: Lake; Wheat: 20",
         "1 cell (Sheet!B2) is damaged and left out."),
        (replacing(('r="B2"', 'r="2B"')), "Sheet\nField: Hill\nField: Lake; Wheat: 20",
         "1 cell (Sheet!2B) is damaged and left out."),
    ],
    ids=["cut", "in no encoding", "cut in its head", "no XML", "missing", "no number", "no place"],
)  # fmt: skip
def test_what_is_damaged_harms_itself_alone(change, first: str, lost: str):
    document = read_document(changed(two_sheets(), {FIRST: change}), "harvest.xlsx")
    assert document.text == f"{first}\n\nSecond\n{WHOLE}"
    assert document.lost == (lost,)


def test_a_list_of_texts_that_is_not_there_harms_those_texts_alone():
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        book.add_worksheet("Harvest").write_row(0, 0, ["Field", 10])
    inline = '<c r="C1" t="inlineStr"><is><t>丘</t></is></c></row>'
    changes = {"xl/sharedStrings.xml": None, FIRST: replacing(("</row>", inline))}
    document = read_document(changed(data.getvalue(), changes), "harvest.xlsx")
    assert document.text == "Harvest\n10; 丘"
    assert document.lost == ("1 cell (Harvest!A1) is damaged and left out.",)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/styles.xml", lambda styles: styles[: len(styles) // 2]),
        ("docProps/core.xml", lambda core: core.replace(b"T", b" noon ")),
    ],
)
def test_a_workbook_with_damaged_formats_is_read_without_them(part: str, change):
    document = read_document(changed(two_sheets(), {part: change}), "harvest.xlsx")
    assert document.text == f"Sheet\n{WHOLE}\n\nSecond\n{WHOLE}"
    assert document.lost == (
        "The formats of its cells cannot be read: dates may stand as numbers.",
    )


def test_what_stands_beside_the_cells_may_be_of_any_kind():
    for odd in ('<dataValidations><dataValidation type="oracle"/></dataValidations>',
                '<pageMargins left="wide"/>'):  # fmt: skip
        odd_sheet = replacing(("</sheetData>", f"</sheetData>{odd}"))
        assert WHOLE in read_document(changed(two_sheets(), {FIRST: odd_sheet}), "a.xlsx").text


def test_a_style_that_is_not_there_is_no_reason_to_lose_a_cell():
    styled = replacing(('r="B2"', 'r="B2" s="99"'))
    document = read_document(changed(two_sheets(), {FIRST: styled}), "harvest.xlsx")
    assert document.lost == ()
    assert WHOLE in document.text


def test_a_workbook_of_which_no_sheet_can_be_read_is_damaged():
    data = saved(Workbook())
    with pytest.raises(DocumentError) as caught:
        read_document(changed(data, {FIRST: b"<worksheet><sheetData>"}), "harvest.xlsx")
    assert "damaged" in caught.value.why


def test_a_workbook_that_lists_what_is_not_there_is_damaged():
    astray = replacing(('"rId1"', '"rId91"'))
    with pytest.raises(DocumentError) as caught:
        read_document(changed(two_sheets(), {"xl/workbook.xml": astray}), "harvest.xlsx")
    assert "damaged" in caught.value.why
    assert "rId91" in caught.value.why


def test_a_part_that_is_not_needed_may_be_damaged_beside_damaged_formats():
    odd = {"xl/media/boat.png": b"a boat", "xl/styles.xml": b"<styleSheet"}
    data = bytearray(changed(two_sheets(), odd))
    with ZipFile(BytesIO(data)) as package:
        place = package.getinfo("xl/media/boat.png").header_offset
    data[place : place + 4] = b"none"
    assert WHOLE in read_document(bytes(data), "harvest.xlsx").text


def test_a_workbook_of_blank_sheets_is_empty():
    with pytest.raises(DocumentError, match="is empty"):
        read_document(saved(Workbook()), "blank.xlsx")


def test_a_workbook_in_the_strict_format_is_read_like_any_other():
    def strict(part: bytes) -> bytes:
        for old, new in (
            (
                b"schemas.openxmlformats.org/spreadsheetml/2006",
                b"purl.oclc.org/ooxml/spreadsheetml",
            ),
            (
                b"schemas.openxmlformats.org/officeDocument/2006",
                b"purl.oclc.org/ooxml/officeDocument",
            ),
        ):
            part = part.replace(old, new)
        return part

    data = two_sheets()
    document = read_document(changed(data, dict.fromkeys(names_of(data), strict)), "harvest.xlsx")
    assert document.text == f"Sheet\n{WHOLE}\n\nSecond\n{WHOLE}"
    assert document.lost == ()
