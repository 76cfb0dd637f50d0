import shutil
from pathlib import Path

import pytest

from tests.xl_addin.report.result_books import ranking, write_book, write_documents
from worker.errors import WorkbookError
from xl_addin.desk.reader_copy import reader_copy


def test_both_files_stand_beside_the_workbook_and_show_it_as_it_is_now(tmp_path: Path):
    write_documents(tmp_path / "documents")
    saved = write_book(tmp_path / "book.xlsx", [ranking("Q1")])
    now = write_book(tmp_path / "now" / "book.xlsx", [ranking("Q1", question="Asked since?")])
    words = reader_copy(saved, lambda copy: shutil.copy(now, copy))
    assert words == "For readers: 'book reader.xlsx' and 'book reader.html'."
    page = (tmp_path / "book reader.html").read_text(encoding="utf-8")
    assert "Asked since?" in page
    assert 'href="documents/kettle.txt"' in page
    assert (tmp_path / "book reader.xlsx").is_file()


def test_a_workbook_that_was_never_saved_has_no_place_for_it():
    with pytest.raises(WorkbookError, match="no place for a reader copy"):
        reader_copy(Path("Book1"), lambda _: None)
