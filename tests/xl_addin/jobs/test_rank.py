"""What the rank job refuses before anything is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.contract import PointOfView, Question
from worker.errors import InputError
from worker.settings import load_settings
from xl_addin.jobs import rank
from xl_addin.jobs.base import Inputs
from xl_addin.jobs.books import fresh_books
from xl_addin.sheets.options import read_options


def ask(monkeypatch: pytest.MonkeyPatch, questions: int, passages: int, povs: int) -> object:
    """Ask with so many rows, as if they had been read."""
    asked = tuple(Question(qid=f"Q{n}", text="Why?") for n in range(questions))
    views = tuple(PointOfView(pov_id=f"P{n}", text="So.") for n in range(povs))
    monkeypatch.setattr(rank, "read_questions", lambda *_: (asked, ()))
    monkeypatch.setattr(rank, "read_povs", lambda *_: (views, ()))
    books, options = fresh_books(), read_options({"Passages": passages, "Collection": "c"})
    return rank.ask(
        Inputs(options, load_settings(), books.questions, books.povs, Path("book.xlsx"))
    )


@pytest.mark.parametrize(
    ("questions", "passages", "povs"),
    [(2000, 200, 23), (33, 1000, 23), (20_000, 10, 3), (1, 1, 5000)],
)
def test_large_runs_are_asked_for(monkeypatch, questions: int, passages: int, povs: int):
    assert ask(monkeypatch, questions, passages, povs)


def test_more_rows_than_a_sheet_takes_are_refused_in_figures(monkeypatch):
    with pytest.raises(InputError, match=r"2,000 questions × 1,000 passages are 2,000,000 rows"):
        ask(monkeypatch, 2000, 1000, 2)


def test_more_points_of_view_than_a_sheet_has_columns_for_are_refused(monkeypatch):
    with pytest.raises(InputError, match=r"8,001 points of view"):
        ask(monkeypatch, 1, 1, 8001)
