"""Reading ahead: in order, a few at a time, and whatever a file does to its reader."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.worker.documents.test_document_files import FILES
from worker.documents import read_ahead as module
from worker.documents.chunks import Splitting
from worker.documents.file_version import FileVersion
from worker.documents.read_ahead import FileAhead, ReadFile, read_and_split
from worker.documents.readers import read_document
from worker.errors import CancelledError, DocumentError

SPLITTING = Splitting(1000, 60)


def read_or_crash(path: Path, source: str, splitting: Splitting) -> ReadFile:
    """Stands for a library that crashes on one file and hangs on another."""
    if source == "crash.pdf":
        os.kill(os.getpid(), signal.SIGSEGV)
    if source == "hang.pdf":
        time.sleep(600)
    return read_and_split(path, source, splitting)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.pdf", "crash.pdf", "hang.pdf", "z.pdf"):
        shutil.copy(FILES / "hyphens.pdf", tmp_path / name)
    return tmp_path


def read_all(folder: Path, *names: str, whole: dict[str, FileVersion] | None = None):
    paths = [folder / name for name in names]
    return module.read_ahead(folder, paths, SPLITTING, whole or {})


def outcome(file: FileAhead) -> str:
    try:
        return file.result(lambda: None).chunks[0].text
    except DocumentError as error:
        return error.why


def test_files_come_in_their_order_each_with_its_chunks(tmp_path: Path):
    names = [f"{number:02}.txt" for number in range(30)]
    for name in names:
        (tmp_path / name).write_text(f"Note {name}")
    files = [(file.source, outcome(file)) for file in read_all(tmp_path, *names)]
    assert files == [(name, f"Note {name}") for name in names]


def test_no_more_than_a_few_files_are_read_ahead(tmp_path: Path):
    names = [f"{number:02}.txt" for number in range(30)]
    for name in names:
        (tmp_path / name).write_text("words")
    files = read_all(tmp_path, *names)
    next(files).result(lambda: None)
    for path in tmp_path.iterdir():
        path.unlink()
    read = [file.source for file in files if outcome(file) == "words"]
    assert set(read) <= set(names[1:9])  # which of these were still there is a matter of luck


def test_a_file_that_vanishes_after_it_was_read_keeps_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "gone.txt"
    path.write_text("words")

    def read_and_lose(data: bytes, source: str):
        path.unlink()
        return read_document(data, source)

    monkeypatch.setattr(module, "read_document", read_and_lose)
    read = module.read_and_split(path, "gone.txt", SPLITTING)
    assert read.chunks[0].text == "words"
    assert read.modified == ""


def test_a_file_that_kills_its_reader_is_named_and_the_rest_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "read_and_split", read_or_crash)
    a, crash, z = [outcome(file) for file in read_all(folder, "a.pdf", "crash.pdf", "z.pdf")]
    assert "ended while it read" in crash
    assert a == z == "The harbour has no information on the ferry."


def test_a_file_that_is_never_read_to_its_end_is_given_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "read_and_split", read_or_crash)
    monkeypatch.setattr(module, "_PATIENCE", 3.0)
    hang, z = [outcome(file) for file in read_all(folder, "hang.pdf", "z.pdf")]
    assert "longer than" in hang
    assert z.startswith("The harbour")


def test_stopping_ends_the_reading_of_a_file_under_way(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def stop():
        raise CancelledError("The run was stopped.", "You asked.", "Rows are kept.")

    monkeypatch.setattr(module, "read_and_split", read_or_crash)
    files = read_all(folder, "hang.pdf", "z.pdf")
    with pytest.raises(CancelledError):
        next(files).result(stop)
    started = time.monotonic()
    files.close()
    assert time.monotonic() - started < 5, "a promise to whoever stops a run"


def test_a_file_that_the_index_holds_is_hashed_and_not_parsed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    version = read_and_split(folder / "a.pdf", "a.pdf", SPLITTING).version
    monkeypatch.setattr(module, "read_and_split", None)
    files = read_all(folder, "a.pdf", whole={"a.pdf": version})
    assert next(files).result(lambda: None) == ReadFile(version)


def test_a_file_that_vanishes_before_its_turn_is_named(tmp_path: Path):
    assert [outcome(file) for file in read_all(tmp_path, "gone.pdf")] == [
        "No such file or directory."
    ]
