"""Desks to examine, and pip without the settings of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worker.models.conftest import clean_pip, index, no_index  # noqa: F401
from tests.worker.queueing.worlds import index_request, write_documents
from tests.xl_addin.doctor.desks import Desk, windows_desk
from worker.limited_process import Limits
from worker.queueing.in_process import InProcessRunner
from xl_addin.doctor import index_state, model_setup
from xl_addin.jobs.books import set_settings
from xl_addin.workbook.file.file_book import FileBook


@pytest.fixture(autouse=True)
def _generous_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has an answer gets the time for it, however busy this machine is."""
    monkeypatch.setattr(index_state, "_LIMITS", Limits(memory=2_000_000_000, seconds=60))
    monkeypatch.setattr(model_setup, "_INDEX_SECONDS", 30.0)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return windows_desk(tmp_path)


@pytest.fixture
def indexed(desk: Desk) -> Desk:
    """A desk whose documents were indexed."""
    opened = FileBook.open(desk.book)
    set_settings(opened, {"Collection": "small"})
    opened.save()
    InProcessRunner(desk.settings).run(
        index_request(write_documents(desk.folder / "documents")),
        on_event=lambda _: None,
        on_blob=lambda *_: None,
        cancelled=lambda: False,
    )
    return desk
