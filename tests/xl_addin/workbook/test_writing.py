import openpyxl
import pytest

from tests.xl_addin.workbook.samples import (
    CUSTOM_UI,
    address,
    area,
    cell_type,
    cells,
    column,
    loaded,
    parts,
    ranked_rows,
    rewrite,
    rich_book,
    sheet_root,
    write_ranked,
)
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.markup import q
from xl_addin.workbook.port import Formula, TableContent


def saved(book, path):
    book.save_as(path)
    return FileBook.open(path)


def test_parts_that_are_not_touched_stay_byte_for_byte_in_their_order(tmp_path):
    path = rich_book(tmp_path / "rich book.xlsx")
    before = parts(path)
    book = FileBook.open(path)
    write_ranked(book, ranked_rows("a", "b", "c"))
    book.save()
    after = parts(path)
    touched = {
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/tables/table1.xml",
        "xl/styles.xml",
    }
    assert list(after) == list(before)
    assert {name for name in before if after[name] != before[name]} <= touched
    assert after["customUI/customUI14.xml"] == CUSTOM_UI
    assert b"rIdRibbon" in after["_rels/.rels"]
    assert loaded(path)["hidden"].sheet_state == "hidden"


def test_new_rows_look_like_the_first_one_and_vanished_ones_leave_nothing(book, tmp_path):
    port = FileBook.open(book)
    write_ranked(port, ranked_rows(*"abc"))
    saved(port, tmp_path / "a.xlsx")
    sheet = loaded(tmp_path / "a.xlsx")["Ranked"]
    for header_cell in sheet[5]:
        styles = {sheet.cell(row, header_cell.column).style_id for row in (6, 7, 8)}
        assert len(styles) == 1, header_cell.value
    assert sheet[address(RANKED, "SexyScore", 2)].number_format == "0.000"
    assert sheet[address(RANKED, "Chunk", 2)].style == "Output"
    assert sheet[address(RANKED, "Note", 2)].style == "Input"
    write_ranked(port, ranked_rows("a"))
    saved(port, tmp_path / "b.xlsx")
    assert not list(loaded(tmp_path / "b.xlsx")["Ranked"].iter_rows(min_row=7))


def test_a_vanished_row_that_the_user_painted_is_emptied_and_keeps_its_paint(book):
    workbook = loaded(book)
    sheet = workbook["Ranked"]
    sheet.tables["tblRanked"].ref = sheet.tables["tblRanked"].autoFilter.ref = area(RANKED, 2)
    second = sheet[address(RANKED, "Chunk", 1)]
    second.value = "old"
    second.fill = openpyxl.styles.PatternFill("solid", "FF00FF00")
    workbook.save(book)
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("a"))
    port.save()
    cell = loaded(book)["Ranked"][address(RANKED, "Chunk", 1)]
    assert cell.value is None
    assert cell.fill.fgColor.rgb == "FF00FF00"


def test_text_that_looks_like_a_formula_stays_text_and_is_not_computed_when_edited(book):
    texts = ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "plain"]
    port = FileBook.open(book)
    rows = [{"QID": "Q1", "ChunkID": str(i), "Chunk": text} for i, text in enumerate(texts)]
    write_ranked(port, rows)
    port.save()
    sheet = loaded(book)["Ranked"]
    for text, cell in zip(texts, cells(sheet, RANKED, "Chunk", len(texts)), strict=True):
        assert (cell.value, cell.data_type) == (text, "s")
        assert bool(cell.quotePrefix) == (text != "plain")
        assert cell_type(book, "Ranked", cell.coordinate) == "inlineStr"
    write_ranked(port, ranked_rows("a", text="plain again"))
    port.save()
    assert not loaded(book)["Ranked"][address(RANKED, "Chunk")].quotePrefix


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\x00b\x07c", "abc"),
        ("😀 emoji 日本語", "😀 emoji 日本語"),
        ("lone \udc00", "lone "),
        ("\uffff", None),
        ("_x0041_ literal", "_x0041_ literal"),
        ('<tag> & "quotes" ]]>', '<tag> & "quotes" ]]>'),
        (" blanks around \n", " blanks around \n"),
    ],
)
def test_any_text_comes_back_clean(book, dirty, clean):
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("a", text=dirty))
    port.save()
    assert column(FileBook.open(book), RANKED, "Chunk") == [clean]


def test_a_text_that_is_too_long_is_cut_and_its_row_is_as_high_as_excel_allows(book):
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("a", text="word " * 8000))
    port.save()
    sheet = loaded(book)["Ranked"]
    assert len(sheet[address(RANKED, "Chunk")].value) == 32_767
    assert sheet.row_dimensions[6].height == 409


def test_formulas_land_as_formulas_and_everything_is_computed_on_opening(book):
    port = FileBook.open(book)
    write_ranked(port, [{"ChunkID": "a", "Rank": 1, "SexyScore": Formula("=SQRT(C6)*2")}])
    port.save()
    assert loaded(book)["Ranked"][address(RANKED, "SexyScore")].value == "=SQRT(C6)*2"
    assert loaded(book).calculation.fullCalcOnLoad


def test_the_calculation_chain_goes_when_a_formula_goes(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    chain = "xl/calcChain.xml"
    content = parts(path)
    rewrite(
        path,
        {
            chain: b'<calcChain xmlns="x"><c r="D6"/></calcChain>',
            "[Content_Types].xml": content["[Content_Types].xml"].replace(
                b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="c"/></Types>'
            ),
            "xl/_rels/workbook.xml.rels": content["xl/_rels/workbook.xml.rels"].replace(
                b"</Relationships>",
                b'<Relationship Id="rId99" Type="x/calcChain" Target="calcChain.xml"/>'
                b"</Relationships>",
            ),
        },
    )
    port = FileBook.open(path)
    write_ranked(port, ranked_rows("a"))
    port.save()
    assert chain in parts(path)
    port.write_table(TableContent(RANKED, [{"ChunkID": "a", "SexyScore": Formula("=1+1")}]))
    port.save()
    after = parts(path)
    assert chain not in after
    assert b"calcChain" not in after["[Content_Types].xml"] + after["xl/_rels/workbook.xml.rels"]


def test_dropdowns_and_formats_stretch_with_the_table_and_only_with_it(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    other = parts(path)["xl/worksheets/sheet2.xml"]
    port = FileBook.open(path)
    for count in (4, 2, 7):
        write_ranked(port, ranked_rows(*"abcdefg"[:count]))
        port.save()
        root = sheet_root(path, "Ergebnisse 結果")
        last = 5 + count
        assert [rule.get("sqref") for rule in root.iter(q("dataValidation"))] == [f"O6:O{last}"]
        formats = {
            rule.get("sqref"): [item.get("type") for item in rule]
            for rule in root.iter(q("conditionalFormatting"))
        }
        assert formats == {f"G6:G{last}": ["cellIs"], f"E6:E{last}": ["colorScale"]}
    assert parts(path)["xl/worksheets/sheet2.xml"] == other


def test_a_protected_sheet_is_written(book):
    workbook = loaded(book)
    workbook["Ranked"].protection.sheet = True
    workbook.save(book)
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("a"))
    port.save()
    assert loaded(book)["Ranked"].protection.sheet
