import openpyxl
import pytest
import xlsxwriter

from tests.xl_addin.workbook.samples import (
    address,
    cells,
    column,
    loaded,
    ranked_rows,
    sheet_root,
    write_ranked,
)
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.markup import q


@pytest.fixture
def annotated(book):
    """The template with three ranked passages, notes on the first two and a painted one."""
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("a", "b", "c"))
    port.save()
    workbook = loaded(book)
    sheet = workbook["Ranked"]
    sheet[address(RANKED, "Keep")] = "no"
    sheet[address(RANKED, "Note")], sheet[address(RANKED, "Note", 1)] = "note on a", "=1+1"
    sheet[address(RANKED, "Note")].fill = openpyxl.styles.PatternFill("solid", "FF00FF00")
    workbook.save(book)
    return book


def test_the_users_cells_follow_their_row_with_their_look(annotated):
    port = FileBook.open(annotated)
    lost = write_ranked(port, ranked_rows("new", "c", "b", "a"))
    port.save()
    sheet = loaded(annotated)["Ranked"]
    assert lost == []
    keeps, notes = (cells(sheet, RANKED, header, 4) for header in ("Keep", "Note"))
    assert [cell.value for cell in keeps] == [None, None, None, "no"]
    assert [cell.value for cell in notes] == [None, None, "=1+1", "note on a"]
    painted = [cell.fill.fgColor.rgb == "FF00FF00" for cell in notes]
    assert painted == [False, False, False, True]


def book_with_formulas(path):
    """A ranked table with a column of the user's in the middle that Excel fills down."""
    headers = ["QID", "ChunkID", "Double", "SexyScore", "Rank", "Chunk"]
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        columns = [{"header": header} for header in headers]
        columns[2]["formula"] = "=tblRanked[[#This Row],[SexyScore]]*2"
        data = [["Q1", "a", None, 1, 1, "x"], ["Q1", "b", None, 2, 2, "y"]]
        sheet.add_table("A1:F3", {"name": "tblRanked", "columns": columns, "data": data})
        sheet.write_formula("C3", "=D3*100+$A$1")
    return path


def test_a_column_formula_is_filled_down_and_a_row_of_its_own_kind_follows(tmp_path):
    path = book_with_formulas(tmp_path / "a.xlsx")
    port = FileBook.open(path)
    lost = write_ranked(port, ranked_rows("b", "n1", "n2"))
    port.save()
    sheet = loaded(path)["Sheet1"]
    filled = "=tblRanked[[#This Row],[SexyScore]]*2"
    assert [sheet.cell(row, 3).value for row in (2, 3, 4)] == ["=D2*100+$A$1", filled, filled]
    assert lost == []
    assert sheet.tables["tblRanked"].tableColumns[2].calculatedColumnFormula is not None


def test_shared_formulas_survive_a_move(tmp_path):
    path = book_with_formulas(tmp_path / "a.xlsx")
    port = FileBook.open(path)
    root = port._package.edit("xl/worksheets/sheet1.xml")
    for cell in root.iter(q("c")):
        if cell.get("r") in ("C2", "C3"):
            formula = cell.find(q("f"))
            formula.set("t", "shared")
            formula.set("si", "0")
            formula.text = "D2+1" if cell.get("r") == "C2" else None
            if formula.text:
                formula.set("ref", "C2:C3")
    port.save()
    port = FileBook.open(path)
    write_ranked(port, ranked_rows("z", "b", "a"))
    port.save()
    sheet = loaded(path)["Sheet1"]
    assert [sheet.cell(row, 3).value for row in (3, 4)] == ["=D3+1", "=D4+1"]
    assert not [f for f in sheet_root(path, "Sheet1").iter(q("f")) if f.get("t")]


def test_a_formula_in_a_column_of_the_run_is_replaced_for_good(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        columns = [{"header": "QID"}, {"header": "ChunkID"}, {"header": "Rank", "formula": "=1"}]
        workbook.add_worksheet().add_table("A1:C2", {"name": "tblRanked", "columns": columns})
    port = FileBook.open(path)
    write_ranked(port, ranked_rows("a"))
    port.save()
    table = loaded(path)["Sheet1"].tables["tblRanked"]
    assert table.tableColumns[2].calculatedColumnFormula is None
    assert column(FileBook.open(path), RANKED, "Rank") == [1]
