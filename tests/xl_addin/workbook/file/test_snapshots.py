"""Snapshots of a workbook: kept whole or not at all, private, within a size."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from worker.errors import StoreError
from xl_addin.workbook.file.snapshots import Snapshots

RUN = "a run"


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "home", tmp_path / "my book.xlsx")


def contents(snapshots: Snapshots) -> list[bytes]:
    return [each.path.read_bytes() for each in snapshots.all()]


def test_the_newest_stands_last_and_knows_what_replaced_it(snapshots: Snapshots):
    snapshots.keep(b"one", b"two", ".xlsx", 100)
    snapshots.keep(b"two", b"three", ".xlsx", 100)
    assert contents(snapshots) == [b"one", b"two"]
    newest = snapshots.all()[-1]
    assert newest.was_replaced_by(b"three")
    assert not newest.was_replaced_by(b"four")


def test_the_tenth_comes_after_the_ninth_and_the_millionth_after_all(snapshots: Snapshots):
    for number in range(12):
        snapshots.keep(b"%d" % number, b"", ".xlsx", 100)
    assert contents(snapshots) == [b"%d" % number for number in range(12)]
    newest = snapshots.all()[-1].path
    newest.rename(newest.with_name(newest.name.replace("000012", "1000000")))
    snapshots.keep(b"last", b"", ".xlsx", 100)
    assert contents(snapshots)[-2:] == [b"11", b"last"]


def test_the_oldest_make_room(snapshots: Snapshots):
    for content in (b"1111", b"2222", b"3333"):
        snapshots.keep(content, b"", ".xlsx", 10)
    assert contents(snapshots) == [b"2222", b"3333"]


def test_a_workbook_that_is_larger_than_all_may_be_is_refused_in_words(snapshots: Snapshots):
    snapshots.keep(b"1111", b"", ".xlsx", 10)
    with pytest.raises(StoreError, match="Snapshots up to"):
        snapshots.keep(b"2" * 11, b"", ".xlsx", 10)
    assert contents(snapshots) == [b"1111"]


def test_without_a_bound_nothing_goes(snapshots: Snapshots):
    for content in (b"1111", b"2222"):
        snapshots.keep(content, b"", ".xlsx", None)
    assert contents(snapshots) == [b"1111", b"2222"]


def test_a_write_that_was_cut_off_leaves_no_second_copy(snapshots: Snapshots):
    snapshots.keep(b"one", b"two", ".xlsx", 100)
    snapshots.keep(b"one", b"other", ".xlsx", 100)
    assert contents(snapshots) == [b"one"]
    assert snapshots.all()[0].was_replaced_by(b"other")


def test_the_newest_that_differs_is_found(snapshots: Snapshots):
    assert snapshots.newest_unlike(b"two") is None
    snapshots.keep(b"one", b"two", ".xlsx", 100)
    snapshots.keep(b"two", b"three", ".xlsx", 100)
    found = snapshots.newest_unlike(b"two")
    assert found
    assert found.path.read_bytes() == b"one"


def test_what_bonsai_itself_changes_is_followed_and_what_others_do_is_not(snapshots: Snapshots):
    snapshots.keep(b"one", b"two", ".xlsx", 100)
    snapshots.follow(b"edited", b"edited more")
    assert snapshots.all()[0].was_replaced_by(b"two")
    snapshots.follow(b"two", b"two, compared")
    assert snapshots.all()[0].was_replaced_by(b"two, compared")


def test_the_copy_of_a_write_that_was_cut_off_goes_when_bonsai_changes_the_book(
    snapshots: Snapshots,
):
    snapshots.keep(b"one", b"two", ".xlsx", 100)
    snapshots.keep(b"two", b"never written", ".xlsx", 100)
    snapshots.follow(b"two", b"two, compared")
    assert contents(snapshots) == [b"one"]
    assert snapshots.all()[0].was_replaced_by(b"two, compared")


def test_a_copy_that_excel_saves_is_kept_whole_or_not_at_all(snapshots: Snapshots):
    def refused(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("no")

    with pytest.raises(StoreError):
        snapshots.keep_copy(refused, ".xlsm", 100, RUN)
    assert [*snapshots.folder.iterdir()] == []
    snapshots.keep_copy(lambda path: path.write_bytes(b"whole") and None, ".xlsm", 100, RUN)
    snapshots.keep_copy(lambda path: path.write_bytes(b"half landed") and None, ".xlsm", 100, RUN)
    assert contents(snapshots) == [b"whole"], "once for a run"
    assert not snapshots.all()[0].was_replaced_by(b"whole")


def test_each_workbook_has_its_own_by_whatever_path(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    one = Snapshots(tmp_path / "home", tmp_path / "book.xlsx")
    same = Snapshots(tmp_path / "home", tmp_path / "sub" / ".." / "book.xlsx")
    other = Snapshots(tmp_path / "home", tmp_path / "sub" / "book.xlsx")
    assert one.folder == same.folder != other.folder


def test_a_name_of_any_length_has_a_folder(tmp_path: Path):
    snapshots = Snapshots(tmp_path / "home", tmp_path / f"{'長い名前' * 50}.xlsx")
    snapshots.keep(b"one", b"two", ".xlsx", 100)
    assert contents(snapshots) == [b"one"]


def test_files_of_others_in_the_folder_are_left_alone(snapshots: Snapshots):
    snapshots.keep(b"one", b"two", ".xlsx", 100)
    (snapshots.folder / "notes.txt").write_text("mine")
    (snapshots.folder / ".draft.xlsx").write_text("cut off")
    snapshots.keep(b"x" * 100, b"", ".xlsx", 100)
    assert contents(snapshots) == [b"x" * 100]
    assert (snapshots.folder / "notes.txt").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_nobody_else_can_read_them(snapshots: Snapshots):
    snapshots.keep(b"one", b"two", ".xlsx", 100)
    (file,) = snapshots.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(snapshots.folder.stat().st_mode) == 0o700


def test_a_folder_that_takes_nothing_is_named(snapshots: Snapshots):
    snapshots.folder.parent.mkdir(parents=True)
    snapshots.folder.write_text("a file in its place")
    with pytest.raises(StoreError) as refused:
        snapshots.keep(b"one", b"two", ".xlsx", 100)
    assert str(snapshots.folder) in refused.value.what
    assert refused.value.why
    assert refused.value.next_step
