"""Workbooks as users have them: the template, and the original notebooks' plain files."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest

from tests.excel.com.loader import xlwings_on_windows
from tests.excel.com.windows import Windows
from tests.worker.pipeline.conftest import TEXTS
from tests.xl_addin.template.office import Office, require_office
from xl_addin import cli
from xl_addin.commands import server_list
from xl_addin.jobs.books import new_book
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook

FBQ_HEADERS = [
    "QInitial",
    *(f"FBQA{n}" for n in range(1, 6)),
    *(f"FBQB{n}" for n in range(1, 6)),
    "FBQ_A",
    "FBQ_B",
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A fresh template workbook."""
    path = tmp_path / "my book.xlsx"
    new_book(path)
    return path


@pytest.fixture
def plain_book(tmp_path: Path) -> Callable[[str, Sequence[str], Sequence[Sequence[object]]], Path]:
    """Write a workbook of one plain sheet, as pandas leaves it."""

    def write(name: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
        workbook = openpyxl.Workbook()
        for row in (headers, *rows):
            workbook.active.append(list(row))
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write


def fbq_row(text: str, a: object = 1, b: object = 4) -> list[object]:
    """One row of the original file: the variants are called after their column."""
    return [text, *(f"{text} {header}?" for header in FBQ_HEADERS[1:11]), a, b]


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command; return its exit code and what it printed to both streams.

    Servers that happen to run on this machine are not looked for.
    """
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(server_list, "USUAL_PORTS", ())

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["bonsai", *map(str, arguments)])
        before = signal.getsignal(signal.SIGINT)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        signal.signal(signal.SIGINT, before)  # here the process goes on
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def bonsai(command: Run, one_picture: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command with models that need no weights."""
    monkeypatch.setenv("BONSAI_EMBEDDER", "test:hash")
    monkeypatch.setenv("BONSAI_LLM", "scripted:quoting")
    return command


@pytest.fixture
def real_bonsai(command: Run, models: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command with the default models."""
    monkeypatch.setenv("BONSAI_MODELS", str(models))
    return command


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One LibreOffice for all tests."""
    require_office()
    office = Office(tmp_path_factory.mktemp("profile"))
    yield office
    office.leave()


@pytest.fixture
def windows() -> Windows:
    """A stand-in for Windows, on which no Excel runs yet."""
    return Windows()


@pytest.fixture
def windows_xlwings(windows: Windows) -> Iterator[ModuleType]:
    """A fresh xlwings with its own code for Windows, on that stand-in."""
    with xlwings_on_windows(windows) as xlwings:
        yield xlwings


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rows(path: Path, table: Table) -> list[dict[str, object]]:
    return [dict(row.values) for row in FileBook.open(path).read_table(table).rows]
