from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.xl_addin.report.result_books import Told, ranking, write_book, write_documents
from worker.errors import BonsaiError, InputError, WorkbookError, WorkbookLockedError
from xl_addin.report.reports import Targets, write_report
from xl_addin.workbook.file.file_book import FileBook


def report(book: Path, *names: str, documents: str = "") -> list[str]:
    workbook, page = (book.parent / name if name else None for name in names)
    return write_report(FileBook.open(book), book, Targets(workbook, page), documents)


def refused(error: BonsaiError) -> bool:
    return all((error.what, error.why, error.next_step))


def test_a_workbook_without_results_is_named_and_nothing_is_written(book: Path):
    with pytest.raises(InputError, match=r"There are no results in 'my book\.xlsx'") as error:
        report(book, "r.xlsx", "p.html")
    assert refused(error.value)
    assert [path.name for path in book.parent.glob("*.xlsx")] == ["my book.xlsx"]
    assert not list(book.parent.glob("*.html"))


def test_a_report_replaces_an_earlier_one(results: Path):
    report(results, "r.xlsx", "p.html")
    before = (results.parent / "p.html").read_bytes()
    report(results, "r.xlsx", "p.html")
    assert (results.parent / "p.html").read_bytes() == before


@pytest.mark.parametrize("names", [("book.xlsx", ""), ("other.xlsx", ""), ("", "other.html")])
def test_no_other_file_is_written_over(results: Path, names: tuple[str, str]):
    write_book(results.parent / "other.xlsx", [ranking("Q1")])
    (results.parent / "other.html").write_text("<p>mine</p>")
    before = {path: path.read_bytes() for path in results.parent.iterdir() if path.is_file()}
    with pytest.raises(WorkbookError, match="is not written over") as error:
        report(results, *names)
    assert refused(error.value)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("names", [("r.xlsm", ""), ("r.pdf", ""), ("", "p.xlsx")])
def test_a_name_of_another_kind_is_refused(results: Path, names: tuple[str, str]):
    with pytest.raises(WorkbookError, match="is no name for this report") as error:
        report(results, *names)
    assert refused(error.value)


def test_a_folder_that_is_not_there_is_named(results: Path):
    with pytest.raises(WorkbookError, match="cannot be written") as error:
        report(results, "no/such/r.xlsx", "")
    assert "does not exist" in error.value.why


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no folders that are read-only")
def test_a_folder_that_may_not_be_written_is_named_and_neither_file_is_half_there(
    results: Path, monkeypatch: pytest.MonkeyPatch
):
    """The administrator, as whom tests may run, may write anywhere: the answer is made up."""
    locked = results.parent / "locked"
    locked.mkdir()
    may = os.access
    monkeypatch.setattr(os, "access", lambda at, how: Path(at) != locked and may(at, how))
    with pytest.raises(WorkbookLockedError) as error:
        report(results, "r.xlsx", "locked/p.html")
    assert refused(error.value)
    assert not (results.parent / "r.xlsx").exists()


def test_documents_that_are_not_there_are_told(tmp_path: Path):
    write_documents(tmp_path / "documents")
    passages = [Told("kettle.txt", "It sings."), *(Told(f"gone{n}.txt", "?") for n in range(7))]
    book = write_book(tmp_path / "book.xlsx", [ranking("Q1", passages)])
    (remark,) = report(book, "r.xlsx", "p.html")
    assert "gone0.txt" in remark
    assert "and 2 more" in remark
    assert "kettle.txt" not in remark


def test_another_documents_folder_may_be_named(tmp_path: Path):
    elsewhere = write_documents(tmp_path / "elsewhere")
    book = write_book(tmp_path / "book.xlsx", [ranking("Q1")], documents="")
    assert report(book, "r.xlsx", "p.html")
    assert report(book, "r.xlsx", "p.html", documents=str(elsewhere)) == []
    assert elsewhere.as_uri() in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_the_reader_copy_may_stand_in_another_folder(results: Path):
    (results.parent / "out").mkdir()
    assert report(results, "", "out/p.html") == []
    page = (results.parent / "out" / "p.html").read_text(encoding="utf-8")
    assert 'href="../documents/kettle.txt"' in page
