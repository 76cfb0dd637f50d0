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


#: One edit each, with what it makes stale: reasons by output.
EDITS = {
    "one point of view": (
        lambda path: edit(path, POV, "P02", {"POV": "Tankers change their names."}),
        {"rank": "point of view P02", "sexy": "point of view P02"},
    ),
    "one weight": (
        lambda path: edit(path, POV, "P03", {"Weight": 0.5}),
        {"rank": "weight of P03", "sexy": "weight of P03"},
    ),
    "a point of view left out": (
        lambda path: edit(path, POV, "P03", {"Use": "no"}),
        {"rank": "point of view P03 left out", "sexy": "point of view P03 left out"},
    ),
    "a new point of view": (
        lambda path: edit(path, POV, "P04", {"POV": "The striker scored."}),
        {"rank": "new point of view", "sexy": "new point of view"},
    ),
    "a setting of retrieval": (
        lambda path: edit(path, SETTINGS, "Passages", {"Value": 2}),
        dict.fromkeys(("rank", "rag", "sexy"), "setting Passages"),
    ),
    "a setting of the order": (
        lambda path: edit(path, SETTINGS, "SEXY share", {"Value": 0.5}),
        dict.fromkeys(("rank", "sexy"), "setting SEXY share"),
    ),
    "a setting of answers": (
        lambda path: edit(path, SETTINGS, "Answer tokens", {"Value": 80}),
        dict.fromkeys(("no-rag", "rag", "sexy"), "setting Answer tokens"),
    ),
    "a setting of contexts": (
        lambda path: edit(path, SETTINGS, "Contexts", {"Value": 1}),
        dict.fromkeys(("rag", "sexy"), "setting Contexts"),
    ),
    "what changes nothing": (
        lambda path: [
            edit(path, SETTINGS, "Heatmaps for the first", {"Value": 3}),
            edit(path, SETTINGS, "Answer modes", {"Value": "rag, no-rag, sexy"}),
            edit(path, SETTINGS, "Score", {"Value": " Contrast "}),
            edit(path, SETTINGS, "Seed", {"Value": 7}),
            edit(path, SETTINGS, "Passages", {"Value": "3"}),
            edit(path, POV, "P01", {"Weight": None, "POV": f" {VIEWS['P01']}  "}),
            edit(path, FBQ, "Q21", {"QInitial": "And this one?", "FBQ_A": 0, "FBQ_B": 0}),
        ],
        {},
    ),
}


def computed(office: Office, path: Path) -> dict[tuple[str, str], str]:
    """What the columns Stale say once LibreOffice has computed the formulas."""
    copy = path.with_name("computed.xlsx")
    office.save_copy(str(path), str(copy))
    found = {(row["QID"], "rank"): row["Stale"] for row in rows(copy, RANKED)}
    found |= {(row["QID"], row["Mode"]): row["Stale"] for row in rows(copy, ANSWERS)}
    return {result: text for result, text in found.items() if text}


def test_each_edit_makes_exactly_the_dependent_rows_stale(
    office: Office, answered: Path, tmp_path: Path
):
    fresh = answered.read_bytes()
    assert computed(office, answered) == {}
    for edit_one, reasons in EDITS.values():
        answered.write_bytes(fresh)
        edit_one(answered)
        expected = {(qid, output): [why] for output, why in reasons.items() for qid in QIDS}
        assert stale(answered) == expected
        assert computed(office, answered) == {result: why for result, (why,) in expected.items()}


def test_several_reasons_are_said_in_one_line(office: Office, answered: Path):
    edit(answered, FBQ, "Q7", {"QInitial": "Who carries oil?"})
    edit(answered, FBQ, "Q8", {"Use": "no"})
    edit(answered, POV, "P03", {"Weight": 0.5})
    edit(answered, SETTINGS, "Passages", {"Value": 2})
    edit(answered, SETTINGS, "Contexts", {"Value": 1})
    said = computed(office, answered)
    assert said["Q1", "rank"] == "weight of P03 and 1 more"
    assert said["Q7", "sexy"] == "question; weight of P03 and 2 more"
    assert said["Q8", "rag"] == "question left out; setting Passages and 1 more"
    assert said["Q7", "no-rag"] == "question"
    assert ("Q1", "no-rag") not in said
    assert set(said) == set(stale(answered))
