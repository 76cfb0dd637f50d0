"""The tune job as it is asked for, and where its results land."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.contract_samples.tune import LINE, MOVE, TUNE
from tests.xl_addin.sheets.test_tuning_pairs import pair
from worker.contract import LOSS_BLOB, RowReady
from worker.errors import SettingError
from worker.settings import load_settings
from worker.tuning.learner import LossPoint
from worker.tuning.loss_picture import draw_loss
from xl_addin.jobs.base import Inputs, Landing
from xl_addin.jobs.run import Run
from xl_addin.jobs.tune import JOB, ask
from xl_addin.sheets.options import read_options
from xl_addin.sheets.qa_pairs import written_content
from xl_addin.sheets.tuned_ranks import TUNED_RANKS
from xl_addin.sheets.tuning import TUNING
from xl_addin.workbook.file.file_book import FileBook


@pytest.fixture
def opened(book: Path) -> FileBook:
    opened = FileBook.open(book)
    opened.write_table(written_content([pair("a"), pair("b", split="validation")]))
    return opened


def inputs(opened: FileBook, **given: object) -> Inputs:
    named = {"Tune name": "mine"} | {name.replace("_", " "): value for name, value in given.items()}
    return Inputs(read_options(named), load_settings(), opened, opened, opened.path)


def test_pairs_control_questions_and_points_of_view_are_asked_for(opened: FileBook):
    request = ask(inputs(opened)).request
    assert request.model == "tuned:mine"
    assert request.base == "onnx:minilm"
    assert [each.split for each in request.data.passages] == ["train", "validation"]
    assert len(request.control.pairs) >= 40
    assert {each.passage_id for each in request.control.pairs} <= {
        each.passage_id for each in request.control.passages
    }
    assert request.povs
    assert (request.epochs, request.strength, request.method) == (2, 1.0, "full")


def test_the_base_is_the_workbook_s_own_or_one_beside_it(opened: FileBook):
    own = inputs(opened, Embedder="st:a/b")
    assert ask(own).request.base == "st:a/b"
    assert (
        ask(
            replace(
                own,
                options=read_options(
                    {"Tune name": "x", "Embedder": "st:a/b", "Tune base": "st:c/d"}
                ),
            )
        ).request.base
        == "st:c/d"
    )


def test_a_model_without_a_name_is_refused(opened: FileBook):
    with pytest.raises(SettingError, match="has no name") as caught:
        ask(inputs(opened, Tune_name=""))
    assert "--name" in caught.value.next_step


def test_what_was_measured_lands_on_two_sheets_with_a_picture(opened: FileBook):
    run = Run()
    run.take_event(RowReady(row=LINE))
    run.take_event(RowReady(row=MOVE))
    run.blobs[LOSS_BLOB] = draw_loss([LossPoint(1, 1.0, 0.5)], "loss")
    for _ in range(2):  # a second run finds the place of the first
        JOB.land(Landing(opened, TUNE, run))
    assert opened.read_table(TUNING).rows[0].values["Verdict"] == "no real change"
    assert [row.values["Rank after"] for row in opened.read_table(TUNED_RANKS).rows] == [2]


def test_a_run_that_measured_nothing_leaves_the_sheets(opened: FileBook):
    assert JOB.land(Landing(opened, TUNE, Run())) == ()


def test_the_terminal_names_the_questions_that_moved_or_says_that_none_did():
    moved, stood = Run(), Run()
    moved.take_event(RowReady(row=MOVE))
    stood.take_event(RowReady(row=MOVE.model_copy(update={"tuned_rank": MOVE.base_rank})))
    (table,) = JOB.summary(moved)
    assert table.rows == [(MOVE.question, MOVE.base_rank, MOVE.tuned_rank)]
    assert list(JOB.summary(stood)) == ["The passage of each question stands where it stood."]
