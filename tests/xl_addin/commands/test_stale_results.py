"""Stale results as a person meets them: run, edit one thing, see what is stale, run that alone.

What the formulas say is computed by LibreOffice, and is what Python says of the same file.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.edits import edit, write_rows
from tests.xl_addin.template.office import Office
from worker.pipeline import ranking
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.run_inputs import INPUTS
from xl_addin.sheets.settings import SETTINGS
from xl_addin.sheets.staleness import stale_results
from xl_addin.workbook.file.file_book import FileBook

QIDS = [f"Q{number}" for number in range(1, 21)]
VIEWS = {
    "P01": "Steam rises while a family sits in silence.",
    "P02": "People flee over a border that a pencil drew.",
    "P03": "Gold lies in the cellars of banks.",
}


@pytest.fixture
def twenty(book: Path, papers: Path) -> Path:
    """A workbook of twenty questions and three points of view, over the papers."""
    opened = FileBook.open(book)
    settings = {
        "Documents folder": papers.name,
        "Heatmaps for the first": 0,
        "Passages": 3,
        "Retrieval": "dense",
        "Evidence gate": "no",
    }
    set_settings(opened, settings)
    questions = [
        {"ID": qid, "QInitial": f"What of the kettle in house {qid}?", "FBQ_A": 0, "FBQ_B": 0}
        for qid in QIDS
    ]
    write_rows(opened, FBQ, questions)
    write_rows(
        opened, POV, [{"ID": pov_id, "POV": text, "Weight": 1} for pov_id, text in VIEWS.items()]
    )
    opened.save()
    return book


@pytest.fixture
def ranked(bonsai: Run, twenty: Path) -> Path:
    for job in ("index", "rank"):
        assert bonsai(job, twenty)[0] == 0
    return twenty


@pytest.fixture
def answered(bonsai: Run, ranked: Path) -> Path:
    assert bonsai("answer", ranked)[0] == 0
    return ranked


@pytest.fixture
def ranked_qids(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the questions that the worker has ranked, as it ranks them."""
    counted: list[str] = []
    rank_one = ranking._rank_one

    def counting(scorer, question, *more):
        counted.append(question.qid)
        return rank_one(scorer, question, *more)

    monkeypatch.setattr(ranking, "_rank_one", counting)
    return counted


def stale(path: Path) -> dict[tuple[str, str], list[str]]:
    return dict(stale_results(FileBook.open(path)))


def every(output: str, *reasons: str) -> dict[tuple[str, str], list[str]]:
    return {(qid, output): list(reasons) for qid in QIDS}


def test_nothing_is_stale_after_a_run(answered: Path):
    assert stale(answered) == {}


def test_one_edited_question_of_twenty_is_stale_and_run_alone(
    bonsai: Run, ranked: Path, ranked_qids: list[str]
):
    before = rows(ranked, RANKED)
    edit(ranked, FBQ, "Q7", {"QInitial": "Who carries oil past the sanctions?"})
    assert stale(ranked) == {("Q7", "rank"): ["question"]}
    code, out, err = bonsai("rank", ranked, "--only", "stale")
    assert code == 0, err
    assert ranked_qids == ["Q7"]
    after = rows(ranked, RANKED)
    assert [row["QID"] for row in after] == [row["QID"] for row in before]
    others = [row for row in after if row["QID"] != "Q7"]
    assert others == [row for row in before if row["QID"] != "Q7"]
    assert {row["Question"] for row in after if row["QID"] == "Q7"} == {
        "Who carries oil past the sanctions?"
    }
    assert stale(ranked) == {}
    code, out, _ = bonsai("rank", ranked, "--only", "stale")
    assert (code, ranked_qids) == (0, ["Q7"])
    assert "Nothing is stale" in out
