"""Clicks and ticks of the macros: whatever goes wrong is told in words."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest

from tests.worker.queueing.worlds import quick_settings
from tests.xl_addin.workbook.samples import loaded
from worker.errors import InternalError, WorkbookLockedError
from worker.queueing.local.local_jobs import LocalJobs
from worker.settings import IN_PROCESS, Settings
from xl_addin import ribbon
from xl_addin.desk.desk import Desk
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import CellValue


class Calling(FileBook):
    """A file in the place of the workbook in Excel that called, opened anew by each call."""

    told: ClassVar[list[str]] = []
    status: ClassVar[list[str]] = []

    def selection(self) -> tuple[str, list[list[CellValue]]]:
        return "Notes!B2", [["a text"]]

    def tell(self, text: str) -> None:
        self.told.append(text)

    def show_status(self, text: str) -> None:
        self.status.append(text)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home", IN_PROCESS)


@pytest.fixture
def calling(book: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[Calling]:
    Calling.told.clear()
    Calling.status.clear()
    monkeypatch.setattr(ribbon.LiveBook, "caller", lambda: Calling.open(book))
    monkeypatch.setattr(ribbon, "load_settings", lambda: settings)
    return Calling


def protect_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_table(_self, _content):
        raise WorkbookLockedError("'Jobs' is protected.", "It takes no values.", "Unprotect it.")

    monkeypatch.setattr(Calling, "write_table", write_table)


def test_a_click_that_finds_the_desk_taken_is_told_to_press_again(
    calling: type[Calling], settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    at_once = LocalJobs.alone
    with closing(LocalJobs(settings)) as other, other.alone():
        monkeypatch.setattr(LocalJobs, "alone", lambda self, wait_seconds: at_once(self))
        ribbon.run("index")
        ribbon.tick()
    assert ["Press the button again" in text for text in calling.told] == [True]
    assert calling.status == [], "the next tick comes soon"


def test_what_was_chosen_reaches_the_desk(calling: type[Calling]):
    ribbon.choose("rank", 0)
    assert calling.status == ["BONSAI: nothing was begun"]
    assert calling.told == []


def test_a_protected_jobs_table_is_told(calling: type[Calling], monkeypatch: pytest.MonkeyPatch):
    protect_jobs(monkeypatch)
    ribbon.run("index")
    assert "'Jobs' is protected." in calling.told[-1]


@pytest.mark.parametrize("action", ["index", "stop"])
def test_a_jobs_table_that_is_not_there_is_told(calling: type[Calling], book: Path, action: str):
    workbook = loaded(book)
    del workbook["Jobs"]
    workbook.save(book)
    ribbon.run(action)
    ribbon.tick()
    for text in (calling.told[-1], calling.status[-1]):
        assert "tblJobs" in text
        assert "nobody foresaw" not in text


@pytest.mark.parametrize("error", [KeyError("State"), RuntimeError("nobody foresaw this")])
def test_an_error_that_nobody_foresaw_is_told(
    calling: type[Calling], monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(Desk, "press", fail)
    monkeypatch.setattr(Desk, "tick", fail)
    ribbon.run("index")
    ribbon.tick()
    for text in (calling.told[-1], calling.status[-1]):
        assert type(error).__name__ in text
        assert "test_ribbon.py" in text
        assert "Traceback" not in text


@pytest.mark.parametrize("member", ["caller", "tell"])
def test_an_excel_that_cannot_even_be_told_gets_an_error_of_ours(
    calling: type[Calling], monkeypatch: pytest.MonkeyPatch, member: str
):
    def fail(*_arguments: object) -> None:
        raise AttributeError("<unknown>.Name\nof a workbook")

    monkeypatch.setattr(Desk, "press", fail)
    owner = ribbon.LiveBook if member == "caller" else Calling
    monkeypatch.setattr(owner, member, fail)
    with pytest.raises(InternalError, match=r"AttributeError: <unknown>\.Name of") as raised:
        ribbon.run("index")
    assert "\n" not in str(raised.value), "the macros show the last line of a trace of calls"


def test_a_tick_that_finds_no_workbook_gives_an_error_of_ours(
    calling: type[Calling], monkeypatch: pytest.MonkeyPatch
):
    def fail(*_arguments: object) -> None:
        raise AttributeError("<unknown>.Name")

    monkeypatch.setattr(ribbon.LiveBook, "caller", fail)
    with pytest.raises(InternalError, match="nobody foresaw"):
        ribbon.tick()
