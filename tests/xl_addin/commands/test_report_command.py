from pathlib import Path

from tests.xl_addin.conftest import Run
from tests.xl_addin.report.result_books import ranking, write_book, write_documents


def test_a_reader_copy_and_a_page_are_written(command: Run, tmp_path: Path):
    write_documents(tmp_path / "documents")
    book = write_book(tmp_path / "book.xlsx", [ranking("Q1")])
    reader, page = tmp_path / "reader.xlsx", tmp_path / "page.html"
    code, out, _ = command("report", book, "-o", reader, "--html", page)
    assert code == 0
    assert out.split("\n")[:2] == [f"Wrote {reader}", f"Wrote {page}"]
    assert reader.stat().st_size > 5_000
    assert page.stat().st_size > 5_000


def test_what_has_no_link_is_said(command: Run, tmp_path: Path):
    book = write_book(tmp_path / "book.xlsx", [ranking("Q1")])
    code, out, _ = command("report", book, "--html", tmp_path / "page.html")
    assert code == 0
    assert "Note: No link leads to kettle.txt, harbour & <sea>.txt" in out
    code, out, _ = command("report", book, "--html", tmp_path / "page.html", "--quiet")
    assert (code, out) == (0, "")


def test_one_of_the_two_must_be_asked_for(command: Run, tmp_path: Path):
    book = write_book(tmp_path / "book.xlsx", [ranking("Q1")])
    code, _, err = command("report", book)
    assert code == 2
    assert "Give -o READER.xlsx, --html PAGE.html, or both." in err


def test_a_workbook_without_results_is_named(command: Run, book: Path, tmp_path: Path):
    code, _, err = command("report", book, "-o", tmp_path / "reader.xlsx")
    assert code == 2
    assert "There are no results in 'my book.xlsx'." in err
    assert not (tmp_path / "reader.xlsx").exists()
