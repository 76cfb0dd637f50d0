"""Finding files: what is read, and what is counted instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.documents.folder import look_into
from worker.errors import DocumentError


def _sources(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in look_into(folder).documents]


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
