"""Reading ahead: in order, a few at a time, and whatever a file does to its reader."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
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
from worker.limited_process import Limits

SPLITTING = Splitting(1000, 60)
USUAL = Limits(memory=1_000_000_000, seconds=120)


def read_or_fail(
    path: Path, source: str, splitting: Splitting, known: FileVersion | None = None
) -> ReadFile:
    """Stands for a library that crashes on one file, hangs on another, and so on."""
    words = path.stem.rstrip("12345")
    if words == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if words == "hang":
        re.match(r"(a+)+$", "a" * 64 + "b")  # holds the interpreter
    if words == "grow":
        held = bytearray(600_000_000)
        re.match(r"(a+)+$", "a" * 64 + "b" + "c" * (len(held) > 0))
    if words == "large":
        held = bytearray(300_000_000)
        time.sleep(0.3)
    if words == "mistake":
        raise ZeroDivisionError(source)
    return read_and_split(path, source, splitting, known)


def read_known(path: Path, source: str, splitting: Splitting, known: FileVersion) -> ReadFile:
    """Read a file where nothing can be parsed."""
    module.read_document = None
    return read_and_split(path, source, splitting, known)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "read_and_split", read_or_fail)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "crash", "grow", "hang", "large", "mistake", "z"):
        for number in ("", *"12345"):
            shutil.copy(FILES / "hyphens.pdf", tmp_path / f"{name}{number}.pdf")
    return tmp_path


def read_all(
    folder: Path, *names: str, whole: dict[str, FileVersion] | None = None, limits: Limits = USUAL
):
    paths = {name: folder / name for name in names}
    return module.read_ahead(paths, SPLITTING, whole or {}, limits)


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


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("crash.pdf", "ended while it read"),
        ("hang.pdf", "Reading it took longer than 10 seconds."),
        ("grow.pdf", "It took more than 400 MB of memory."),
        ("mistake.pdf", "nobody foresaw: ZeroDivisionError."),
    ],
)
def test_a_file_that_ends_its_reader_is_named_and_the_rest_goes_on(
    folder: Path, name: str, why: str
):
    limits = Limits(memory=400_000_000, seconds=10 if name == "hang.pdf" else 120)
    a, bad, z = [outcome(file) for file in read_all(folder, "a.pdf", name, "z.pdf", limits=limits)]
    assert why in bad
    assert a == z == "The harbour has no information on the ferry."


@pytest.mark.usefixtures("failing")
def test_a_file_that_needs_more_than_fits_beside_others_is_read_alone(folder: Path):
    files = read_all(folder, "large1.pdf", "large2.pdf", "a.pdf")
    assert {outcome(file) for file in files} == {"The harbour has no information on the ferry."}


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize("names", ["hang1 z", "hang1 hang2 z", "grow1 grow2 grow3 grow4"])
def test_stopping_ends_all_reading_under_way(folder: Path, names: str):
    def stop():
        raise CancelledError("The run was stopped.", "You asked.", "Rows are kept.")

    files = read_all(folder, *(f"{name}.pdf" for name in names.split()))
    with pytest.raises(CancelledError):
        next(files).result(stop)
    files.close()
    threads = [thread.name for thread in threading.enumerate()]
    assert not [name for name in threads if name.startswith("reader")]


def test_a_file_that_the_index_holds_is_hashed_and_not_parsed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    version = read_and_split(folder / "a.pdf", "a.pdf", SPLITTING).version
    monkeypatch.setattr(module, "read_and_split", read_known)
    files = read_all(folder, "a.pdf", whole={"a.pdf": version})
    assert next(files).result(lambda: None) == ReadFile(version)


def test_a_file_that_vanishes_before_its_turn_is_named(tmp_path: Path):
    assert [outcome(file) for file in read_all(tmp_path, "gone.pdf")] == [
        "No such file or directory."
    ]


def test_a_file_that_is_written_to_meanwhile_is_named(tmp_path: Path):
    path, over = tmp_path / "log.txt", threading.Event()
    path.write_text("words\n" * 1_000_000)

    def write() -> None:
        with path.open("a") as file:
            while not over.is_set():
                file.write("more words\n" * 1000)
                file.flush()
                file.truncate(6_000_000)

    def read_until_refused() -> None:
        while True:
            module.read_and_split(path, "log.txt", SPLITTING)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(DocumentError, match="writing to it"):
            read_until_refused()
    finally:
        over.set()
        writer.join()
