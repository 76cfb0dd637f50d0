"""What BONSAI keeps is its owner's alone, in a fresh home and in one of an earlier version."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from worker.private_files import make_private_folder, open_private, private_in
from worker.settings import load_settings

needs_modes = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")


@pytest.fixture(autouse=True)
def _usual_mask():
    """The mask of most systems, under which new files can be read by all."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """The modes of all that is in a folder, and of itself."""
    paths = [folder, *folder.rglob("*")]
    return {str(p.relative_to(folder)): stat.S_IMODE(p.lstat().st_mode) for p in paths}


def open_to_others(home: Path) -> list[str]:
    return [name for name, mode in modes(home).items() if mode & 0o077]


def an_earlier_home(home: Path) -> Path:
    """A home folder as earlier versions left it: every user of the machine can read it."""
    names = ["settings.toml", "jobs.sqlite", "jobs.sqlite-wal", "bonsai.log"]
    names += ["store/chroma.sqlite3", "store/0a-1/data_level0.bin", "cache/statistics/a.json"]
    for name in names:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("# 秘密", encoding="utf-8")
    return home


@needs_modes
def test_a_home_of_an_earlier_version_is_shut(tmp_path: Path):
    home = an_earlier_home(tmp_path / "home")
    assert len(open_to_others(home)) == len(modes(home))
    load_settings({"BONSAI_HOME": str(home)})
    assert open_to_others(home) == []
    assert (home / "jobs.sqlite").read_text(encoding="utf-8") == "# 秘密"


@needs_modes
def test_a_password_that_others_could_read_does_not_become_one_to_believe(tmp_path: Path):
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "server.json").touch(0o644)
    load_settings({"BONSAI_HOME": str(tmp_path)})
    assert modes(tmp_path) == {".": 0o700, "broker": 0o755, "broker/server.json": 0o644}


@needs_modes
def test_what_is_not_ours_in_a_folder_stays_as_it_is(tmp_path: Path):
    home = an_earlier_home(tmp_path / "home")
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "weights.gguf").touch()
    (home / "models").symlink_to(shared)
    (home / "letters").mkdir()
    (home / "letters" / "one.txt").touch()
    before = modes(shared), modes(home / "letters")
    load_settings({"BONSAI_HOME": str(home)})
    assert (modes(shared), modes(home / "letters")) == before
    kept = {name for name in open_to_others(home) if not name.startswith("letters")}
    assert kept == {".", "models"}, "the folder is not ours alone, and a link is no file"


@needs_modes
def test_a_new_folder_and_file_are_private_from_the_first_byte(tmp_path: Path):
    make_private_folder(tmp_path / "a" / "b")
    with open_private(tmp_path / "a" / "b" / "log", "ab") as stream:
        assert stat.S_IMODE(os.fstat(stream.fileno()).st_mode) == 0o600
    assert open_to_others(tmp_path / "a") == []


@needs_modes
def test_a_folder_that_the_user_shares_is_left_as_it_was(tmp_path: Path):
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    make_private_folder(shared)
    with private_in(shared):
        (shared / "file").touch()
    assert modes(shared) == {".": 0o755, "file": 0o644}


@needs_modes
def test_the_mask_is_given_back_whatever_happens(tmp_path: Path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "there").touch(0o600)
    with pytest.raises(FileExistsError), private_in(private):
        (private / "there").mkdir()
    (tmp_path / "after").touch()
    assert modes(tmp_path)["after"] == 0o644


@pytest.mark.skipif(sys.platform != "win32", reason="asks Windows where the profile is")
def test_on_windows_the_home_lies_in_the_users_profile():
    assert load_settings({}).home.is_relative_to(Path.home())
