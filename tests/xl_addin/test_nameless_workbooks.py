"""Workbooks whose tables lost their names: back from another program, or made plain ranges."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.test_cli import small_book  # noqa: F401 (a fixture)
from tests.xl_addin.workbook.samples import address
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.settings import SETTINGS
from xl_addin.workbook.columns import Table


def change(path: Path, of, *tables: Table) -> Path:
    """Let a person change the sheets of a workbook, and make tables plain ranges: all if none."""
    workbook = openpyxl.load_workbook(path)
    of(workbook)
    for sheet in workbook:
        for name in [*sheet.tables]:
            if not tables or name in [table.name for table in tables]:
                del sheet.tables[name]
    workbook.save(path)
    return path


def cell(workbook, table: Table, header: str, row: int = 0):
    return workbook[table.sheet][address(table, header, row)]


def setting(workbook, name: str):
    sheet = workbook[SETTINGS.sheet]
    return sheet.cell(next(each.row for each in sheet["A"] if each.value == name), 2)


def results(path: Path) -> Path:
    return path.with_name(f"{path.stem}_bonsai.xlsx")


@pytest.fixture
def answered(bonsai: Run, small_book: Path) -> Path:  # noqa: F811
    """A workbook with answers to two questions."""
    assert bonsai("index", small_book)[0] == 0
    assert bonsai("answer", small_book, "--modes", "rag")[0] == 0
    return small_book


def test_all_that_a_person_wrote_counts_and_goes_along(bonsai: Run, answered: Path):
    passages = rows(answered, RANKED)

    def edit(workbook) -> None:
        setting(workbook, "Passages").value = 4
        setting(workbook, "Answer modes").value = "rag"
        cell(workbook, RANKED, "Keep").value = "no"
        cell(workbook, RANKED, "Note").value = "my note"
        cell(workbook, ANSWERS, "Answer", 1).value = "My own words."
        cell(workbook, ANSWERS, "Verdict", 1).value = "good"
        sheet = workbook["POV"]
        header = cell(workbook, POV, "Use", -1)
        sheet.cell(header.row, header.column + 1).value = "Mine"
        sheet.cell(header.row + 1, header.column + 1).value = "own column"

    before = change(answered, edit).read_bytes()
    code, _, err = bonsai("answer", answered)
    assert code == 0, err
    assert answered.read_bytes() == before
    ranked, answers = rows(results(answered), RANKED), rows(results(answered), ANSWERS)
    assert len(ranked) == 2 * 4
    assert {row["ChunkID"]: row["Note"] for row in ranked if row["Note"]} == {
        passages[0]["ChunkID"]: "my note"
    }
    assert (answers[1]["Answer"], answers[1]["Verdict"]) == ("My own words.", "good")
    assert {row["Mode"] for row in answers} == {"rag"}
    cited = "\n".join(str(row["Citations"]) for row in answers if row["QID"] == "Q1")
    assert cited
    assert str(passages[0]["Source"]) not in cited
    assert rows(results(answered), POV)[0]["Mine"] == "own column"
    told = {row["Setting"]: row["Value"] for row in rows(results(answered), SETTINGS)}
    assert (told["Passages"], told["Answer modes"]) == (4, "rag")


def test_notes_on_later_results_are_not_replaced_by_those_in_the_plain_workbook(
    bonsai: Run, answered: Path
):
    change(answered, lambda workbook: setattr(cell(workbook, RANKED, "Note"), "value", "old"))
    assert bonsai("rank", answered)[0] == 0
    workbook = openpyxl.load_workbook(results(answered))
    cell(workbook, RANKED, "Note").value = "new"
    workbook.save(results(answered))
    assert bonsai("rank", answered)[0] == 0
    assert [row["Note"] for row in rows(results(answered), RANKED) if row["Note"]] == ["new"]


def test_headers_and_settings_are_known_however_they_are_spelt(bonsai: Run, answered: Path):
    def respell(workbook) -> None:
        cell(workbook, POV, "POV", -1).value = " ｐｏｖ"
        cell(workbook, POV, "Use", -1).value = "USE"
        cell(workbook, FBQ, "QInitial", -1).value = "Ｑ Initial"
        cell(workbook, FBQ, "FBQ_A", -1).value = "fbq_a"
        cell(workbook, RANKED, "Keep", -1).value = "ＫＥＥＰ"
        cell(workbook, SETTINGS, "Value", -1).value = "VALUE"
        passages = setting(workbook, "Passages")
        passages.value = 3
        passages.offset(column=-1).value = "ＰＡＳＳＡＧＥＳ "

    change(answered, respell)
    code, _, err = bonsai("rank", answered)
    assert code == 0, err
    assert len(rows(results(answered), RANKED)) == 2 * 3
    assert len(rows(results(answered), POV)) == 23


@pytest.mark.parametrize(
    ("table", "header"), [(SETTINGS, "Setting"), (RANKED, "ChunkID"), (ANSWERS, "Mode")]
)
def test_a_sheet_that_lost_a_header_is_named_and_nothing_runs(
    bonsai: Run, answered: Path, table: Table, header: str
):
    change(answered, lambda workbook: setattr(cell(workbook, table, header, -1), "value", "x"))
    code, _, err = bonsai("rank", answered)
    assert code == 2
    assert f"has a sheet {table.sheet}, but no table {table.name}" in err
    assert f"lack these headers: {header}." in err
    assert not results(answered).exists()


def test_a_single_table_that_became_a_range_is_named_before_anything_is_computed(
    bonsai: Run, answered: Path, monkeypatch
):
    change(answered, lambda workbook: None, ANSWERS)
    before = answered.read_bytes()
    monkeypatch.setattr("worker.pipeline.answering.rankings", pytest.fail)
    code, _, err = bonsai("answer", answered)
    assert code == 2
    assert "has no table tblAnswers." in err
    assert answered.read_bytes() == before


def test_settings_alone_as_a_range_are_read(bonsai: Run, answered: Path):
    change(answered, lambda workbook: setattr(setting(workbook, "Passages"), "value", 2), SETTINGS)
    assert bonsai("rank", answered)[0] == 0
    assert len(rows(answered, RANKED)) == 2 * 2
