import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.xl_addin.conftest import FBQ_HEADERS, fbq_row
from tests.xl_addin.workbook.samples import parts, rewrite
from worker.errors import ColumnError, SettingError, TableMissingError
from xl_addin.sheets.inputs import read_povs, read_questions, read_settings
from xl_addin.sheets.settings.rank import QUESTIONS, SCORE, TOP_K
from xl_addin.workbook.file.file_book import FileBook


def test_the_template_has_its_sample_questions_and_points_of_view(book: Path):
    questions, question_problems = read_questions(FileBook.open(book), "initial")
    povs, pov_problems = read_povs(FileBook.open(book))
    assert [question.qid for question in questions] == [f"Q{n}" for n in range(1, 9)]
    assert questions[0].text == "Can BRICS become a real counterweight to the G7?"
    assert len(povs) == 23
    assert povs[12].text == "A red kettle in the corner of a frame can break your heart."
    assert question_problems == pov_problems == ()


def test_the_original_file_gives_the_two_chosen_variants_counted_from_zero(plain_book):
    path = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Trade", 1, 4), fbq_row("Oil", 0, 0)])
    questions, problems = read_questions(FileBook.open(path), "fbq")
    assert [(question.qid, question.text) for question in questions] == [
        ("Q1-A", "Trade FBQA2?"),
        ("Q1-B", "Trade FBQB5?"),
        ("Q2-A", "Oil FBQA1?"),
        ("Q2-B", "Oil FBQB1?"),
    ]
    assert problems == ()


def test_all_takes_the_first_question_and_both_variants(plain_book):
    path = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Trade")])
    questions, _ = read_questions(FileBook.open(path), "all")
    assert [question.qid for question in questions] == ["Q1", "Q1-A", "Q1-B"]


@pytest.mark.parametrize("index", [5, -1, 1.5, None, "two", "#N/A"])
def test_an_index_that_cannot_be_used_is_named_and_the_other_rows_go_on(plain_book, index: object):
    path = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Trade", index), fbq_row("Oil")])
    questions, problems = read_questions(FileBook.open(path), "fbq")
    assert [question.qid for question in questions] == ["Q2-A", "Q2-B"]
    assert len(problems) == 1
    assert "FBQ.xlsx, sheet Sheet, row 2, column FBQ_A" in problems[0].what


def test_a_bad_index_does_not_matter_when_only_first_questions_run(plain_book):
    path = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Trade", "two")])
    questions, problems = read_questions(FileBook.open(path), "initial")
    assert (len(questions), problems) == (1, ())


def test_an_empty_question_is_named(plain_book):
    path = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Trade"), [None, *fbq_row("x")[1:]]])
    questions, problems = read_questions(FileBook.open(path), "initial")
    assert len(questions) == 1
    assert "row 3, column QInitial" in problems[0].what


def test_a_missing_column_is_named(plain_book):
    path = plain_book("FBQ.xlsx", FBQ_HEADERS[:-1], [fbq_row("Trade")[:-1]])
    with pytest.raises(TableMissingError, match="FBQ_B"):
        read_questions(FileBook.open(path), "initial")


def test_a_column_that_stands_there_twice_is_named(plain_book):
    path = plain_book("POV.xlsx", ["POV", "POV"], [["Kettles sing.", "Kettles whistle."]])
    with pytest.raises(ColumnError, match="POV"):
        read_povs(FileBook.open(path))


def test_a_list_of_points_of_view_needs_only_its_one_column(plain_book):
    path = plain_book("list_of_POV.xlsx", ["POV"], [["Kettles sing."], [None], ["G7 vs BRICS"]])
    povs, problems = read_povs(FileBook.open(path))
    assert [(pov.pov_id, pov.text, pov.weight) for pov in povs] == [
        ("P01", "Kettles sing.", 1.0),
        ("P02", "G7 vs BRICS", 1.0),
    ]
    assert problems == ()


def test_weights_and_use_are_read_and_bad_ones_named(plain_book):
    rows = [
        ["A", "Kettles sing.", -0.5, "yes"],
        ["B", "Oil flows.", "heavy", None],
        ["C", "Rain smells.", None, "no"],
        ["D", "Goals matter.", 2, "maybe"],
        ["E", "Snow falls.", 1e300, None],
        ["F", "Wood smells.", "nan", None],
        ["G", "Bread rises.", "-inf", None],
        ["H", "Ice cracks.", 1e6, None],
    ]
    path = plain_book("POV.xlsx", ["ID", "POV", "Weight", "Use"], rows)
    povs, problems = read_povs(FileBook.open(path))
    assert [(pov.pov_id, pov.weight) for pov in povs] == [("A", -0.5), ("H", 1e6)]
    assert "row 3, column Weight" in problems[0].what
    assert "row 5, column Use" in problems[1].what
    for problem, row in zip(problems[2:], (6, 7, 8), strict=True):
        assert f"row {row}, column Weight" in problem.what
        assert "at most 1,000,000 either way" in problem.why


def test_an_id_given_twice_is_named(plain_book):
    rows = [["P1", "Kettles sing."], ["p1", "Oil flows."]]
    povs, problems = read_povs(FileBook.open(plain_book("POV.xlsx", ["ID", "POV"], rows)))
    assert len(povs) == 1
    assert "'p1' stands there twice" in problems[0].what


def test_control_characters_are_taken_out_of_what_is_sent_to_the_model(plain_book):
    path = plain_book("POV.xlsx", ["POV"], [["_x0007_Kettles_x0001_ sing.\r\nLoud"]])
    povs, _ = read_povs(FileBook.open(path))
    assert povs[0].text == "Kettles sing.\nLoud"


def test_text_that_looks_like_a_formula_stays_text(plain_book):
    path = plain_book("POV.xlsx", ["POV"], [["x"]])
    workbook = openpyxl.load_workbook(path)
    cell = workbook.active["A2"]
    cell.value, cell.data_type = "=HYPERLINK(1)", "s"
    workbook.save(path)
    assert read_povs(FileBook.open(path))[0][0].text == "=HYPERLINK(1)"


def test_settings_of_the_template_are_the_usual_ones(book: Path):
    options = read_settings(FileBook.open(book))
    assert (options[TOP_K], options[SCORE], options[QUESTIONS]) == (10, "contrast", "initial")


def test_what_is_given_on_the_command_line_stands_above_the_sheet(book: Path):
    assert read_settings(FileBook.open(book), {"Score": "classic"})[SCORE] == "classic"


@pytest.mark.parametrize("pov_id", ["Rank", "chunkid", "P1 z", "x" * 101])
def test_an_id_that_cannot_head_a_matrix_column_is_named(plain_book, pov_id: str):
    path = plain_book("POV.xlsx", ["ID", "POV"], [[pov_id, "Kettles sing."], ["P2", "Oil flows."]])
    povs, problems = read_povs(FileBook.open(path))
    assert [pov.pov_id for pov in povs] == ["P2"]
    assert "sheet Sheet, row 2, column ID" in problems[0].what


WORDLESS = {
    "#N/A": "the error value #N/A",
    True: "the truth value TRUE",
    12.5: "the number 12.5",
    "2,500 円": "",
    dt.date(2026, 11, 28): "the date or time 2026-11-28",
    dt.time(9, 30): "the date or time 09:30:00",
}


@pytest.mark.parametrize("value", WORDLESS, ids=str)
def test_a_cell_without_words_is_no_question_and_no_point_of_view(plain_book, value):
    held = WORDLESS[value]
    fbq = plain_book("FBQ.xlsx", FBQ_HEADERS, [[value, *fbq_row("x")[1:]], fbq_row("Trade")])
    questions, problems = read_questions(FileBook.open(fbq), "initial")
    assert [question.text for question in questions] == ([] if held else [value]) + ["Trade"]
    pov = plain_book("POV.xlsx", ["POV"], [["Kettles sing."], [value]])
    povs, more = read_povs(FileBook.open(pov))
    assert [point.text for point in povs] == ["Kettles sing."] + ([] if held else [value])
    assert bool(held) == bool(problems) == bool(more)
    for problem, place in zip(
        (*problems, *more), ("row 2, column QInitial", "row 3, column POV"), strict=False
    ):
        assert held in problem.what
        assert f"sheet Sheet, {place}" in problem.what


@pytest.mark.parametrize("column", ["ID", "POV", "Weight", "Use"])
def test_a_formula_that_nobody_has_computed_is_called_that(plain_book, column: str):
    headers = ["ID", "POV", "Weight", "Use"]
    row = dict(zip(headers, ["P1", "Kettles sing.", 1, "yes"], strict=True))
    formula = {**row, column: '="a"&"b"'}
    path = plain_book("POV.xlsx", headers, [[*formula.values()], ["P2", "Oil flows.", 1, None]])
    povs, problems = read_povs(FileBook.open(path))
    assert [pov.text for pov in povs] == ["Oil flows."]
    assert f"The formula has no stored value: POV.xlsx, sheet Sheet, row 2, column {column}." in (
        problems[0].what
    )


def test_a_list_of_formulas_alone_is_not_an_empty_list(plain_book):
    path = plain_book("POV.xlsx", ["POV"], [['="Oil "&"flows."']])
    povs, problems = read_povs(FileBook.open(path))
    assert povs == ()
    assert "no stored value" in problems[0].what


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "POV.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_column("A1", ["POV", "Kettles sing."])
        sheet.write_formula("A3", '=""', None, "")
        sheet.write_formula("A4", '="Oil "&"flows."', None, "Oil flows.")
    part = "xl/worksheets/sheet1.xml"
    as_excel_writes = parts(tmp_path / "POV.xlsx")[part].replace(b'r="A3"', b'r="A3" t="str"')
    rewrite(tmp_path / "POV.xlsx", {part: as_excel_writes})
    povs, problems = read_povs(FileBook.open(tmp_path / "POV.xlsx"))
    assert [pov.text for pov in povs] == ["Kettles sing.", "Oil flows."]
    assert problems == ()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Passages", "=5+5", "is a formula that has no stored value"),
        ("Documents folder", "=A1", "is a formula that has no stored value"),
        ("Documents folder", "#REF!", "has the value '#REF!'"),
    ],
)
def test_a_setting_that_holds_no_value_is_named(book: Path, name: str, value: str, words: str):
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Settings"]
    row = next(cell.row for cell in sheet["A"] if cell.value == name)
    sheet.cell(row, 2).value = value
    workbook.save(book)
    with pytest.raises(SettingError, match=f"The setting '{name}' {words}"):
        read_settings(FileBook.open(book))


@pytest.mark.parametrize("total", ["Total", "TOTAL:", "合計", " 合 計 ", "Ｔｏｔａｌ"])
def test_a_row_of_totals_is_no_question_and_no_point_of_view(plain_book, total: str):
    numbered = [["P1", "Kettles sing.", 1], ["P2", "Oil flows.", 2], [total, None, 3]]
    povs, problems = read_povs(
        FileBook.open(plain_book("POV.xlsx", ["ID", "POV", "Weight"], numbered))
    )
    assert [pov.pov_id for pov in povs] == ["P1", "P2"]
    assert [problem.what for problem in problems] == [
        "A row of totals was left out: POV.xlsx, sheet Sheet, row 4, column ID."
    ]
    path = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Trade"), [total]])
    questions, problems = read_questions(FileBook.open(path), "all")
    assert [question.qid for question in questions] == ["Q1", "Q1-A", "Q1-B"]
    assert "row 3, column QInitial" in problems[0].what


def test_a_sentence_that_begins_with_total_is_one(plain_book):
    path = plain_book("POV.xlsx", ["POV"], [["Total war is total loss."], ["合計は嘘をつく。"]])
    assert len(read_povs(FileBook.open(path))[0]) == 2
