"""Small files that are replaced in one step."""

import sys
from pathlib import Path

import pytest

from worker.small_files import replace_file


def test_a_file_and_its_folder_are_made_and_then_replaced(tmp_path: Path):
    path = tmp_path / "cache" / "kept.json"
    replace_file(path, b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_who_has_opened_the_old_file_goes_on_reading_it(tmp_path: Path):
    if sys.platform == "win32":
        pytest.skip("Windows does not replace a file that is open")
    path = tmp_path / "kept.json"
    replace_file(path, b"old")
    with path.open("rb") as stream:
        replace_file(path, b"new")
        assert stream.read() == b"old"


def test_others_cannot_read_it(tmp_path: Path):
    if sys.platform == "win32":
        pytest.skip("Windows keeps rights in another way")
    path = tmp_path / "kept.json"
    replace_file(path, b"secret")
    assert path.stat().st_mode & 0o077 == 0
