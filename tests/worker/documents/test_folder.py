"""Finding files: what is read, and what is counted instead."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from worker.documents.folder import look_into
from worker.errors import DocumentError


def _sources(folder: Path) -> list[str]:
    return list(look_into(folder).documents)


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("words", encoding="utf-8")


def test_text_files_of_all_subfolders_are_found_in_one_order(tmp_path: Path) -> None:
    _write(tmp_path, "b.txt", "a.md", "日本/雨.txt", "sub/deep/c.TXT")

    assert _sources(tmp_path) == ["a.md", "b.txt", "sub/deep/c.TXT", "日本/雨.txt"]


def test_hidden_lock_and_other_files_are_passed_over(tmp_path: Path) -> None:
    _write(tmp_path, "kept.txt", ".hidden.txt", ".git/notes.txt", "~$open.txt", "image.png", "txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "lost.txt").symlink_to(tmp_path / "nowhere")

    assert _sources(tmp_path) == ["kept.txt"]


def test_a_documents_folder_below_a_hidden_one_is_read(tmp_path: Path) -> None:
    folder = tmp_path / ".cloud" / "documents"
    _write(folder, "a.txt")

    assert _sources(folder) == ["a.txt"]


@pytest.mark.parametrize("name", ["missing", "a_file.txt"])
def test_a_folder_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    _write(tmp_path, "a_file.txt")

    with pytest.raises(DocumentError) as caught:
        look_into(tmp_path / name)

    assert str(tmp_path / name) in caught.value.what
    assert "Documents folder" in caught.value.next_step


@pytest.mark.parametrize("names", [(), ("image.png", ".hidden.txt")], ids=["empty", "no text"])
def test_a_folder_with_nothing_to_read_says_what_could_be_read(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    _write(tmp_path, *names)

    with pytest.raises(DocumentError) as caught:
        look_into(tmp_path)

    assert str(tmp_path) in caught.value.what
    assert ".txt, .md" in caught.value.why


def test_files_of_other_types_are_counted_by_their_ending(tmp_path: Path) -> None:
    _write(tmp_path, "a.txt", "b.PNG", "sub/c.png", "README", ".hidden.zip", "d.tar.gz")

    assert look_into(tmp_path).others == {".png": 2, "": 1, ".gz": 1}


def test_links_that_lead_in_a_circle_do_no_harm(tmp_path: Path) -> None:
    _write(tmp_path, "sub/a.txt")
    (tmp_path / "sub" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")

    assert _sources(tmp_path) == ["sub/a.txt"]
    assert list(look_into(tmp_path, follow_links=True).documents) == ["sub/a.txt"]


def _with_links_out(tmp_path: Path) -> Path:
    """A folder with links to a file, a folder and, by "..", a file outside of it."""
    folder, outside = tmp_path / "documents", tmp_path / "outside"
    _write(folder, "a.txt")
    _write(outside, "secret.txt", "deep/more.txt")
    (folder / "file.txt").symlink_to(outside / "secret.txt")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    (folder / "dots.txt").symlink_to(Path("..") / "outside" / "secret.txt")
    return folder


def test_links_out_of_the_folder_are_named_and_not_followed(tmp_path: Path) -> None:
    found = look_into(_with_links_out(tmp_path))

    assert list(found.documents) == ["a.txt"]
    assert sorted(found.passed_over) == ["dots.txt", "file.txt", "linked"]
    assert str(tmp_path / "outside" / "secret.txt") in found.passed_over["dots.txt"].why


def test_links_out_of_the_folder_are_followed_if_the_machine_says_so(tmp_path: Path) -> None:
    folder = _with_links_out(tmp_path)
    (tmp_path / "outside" / "back").symlink_to(folder, target_is_directory=True)
    (tmp_path / "outside" / "again").symlink_to(tmp_path / "outside", target_is_directory=True)

    found = look_into(folder, follow_links=True)

    assert list(found.documents) == [
        "a.txt", "dots.txt", "file.txt", "linked/deep/more.txt", "linked/secret.txt",
    ]  # fmt: skip


def test_a_link_out_by_a_chain_of_links_is_not_followed(tmp_path: Path) -> None:
    folder = _with_links_out(tmp_path)
    (folder / "chain.txt").symlink_to(folder / "linked" / "deep" / "more.txt")

    assert "chain.txt" in look_into(folder).passed_over


def test_links_within_the_folder_are_read_as_files(tmp_path: Path) -> None:
    _write(tmp_path, "a.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")

    assert _sources(tmp_path) == ["a.txt", "b.txt"]


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "a.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")

    assert "leads nowhere" in look_into(tmp_path).passed_over["gone.txt"].what


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes and sockets as files")
def test_pipes_and_sockets_are_named_and_not_opened(tmp_path: Path) -> None:
    _write(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        before = Path.cwd()
        os.chdir(tmp_path)  # a socket's name may not be long
        server.bind("socket.txt")
        os.chdir(before)

    found = look_into(tmp_path)

    assert list(found.documents) == ["a.txt"]
    assert sorted(found.passed_over) == ["pipe.txt", "socket.txt"]


def _scandir_refusing(name: str) -> Callable[[Path], Any]:
    """Stands for the system on which a user may not open a folder: the tests may run as root."""
    scandir = os.scandir

    def refuse(place: Path) -> Any:
        if Path(place).name == name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(place)

    return refuse


def test_a_folder_that_cannot_be_opened_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "a.txt", "shut/b.txt", "z/c.txt")
    monkeypatch.setattr(os, "scandir", _scandir_refusing("shut"))

    found = look_into(tmp_path)

    assert list(found.documents) == ["a.txt", "z/c.txt"]
    assert str(found.unread["shut"]).startswith("The folder shut cannot be opened. Permission")
    assert not found.lacks("shut/b.txt")
    assert found.lacks("elsewhere/b.txt")


def test_a_folder_of_which_nothing_can_be_read_says_why(tmp_path: Path) -> None:
    folder = _with_links_out(tmp_path)
    (folder / "a.txt").unlink()

    with pytest.raises(DocumentError, match="leads out of the documents folder"):
        look_into(folder)


needs_any_name = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")


@needs_any_name
def test_names_that_are_no_text_are_escaped(tmp_path: Path) -> None:
    for name in (b"\x83e\x83X\x83g.txt", b"two\nlines.txt", b"\x1b[31mred.txt", b"caf\xe9.txt"):
        (tmp_path / os.fsdecode(name)).write_text("words")

    assert _sources(tmp_path) == [
        "\\x1b[31mred.txt", "caf\\xe9.txt", "two\\x0alines.txt", "\\x83e\\x83X\\x83g.txt",
    ]  # fmt: skip


@needs_any_name
def test_two_files_of_one_name_are_both_told_of(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("words")
    (tmp_path / "caf\\xe9.txt").write_text("other words")

    found = look_into(tmp_path)

    assert list(found.unread) == list(found.documents) == ["caf\\xe9.txt"]


def test_the_wish_to_stop_is_asked_for_at_each_file(tmp_path: Path) -> None:
    _write(tmp_path, "a.txt", "b.txt", "sub/c.txt")
    asked: list[None] = []

    look_into(tmp_path, before_each=lambda: asked.append(None))

    assert len(asked) == 4
