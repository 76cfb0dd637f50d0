"""Before a run that is long, or of which a part is stale, a person may choose what is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.queueing.worlds import quick_settings
from tests.xl_addin.desk.test_desk import desk, job_rows, ready
from worker.queueing.local.local_jobs import LocalJobs
from worker.settings import IN_PROCESS, Settings
from xl_addin.desk.desk import Desk
from xl_addin.desk.question import CHOICES, is_asked, question
from xl_addin.jobs.earlier_runs import EarlierRuns
from xl_addin.jobs.estimate import Estimate, Sending

SHORT, LONG = Estimate(20, 60, 30.0), Estimate(20, 60, 600.0)
STALE = Estimate(1, 3, 1.5)
CHARGED = replace(SHORT, sendings=(Sending("https://api.example.com", 60, 9000),))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home", IN_PROCESS)


@pytest.fixture
def status() -> list[str]:
    return []


@pytest.fixture
def at(book: Path, settings: Settings, status: list[str]) -> Iterator[Desk]:
    """A desk at which each ranking takes an hour, and no worker ever comes."""
    with closing(LocalJobs(settings, start=lambda _settings: None)) as waiting:
        at = desk(ready(book), waiting, settings, status)
        EarlierRuns(settings.earlier_runs).remember({f"rank {settings.embedder}  ".rstrip(): 3600})
        yield at


def questions_of(at: Desk) -> int:
    """How many questions the one job that was begun asks."""
    (job,) = at.jobs.jobs()
    return len(json.loads(job.request)["questions"])


@pytest.mark.parametrize(
    ("expected", "stale", "asked"),
    [
        (SHORT, None, False),
        (LONG, None, True),
        (CHARGED, None, True),
        (SHORT, STALE, True),
        (SHORT, SHORT, False),  # all is stale: there is nothing to choose
    ],
)
def test_it_is_asked_where_there_is_something_to_choose(
    expected: Estimate, stale: Estimate | None, asked: bool
):
    assert is_asked(expected, stale) is asked


def test_each_choice_has_its_line_and_all_of_it_fits_into_the_box():
    lines = question("answer", LONG, STALE).splitlines()
    assert [line[0] for line in lines[1:]] == [str(number) for number in CHOICES]
    assert "20 questions, 60 answers: about 10 min" in lines[1]
    assert "1 question, 3 answers: about 2 s" in lines[2]
    many = replace(LONG, sendings=(Sending("https://" + "a" * 2000, 1, 1),) * 3)
    assert len(question("answer", many, None)) <= 900


def test_a_long_run_is_not_begun_before_it_is_chosen(at: Desk):
    at.press("rank")
    (row,) = job_rows(at)
    assert row["State"] == "asks"
    assert "about 480 min" in str(row["Message"])
    assert at.jobs.jobs() == []


def test_all_of_it_is_begun_when_that_is_chosen(at: Desk):
    at.press("rank")
    at.choose("rank", 1)
    (row,) = job_rows(at)
    assert (row["What"], row["State"]) == ("rank", "queued")
    assert questions_of(at) == 8


def test_a_trial_is_of_the_first_questions(at: Desk):
    at.press("rank")
    at.choose("rank", 4)
    assert questions_of(at) == 5


@pytest.mark.parametrize("number", [0, 9])
def test_what_is_no_choice_begins_nothing(at: Desk, status: list[str], number: int):
    at.press("rank")
    at.choose("rank", number)
    assert job_rows(at) == []
    assert at.jobs.jobs() == []
    assert status[-1] == "BONSAI: nothing was begun"


def test_a_part_with_nothing_in_it_is_told(at: Desk, status: list[str]):
    at.choose("rank", 2)
    assert "Nothing is stale" in status[-1]
    assert at.jobs.jobs() == []


def test_a_question_that_nobody_answered_goes_with_the_next_click(at: Desk):
    at.press("rank")
    at.press("rank")
    assert [row["State"] for row in job_rows(at)] == ["asks"]
