"""The demo: what it answers, and what it says about better answers."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.xl_addin.conftest import Run
from worker.models.catalogue import MODELS
from xl_addin.commands.demo import better_answers
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.workbook.file.file_book import FileBook


@pytest.fixture
def made(bonsai: Run, tmp_path: Path) -> tuple[FileBook, str]:
    """The workbook that a demo has made with models that are not fetched, and what it said."""
    code, said, errors = bonsai("demo", "--out", tmp_path / "out")
    assert code == 0, errors
    return FileBook.open(tmp_path / "out" / "bonsai_demo.xlsx"), said


def test_the_first_questions_are_answered_and_the_others_stay_for_the_user(made):
    book, _ = made
    use = [row.values["Use"] for row in book.read_table(FBQ).rows]
    answered = {row.values["QID"] for row in book.read_table(ANSWERS).rows}
    assert use == ["yes"] * 4 + ["no"] * 6
    assert answered == {"Q1", "Q2", "Q3", "Q4"}


def test_the_demo_ends_with_the_way_to_better_answers(made):
    _, said = made
    assert "'bonsai models' lists some" in said


def test_each_language_model_of_the_list_names_the_next_larger_one():
    ladder = [model.name for model in MODELS if model.task == "language model"]
    for smaller, larger in pairwise(ladder):
        assert f"bonsai models get {larger} " in better_answers(smaller)
    assert "models get" not in better_answers(ladder[-1])
    sizes = [model.megabytes for model in MODELS if model.name in ladder]
    assert sizes == sorted(sizes)
