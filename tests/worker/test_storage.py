import os
from dataclasses import replace
from pathlib import Path

import pytest

from worker.settings import load_settings
from worker.storage import clear, kept, size_of

MONTH = 30 * 86_400.0


@pytest.fixture
def home() -> Path:
    """A home folder with one file of a thousand bytes of each kind."""
    folder = load_settings().home
    for name in (
        "models/onnx-minilm/model.onnx",
        "store/chroma.sqlite3",
        "tuned/films/model.json",
        "tuning/old/step.bin",
        "tuning/new/step.bin",
        "jobs.sqlite",
        "snapshots/my book/000001 aa.xlsx",
        "cache/statistics.sqlite",
        "cache/evidence/a.json",
        "bonsai.log",
        "jobs.sqlite.damaged",
        "broker/password",
        "settings.toml",
    ):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"." * 1000)
    (folder / "settings.toml").write_bytes(b"#" * 1000)
    os.utime(folder / "tuning/old/step.bin", (0, 0))
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_each_file_counts_once(home: Path):
    assert sum(one.size for one in kept(load_settings())) == size_of(home) == 13_000


def test_what_can_be_made_again_goes_and_nothing_else(home: Path):
    before = files(home)
    assert not clear(load_settings(), MONTH)
    assert before - files(home) == {
        "tuning/old/step.bin",
        "cache/statistics.sqlite",
        "cache/evidence/a.json",
        "bonsai.log",
        "jobs.sqlite.damaged",
    }


def test_where_nothing_is_kept_nothing_is_removed():
    assert not clear(load_settings(), 0)
    assert not [one for one in kept(load_settings()) if one.is_there]


def test_a_store_on_a_server_takes_no_room_here():
    settings = replace(load_settings(), store="http://127.0.0.1:8000")
    assert all(one.size == 0 for one in kept(settings))


def test_what_cannot_be_removed_is_named(home: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:  # as Windows does with a file that is open
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(Path, "replace", refuse)
    (stays,) = [words for words in clear(load_settings(), MONTH) if "cache" in words]
    assert "still running" in stays
    assert (home / "cache/statistics.sqlite").is_file()
