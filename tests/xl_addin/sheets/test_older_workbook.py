"""A workbook of the version before: it has a sheet Regression, which is gone, and an old Tuning."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import TEXTS
from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.samples import answer
from tests.xl_addin.sheets.rankings import IDS, ranking
from tests.xl_addin.workbook.samples import loaded, parts, png
from worker.contract import PointOfView
from xl_addin.jobs import SHEETS
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.answers import ANSWERS, answers_content
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.inputs import read_povs, read_questions, read_settings
from xl_addin.sheets.job_sheet import JOBS, JobSheet
from xl_addin.sheets.matrix import MATRIX, matrix_content
from xl_addin.sheets.ranked import RANKED, ranked_content
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import Picture, TableContent

GONE = ("Regression",)
UNTOUCHED = ("Tuning", "Regression")
BEFORE = Path(__file__).parents[2] / "data" / "workbooks" / "version_before.xlsx"


@pytest.fixture
def old_book(tmp_path: Path) -> Path:
    return Path(shutil.copy(BEFORE, tmp_path / "old.xlsx"))


def parts_of(path: Path, sheets: Sequence[str]) -> dict[str, bytes]:
    """The parts of these sheets and of the tables on them, as bytes."""
    content, order = parts(path), loaded(path).sheetnames
    found = {}
    for sheet in sheets:
        name = f"sheet{order.index(sheet) + 1}.xml"
        relations = f"xl/worksheets/_rels/{name}.rels"
        table = re.search(rb"tables/table\d+\.xml", content[relations]).group().decode()
        for part in (f"xl/worksheets/{name}", relations, f"xl/{table}"):
            found[part] = content[part]
    return found


def keep_one_question(port: FileBook) -> None:
    rows = [port.read_table(FBQ).rows[0].cells(FBQ.columns)]
    port.write_table(TableContent(FBQ, rows, [Column(header) for header in FBQ.headers]))


def test_it_has_the_sheets_that_are_gone(old_book: Path):
    names = [sheet.sheet for sheet in SHEETS]
    assert set(loaded(old_book).sheetnames) - set(names) == set(GONE)


def test_its_questions_points_of_view_and_settings_are_read(old_book: Path):
    port = FileBook.open(old_book)
    questions, problems = read_questions(port, "all")
    povs, more = read_povs(port)
    assert (len(questions), len(povs), problems, more) == (24, 23, (), ())
    assert read_settings(port) == read_settings(port, {"Passages": 10})


def test_index_rank_and_answer_run_on_it(
    old_book: Path, papers: Path, command: Run, one_picture: None
):
    port = FileBook.open(old_book)
    engines = {"Embedder": "test:hash", "Language model": "scripted:counting"}
    set_settings(port, {"Documents folder": papers.name, **engines})
    keep_one_question(port)
    port.save()
    before = parts_of(old_book, UNTOUCHED)
    for job in ("index", "rank", "answer"):
        assert command(job, old_book)[0] == 0
    assert {row["Status"] for row in rows(old_book, SOURCES)} == {"indexed"}
    assert len(rows(old_book, RANKED)) == len(TEXTS)
    assert len(rows(old_book, ANSWERS)) == 3
    assert parts_of(old_book, UNTOUCHED) == before


def test_results_are_written_and_the_sheets_that_are_gone_stay_as_they_are(old_book: Path):
    before = parts_of(old_book, UNTOUCHED)
    texts = parts(old_book)["xl/sharedStrings.xml"]
    port = FileBook.open(old_book)
    port.write_table(ranked_content([ranking("contrast")]))
    views = [PointOfView(pov_id=pov_id, text="a view") for pov_id in IDS]
    port.write_table(matrix_content([ranking("contrast")], views, "contrast"))
    port.put_pictures(HEATMAP.sheet, [Picture("bonsai heatmap Q1", png(), "alt", "caption")])
    port.write_table(answers_content([answer("Q1", "rag", "It sings.")]))
    jobs = JobSheet(port)
    jobs.put("r", {"What": "answer", "State": "done"})
    jobs.write()
    port.save()

    again = FileBook.open(old_book)
    counts = [len(again.read_table(table).rows) for table in (RANKED, MATRIX, ANSWERS, JOBS)]
    assert counts == [5, 5, 1, 1]
    assert parts_of(old_book, UNTOUCHED) == before
    assert parts(old_book)["xl/sharedStrings.xml"] == texts, "what their cells point to"
