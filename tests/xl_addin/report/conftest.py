"""A workbook with results, and Chromium."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import a_picture
from tests.xl_addin.report.result_books import (
    HARBOUR,
    KETTLE,
    answer,
    ranking,
    translation,
    write_book,
    write_documents,
)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A workbook on two questions, its documents beside it."""
    write_documents(tmp_path / "documents")
    rankings = [ranking("Q1"), ranking("Q2", question="誰が港を建てたか。")]
    answers = [answer("Q1", "It sings [1], and the wall is old [2-3].")]
    return write_book(tmp_path / "book.xlsx", rankings, answers, png=a_picture())


@pytest.fixture
def translated(tmp_path: Path) -> Path:
    """A workbook whose question, answer and first two passages stand in Japanese, too."""
    said = "It sings [1], and the wall is old [2-3]."
    translations = [
        translation("What of Q1?", "Q1はどうか。"),
        translation(KETTLE.text, "やかんが歌う。"),
        translation(HARBOUR.text, "港の壁は古い。", "1931"),
        translation(said, "歌う[1]。壁は古い[2-3]。"),
    ]
    return write_book(
        tmp_path / "book.xlsx", [ranking("Q1")], [answer("Q1", said)], translations=translations
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """A headless Chromium of this machine, driven by Playwright."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium here (Debian: chromium)")
        pytest.skip("there is no Chromium here (Debian: chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    as_root = sys.platform != "win32" and os.geteuid() == 0
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=found, args=["--no-sandbox"] if as_root else []
        )
        yield chromium
        chromium.close()
