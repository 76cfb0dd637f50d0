import os
import stat
import sys

import pytest

from tests.xl_addin.workbook.samples import column, ranked_rows, write_ranked
from worker.errors import WorkbookError, WorkbookLockedError
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.disk import check_writable
from xl_addin.workbook.file.file_book import FileBook


def changed(path):
    book = FileBook.open(path)
    write_ranked(book, ranked_rows("a", "b"))
    return book


def test_a_saved_workbook_is_read_back(book):
    changed(book).save()
    assert column(FileBook.open(book), RANKED, "ChunkID") == ["a", "b"]


def test_saving_again_after_more_changes_is_fine(book):
    first = changed(book)
    first.save()
    write_ranked(first, ranked_rows("c"))
    first.save()
    assert column(FileBook.open(book), RANKED, "ChunkID") == ["c"]


def test_saving_without_a_change_writes_nothing(book):
    before = book.stat().st_mtime_ns
    FileBook.open(book).save()
    assert book.stat().st_mtime_ns == before


def test_saving_elsewhere_leaves_the_original_and_later_saves_go_there(book, tmp_path):
    before = book.read_bytes()
    copy = changed(book)
    copy.save_as(tmp_path / "結果 out.xlsx")
    write_ranked(copy, ranked_rows("z"))
    copy.save()
    assert book.read_bytes() == before
    assert copy.name == "結果 out.xlsx"
    assert column(FileBook.open(copy.path), RANKED, "ChunkID") == ["z"]


@pytest.mark.parametrize("owner", ["~$my book.xlsx", ".~lock.my book.xlsx#"])
def test_an_owner_file_beside_it_means_that_it_is_open(book, owner):
    opened = changed(book)
    before = book.read_bytes()
    (book.parent / owner).write_bytes(b"me")
    with pytest.raises(WorkbookLockedError, match="open in another program"):
        check_writable(book)
    with pytest.raises(WorkbookLockedError):
        opened.save()
    assert book.read_bytes() == before


def test_a_change_by_somebody_else_is_not_undone(book):
    opened = changed(book)
    os.utime(book, ns=(1, 1))
    with pytest.raises(WorkbookError, match="changed by somebody else"):
        opened.save()
    with pytest.raises(WorkbookError, match="changed by somebody else"):
        opened.save_as(book)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PermissionError(13, "denied"), WorkbookLockedError),
        (OSError(28, "No space"), WorkbookError),
    ],
)
def test_a_refused_replacement_leaves_the_file_and_no_draft(book, monkeypatch, error, expected):
    opened = changed(book)
    before = book.read_bytes()
    files = sorted(book.parent.iterdir())

    def refuse(self, target):
        raise error

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(expected):
        opened.save()
    assert book.read_bytes() == before
    assert sorted(book.parent.iterdir()) == files


def test_a_place_that_may_not_be_written_is_known_before_the_job(book, tmp_path, monkeypatch):
    check_writable(book)
    check_writable(tmp_path / "new.xlsx")
    with pytest.raises(WorkbookError, match="does not exist"):
        check_writable(tmp_path / "nowhere" / "new.xlsx")
    with pytest.raises(WorkbookError, match="It is a folder"):
        check_writable(tmp_path)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(WorkbookLockedError):
        check_writable(book)


def test_a_workbook_that_another_program_holds_is_known_before_the_job(book, monkeypatch):
    def refuse(self, mode):
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(WorkbookLockedError, match="may not be written"):
        check_writable(book)


def test_a_workbook_without_macros_is_not_saved_as_one_with_them(book, tmp_path):
    with pytest.raises(WorkbookError, match=r"ends in \.xlsx"):
        changed(book).save_as(tmp_path / "new.xlsm")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lacks POSIX modes and links")
def test_mode_and_link_are_kept(book, tmp_path):
    book.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(book)
    changed(link).save()
    assert link.is_symlink()
    assert stat.S_IMODE(book.stat().st_mode) == 0o640
    assert column(FileBook.open(book), RANKED, "ChunkID") == ["a", "b"]
