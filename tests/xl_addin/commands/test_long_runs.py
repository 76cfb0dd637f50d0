"""Before a run that is long or may cost money a person is asked; a trial takes the first rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xl_addin.commands.test_consent import needs_unix, typing
from tests.xl_addin.conftest import Run, rows
from worker.contract import AnswerRequest, RankRequest
from worker.settings import load_settings
from xl_addin.jobs.books import new_book, set_settings, use_first_questions
from xl_addin.jobs.earlier_runs import EarlierRuns
from xl_addin.jobs.estimate import Plan
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook

HOUR = 3600.0


@pytest.fixture
def book(bonsai: Run, tmp_path: Path) -> Path:
    """A workbook of three questions whose index is made."""
    book, documents = tmp_path / "book.xlsx", tmp_path / "documents"
    new_book(book)
    opened = FileBook.open(book)
    use_first_questions(opened, 3)
    set_settings(opened, {"Documents folder": "documents", "Answer modes": "rag", "Passages": "2"})
    opened.save()
    documents.mkdir()
    (documents / "tea.txt").write_text("The kettle sings.", encoding="utf-8")
    (documents / "oil.txt").write_text("Tankers carry oil.", encoding="utf-8")
    assert bonsai("index", book)[0] == 0
    return book


def remember_slow_runs() -> None:
    """Let the machine know that each ranking takes an hour."""
    ranking = RankRequest(
        run_id="r", collection="book", embedder="test:hash", questions=(), povs=()
    )
    answering = AnswerRequest(run_id="r", ranking=ranking, llm="scripted:quoting", modes=("rag",))
    plan = Plan(ranking, answering)
    slow = plan.each_ranking, plan.each_answer("rag")
    EarlierRuns(load_settings().earlier_runs).remember(dict.fromkeys(slow, HOUR))


def asked_in(book: Path) -> list[object]:
    return list(dict.fromkeys(row["QID"] for row in rows(book, RANKED)))


def test_a_short_run_asks_nothing_and_says_nothing_of_time(bonsai: Run, book: Path):
    code, out, err = bonsai("rank", book)
    assert code == 0
    assert "question" not in err
    assert "about" not in out + err


def test_a_trial_takes_the_first_questions_and_says_what_all_take(bonsai: Run, book: Path):
    code, out, _ = bonsai("rank", book, "--try", "2")
    assert code == 0
    assert asked_in(book) == ["Q1", "Q2"]
    assert "That was a trial. All of it: 3 questions: about" in out


def test_a_trial_leaves_the_rows_of_other_questions(bonsai: Run, book: Path):
    assert bonsai("answer", book)[0] == 0
    before = {name: rows(book, name) for name in (RANKED, MATRIX, ANSWERS)}
    assert bonsai("answer", book, "--top", "1", "--try", "1")[0] == 0
    for table in (RANKED, MATRIX, ANSWERS):
        now = rows(book, table)
        assert [row for row in now if row["QID"] != "Q1"] == [
            row for row in before[table] if row["QID"] != "Q1"
        ]
    assert [row["QID"] for row in rows(book, RANKED)] == ["Q1", "Q2", "Q2", "Q3", "Q3"]
    assert [row["QID"] for row in rows(book, ANSWERS)] == ["Q1", "Q2", "Q3"]


def test_a_trial_of_more_questions_than_there_are_is_a_run(bonsai: Run, book: Path):
    assert bonsai("rank", book)[0] == 0
    code, out, _ = bonsai("rank", book, "--try", "9")
    assert code == 0
    assert asked_in(book) == ["Q1", "Q2", "Q3"]
    assert "That was a trial" not in out


@needs_unix
@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 130), ("\n", 130)])
def test_a_long_run_begins_when_the_person_agrees(
    bonsai: Run, book: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
):
    remember_slow_runs()
    with typing(monkeypatch, typed):
        ended, _, said = bonsai("answer", book)
    assert ended == code
    assert "3 questions, 3 answers: about 360 min. Go on? [y/N]" in said
    assert bool(asked_in(book)) is (code == 0)
    assert ("--try 5" in said) is (code != 0)


@needs_unix
@pytest.mark.parametrize("option", [["--yes"], ["--try", "0"]])
def test_only_yes_goes_on_unasked(
    bonsai: Run, book: Path, monkeypatch: pytest.MonkeyPatch, option: list[str]
):
    remember_slow_runs()
    with typing(monkeypatch, ""):
        code, _, said = bonsai("answer", book, *option)
    assert "Go on?" not in said
    assert code == (0 if option == ["--yes"] else 2)


def test_a_long_run_that_is_free_goes_on_where_nobody_can_be_asked(bonsai: Run, book: Path):
    remember_slow_runs()
    code, _, said = bonsai("rank", book)
    assert code == 0
    assert "3 questions: about 180 min." in said


def test_what_may_cost_money_needs_a_yes_where_nobody_can_be_asked(
    bonsai: Run, book: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BONSAI_LLM", "openai:https://192.0.2.7/v1#big")
    monkeypatch.setenv("BONSAI_LLM_KEY", "a-key-of-mine")
    code, _, said = bonsai("answer", book)
    assert code == 2
    assert "it may cost money, and nobody is there to agree" in said
    assert "up to 3 calls to https://192.0.2.7, which may charge for them" in said
    assert "--yes" in said
    assert "--try 5" in said
    assert "a-key-of-mine" not in said
    assert asked_in(book) == []
