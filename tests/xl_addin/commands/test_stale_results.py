"""Stale results as a person meets them: run, edit one thing, see what is stale, run that alone.

What the formulas say is computed by LibreOffice, and is what Python says of the same file.
"""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.worker.pipeline.conftest import TEXTS
from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.edits import edit, write_rows
from tests.xl_addin.template.office import Office
from worker.pipeline import ranking
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.input_formulas import stale_formula
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


def test_one_file_makes_stale_what_was_retrieved_and_is_named(
    bonsai: Run, office: Office, answered: Path, papers: Path
):
    assert bonsai("index", answered)[0] == 0
    assert stale(answered) == {}  # no file has changed
    (papers / "kettle.txt").write_text("The kettle was sold.", encoding="utf-8")
    (papers / "harbour.txt").write_text("Ships lie in the harbour.", encoding="utf-8")
    assert bonsai("index", answered)[0] == 0
    why = "documents: harbour.txt and 1 more"
    expected = {(qid, output): why for qid in QIDS for output in ("rank", "rag", "sexy")}
    assert {result: "; ".join(reasons) for result, reasons in stale(answered).items()} == expected
    assert computed(office, answered) == expected
    (papers / "harbour.txt").unlink()
    (papers / "kettle.txt").write_text(TEXTS["kettle.txt"], encoding="utf-8")
    assert bonsai("index", answered)[0] == 0
    assert stale(answered) == {}  # all is as it was


def test_a_stale_answer_is_written_in_exactly_its_modes(
    bonsai: Run, answered: Path, tmp_path: Path
):
    before = rows(answered, ANSWERS)
    edit(answered, POV, "P03", {"Weight": 0.5})
    edit(answered, FBQ, "Q7", {"QInitial": "Who carries oil?"})
    result = tmp_path / "result.json"
    assert bonsai("answer", answered, "--only", "stale", "--json", result)[0] == 0
    given = {(row["qid"], row["mode"]) for row in json.loads(result.read_text())["answers"]}
    assert given == {(qid, "sexy") for qid in QIDS} | {("Q7", "rag"), ("Q7", "no-rag")}
    after = rows(answered, ANSWERS)
    assert [(row["QID"], row["Mode"]) for row in after] == [
        (row["QID"], row["Mode"]) for row in before
    ]
    untouched = [row for row in before if (row["QID"], row["Mode"]) not in given]
    assert [row for row in after if (row["QID"], row["Mode"]) not in given] == untouched
    assert stale(answered) == {}


def test_fifty_labels_follow_their_passages_after_a_change_of_points_of_view(
    bonsai: Run, ranked: Path
):
    label(ranked, 50)
    labels = kept(ranked)
    assert len(labels) == 50
    edit(ranked, POV, "P01", {"POV": "Cocoa farmers earn a few cents."})
    edit(ranked, POV, "P02", {"Use": "no"})
    assert bonsai("rank", ranked, "--only", "stale")[0] == 0
    order = [(row["QID"], row["ChunkID"]) for row in rows(ranked, RANKED)]
    assert kept(ranked) == labels
    assert [key for key in order if key in labels] != [*labels]  # they did move


def label(path: Path, count: int) -> None:
    book = FileBook.open(path)
    found = [row.cells(RANKED.columns) for row in book.read_table(RANKED).rows]
    for number, row in enumerate(found[:count]):
        row.update(Keep="yes" if number % 3 else "no", Note=f"note {number}")
    write_rows(book, RANKED, found)
    book.save()


def kept(path: Path) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (row["QID"], row["ChunkID"]): (row["Keep"], row["Note"])
        for row in rows(path, RANKED)
        if row["Note"]
    }


def test_a_new_question_is_empty_and_run_alone(bonsai: Run, ranked: Path, ranked_qids: list[str]):
    edit(ranked, FBQ, "Q21", {"QInitial": "And this?", "FBQ_A": 0, "FBQ_B": 0})
    assert bonsai("rank", ranked, "--only", "empty")[0] == 0
    assert ranked_qids == ["Q21"]
    assert [*dict.fromkeys(row["QID"] for row in rows(ranked, RANKED))] == [*QIDS, "Q21"]


def test_an_answer_that_was_deleted_is_empty_and_one_that_failed_is_failed(
    bonsai: Run, answered: Path, tmp_path: Path
):
    book = FileBook.open(answered)
    found = [row.cells(ANSWERS.columns) for row in book.read_table(ANSWERS).rows]
    deleted, failed = found[4], found[8]
    deleted["Answer"] = None
    failed.update(Answer=None, Written=None, Support="The model is gone.")
    write_rows(book, ANSWERS, found)
    book.save()
    for scope, expected in (("failed", [failed]), ("empty", [deleted])):
        result = tmp_path / f"{scope}.json"
        assert bonsai("answer", answered, "--only", scope, "--json", result)[0] == 0
        given = [(row["qid"], row["mode"]) for row in json.loads(result.read_text())["answers"]]
        assert given == [(row["QID"], row["Mode"]) for row in expected]
    code, out, _ = bonsai("answer", answered, "--only", "empty")
    assert (code, "Nothing is empty" in out) == (0, True)


def test_selected_rows_of_a_saved_workbook_are_run_alone(
    bonsai: Run, answered: Path, tmp_path: Path
):
    for sheet, cells, expected in (
        ("FBQ", "B8:B9 D11", {(qid, mode) for qid in ("Q3", "Q4", "Q6") for mode in MODES}),
        ("Answers", "A7:C7 A10", {("Q1", "rag"), ("Q2", "rag")}),
    ):
        select(answered, sheet, cells)
        result = tmp_path / f"{sheet}.json"
        assert bonsai("answer", answered, "--only", "selected", "--json", result)[0] == 0
        given = {(row["qid"], row["mode"]) for row in json.loads(result.read_text())["answers"]}
        assert given == expected
    select(answered, "Settings", "A1:C20")
    code, out, _ = bonsai("rank", answered, "--only", "selected")
    assert (code, "No question in use is selected" in out) == (0, True)


MODES = ("no-rag", "rag", "sexy")


def select(path: Path, sheet: str, cells: str) -> None:
    """Leave a sheet in front with these cells selected, as Excel saves it."""
    workbook = openpyxl.load_workbook(path)
    workbook.active = workbook[sheet]
    view = workbook[sheet].sheet_view
    pane = view.pane.activePane if view.pane else None
    chosen = next(item for item in view.selection if item.pane == pane)
    chosen.sqref = cells
    workbook.save(path)


def test_a_setting_that_the_command_line_overruled_is_not_watched(bonsai: Run, ranked: Path):
    assert bonsai("rank", ranked, "--top", 2)[0] == 0
    assert stale(ranked) == {}
    edit(ranked, SETTINGS, "Passages", {"Value": 1})
    assert stale(ranked) == {}
    edit(ranked, SETTINGS, "SEXY share", {"Value": 0.5})
    assert stale(ranked) == every("rank", "setting SEXY share")


def test_inputs_of_runs_that_nothing_is_left_of_go(bonsai: Run, ranked: Path):
    edit(ranked, FBQ, "Q7", {"QInitial": "Who carries oil?"})
    assert bonsai("rank", ranked, "--only", "stale")[0] == 0
    runs = {row["Run"] for row in rows(ranked, RANKED)}
    assert {row["Run"] for row in rows(ranked, INPUTS)} == runs
    assert len(runs) == 2
    assert bonsai("rank", ranked)[0] == 0
    assert len({row["Run"] for row in rows(ranked, INPUTS)}) == 1


def test_rows_of_a_copy_whose_run_is_unknown_are_stale_and_say_so(
    office: Office, bonsai: Run, ranked: Path
):
    book = FileBook.open(ranked)
    found = [row.cells(RANKED.columns) for row in book.read_table(RANKED).rows]
    for row in found[:3]:
        row["Run"] = "of somebody else"
    found[3]["Run"] = None  # as in a workbook from before there was this column
    write_rows(
        book, RANKED, [{**row, "Stale": stale_formula("tblRanked", "rank")} for row in found]
    )
    book.save()
    said = "made by a run that is not on Inputs"
    assert stale(ranked) == {("Q1", "rank"): [said]}
    assert computed(office, ranked) == {("Q1", "rank"): said}
