"""Stale marks in workbooks as people make them: odd ids, moved rows, missing columns."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.xl_addin.commands.test_stale_results import computed, stale
from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.edits import edit, write_rows
from tests.xl_addin.template.office import Office
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.run_inputs import INPUTS
from xl_addin.sheets.settings import SETTINGS
from xl_addin.workbook.file.file_book import FileBook

#: Ids with signs that mean something to MATCH, to formulas, or to nobody; one is not there.
IDS = ("Q*", "Q?", "a~?b", 5, None, "X-A", " spaced ", "=1+1", '"quoted"', "Q 質問", "<b>&amp;")
TEXT = 'What of "this",\nand = that? ' + "long " * 40


@pytest.fixture
def odd(bonsai: Run, book: Path, papers: Path) -> Path:
    """A ranked workbook of odd questions and points of view."""
    opened = FileBook.open(book)
    set_settings(
        opened,
        {"Documents folder": papers.name, "Heatmaps for the first": 0, "Passages": 2,
         "Questions": "all", "Only since": "1999-12-31"},
    )  # fmt: skip
    variants = {f"FBQ{side}{n}": f"{side}{n} of it?" for side in "AB" for n in range(1, 6)}
    questions = [
        {"ID": row_id, "QInitial": f"={number} {TEXT}", **variants, "FBQ_A": 1, "FBQ_B": "4"}
        for number, row_id in enumerate(IDS)
    ]
    write_rows(opened, FBQ, questions)
    povs = [
        {"ID": "P*", "POV": "+Steam rises, -or not.", "Weight": "0.5"},
        {"ID": None, "POV": "'Gold lies there.", "Weight": None},
        {"ID": "it's #2 [x]", "POV": "Ships\nchange their flags.", "Weight": -1.25},
        {"ID": "P9", "POV": "12", "Weight": 1},  # a row that no run can take
    ]
    write_rows(opened, POV, povs)
    opened.save()
    assert bonsai("index", book)[0] == 0
    assert bonsai("rank", book)[0] == 1  # that row is named
    return book


def test_odd_ids_are_found_again_and_nothing_is_stale(odd: Path, office: Office):
    assert len({row["QID"] for row in rows(odd, RANKED)}) == 3 * len(IDS)
    assert stale(odd) == {}
    assert computed(office, odd) == {}


def test_each_odd_question_is_marked_by_itself(odd: Path, office: Office):
    for qid in IDS:
        edit(odd, FBQ, qid, {"QInitial": "Something else?", "FBQ_A": 2})
    changed = {str("Q5" if qid is None else qid).strip() for qid in IDS}
    expected = {(f"{qid}{side}", "rank") for qid in changed for side in ("", "-A")}
    assert set(stale(odd)) == expected
    assert computed(office, odd) == dict.fromkeys(expected, "question")


def test_rows_may_be_sorted(odd: Path, office: Office):
    book = FileBook.open(odd)
    for table in (FBQ, POV, SETTINGS):
        found = [row.cells(table.columns) for row in book.read_table(table).rows]
        named = [row for row in found if row[table.key[0]] is not None]
        others = [row for row in found if row[table.key[0]] is None]
        place = found.index(others[0]) if others else 0
        turned = named[::-1]
        write_rows(book, table, [*turned[:place], *others, *turned[place:]])
    book.save()
    assert stale(odd) == {}
    assert computed(office, odd) == {}


@pytest.mark.parametrize("gone", ["ID", "Use", "QInitial"])
def test_a_renamed_or_missing_column_damages_nothing(
    odd: Path, office: Office, bonsai: Run, gone: str
):
    workbook = openpyxl.load_workbook(odd)
    sheet = workbook["FBQ"]
    for column in sheet.tables["tblFBQ"].tableColumns:
        if column.name == gone:
            column.name = f"Old {gone}"
    for cell in sheet[5]:
        if cell.value == gone:
            cell.value = f"Old {gone}"
    workbook.save(odd)
    code, _, err = bonsai("rank", odd)
    if gone == "QInitial":
        assert (code, "QInitial" in err) == (2, True)
        return
    assert code == 1, err  # the row that no run can take
    formulas = [str(row["Row"]) for row in formulas_of(odd)]
    assert not any(f"tblFBQ[{gone}]" in formula for formula in formulas)
    assert stale(odd) == {}
    assert computed(office, odd) == {}


def formulas_of(path: Path) -> list[dict[str, object]]:
    """The rows of Inputs with their formulas instead of values."""
    sheet = openpyxl.load_workbook(path)["Inputs"]
    return [
        dict(zip(INPUTS.headers, (cell.value for cell in row), strict=False))
        for row in sheet.iter_rows(min_row=6)
    ]


def test_no_text_of_a_person_stands_in_a_formula(odd: Path):
    formulas = [
        str(value)
        for row in formulas_of(odd)
        for header, value in row.items()
        if header in ("Now", "Changed", "Reasons", "Row") and value is not None
    ]
    assert formulas
    assert all(formula.startswith("=") or formula.isalnum() for formula in formulas)
    assert not any(word in "".join(formulas) for word in ("Steam", "quoted", "spaced", "kettle"))


def test_a_workbook_without_the_sheet_is_filled_and_says_why_nothing_is_marked(
    bonsai: Run, odd: Path
):
    workbook = openpyxl.load_workbook(odd)
    del workbook["Inputs"]
    workbook.save(odd)
    assert bonsai("rank", odd)[0] == 1
    assert all(row["Run"] and not row["Stale"] for row in rows(odd, RANKED))
    code, _, err = bonsai("rank", odd, "--only", "stale")
    assert code == 2
    assert "tblInputs" in err
