"""Files that are replaced in one step."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from worker.small_files import replace_file, replace_output

Replace = Callable[[Path, bytes], None]
BOTH = pytest.mark.parametrize("replace", [replace_file, replace_output])
NEEDS_UNIX = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows keeps rights and open files in another way"
)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_and_its_folder_are_made_and_then_replaced(tmp_path: Path):
    path = tmp_path / "cache" / "kept.json"
    replace_file(path, b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


@NEEDS_UNIX
@BOTH
def test_who_has_opened_the_old_file_goes_on_reading_it(tmp_path: Path, replace: Replace):
    path = tmp_path / "kept.json"
    replace(path, b"old")
    with path.open("rb") as stream:
        replace(path, b"new")
        assert stream.read() == b"old"


@NEEDS_UNIX
def test_others_cannot_read_a_file_of_our_own(tmp_path: Path):
    path = tmp_path / "kept.json"
    path.write_bytes(b"readable by all")
    replace_file(path, b"secret")
    assert mode(path) & 0o077 == 0


@NEEDS_UNIX
def test_a_file_that_the_user_named_has_the_usual_mode_and_keeps_one_it_has(tmp_path: Path):
    path, usual = tmp_path / "result.json", tmp_path / "usual"
    usual.touch()
    replace_output(path, b"new")
    assert mode(path) == mode(usual)
    path.chmod(0o640)
    replace_output(path, b"newer")
    assert (mode(path), path.read_bytes()) == (0o640, b"newer")


@NEEDS_UNIX
def test_a_link_that_the_user_named_leads_to_the_new_content(tmp_path: Path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_bytes(b"old")
    link.symlink_to(real)
    replace_output(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: it can limit a running process")
@BOTH
def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, replace: Replace):
    """A limit on the size of files stands for the full disk: writes fail just so."""
    import resource

    path = tmp_path / "kept.json"
    replace(path, b"old")
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="large"):
            replace(path, os.urandom(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
