"""Files of our own that are damaged, full or in use: each is called what it is."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from worker.errors import DamagedFileError, StoreError
from worker.sqlite_file import SqliteFile, anew_if_damaged, exclusive

_SCHEMA = "CREATE TABLE IF NOT EXISTS things (number INTEGER PRIMARY KEY, text TEXT)"
_PAGE = 4096


def _overwritten(path: Path, start: int, end: int | None = None) -> None:
    content = bytearray(path.read_bytes())
    part = range(start, end or len(content))
    content[part.start : part.stop] = b"\xa5" * len(part)
    path.write_bytes(content)


def _halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 100])


def _no_database(path: Path) -> None:
    path.write_bytes("これは表ではない。".encode() * 500)


#: What may have happened to a file; all but the last two leave its beginning as it was.
DAMAGES: dict[str, Callable[[Path], None]] = {
    "pages": lambda path: _overwritten(path, _PAGE),
    "schema": lambda path: _overwritten(path, 100, _PAGE),
    "halved": _halved,
    "head": lambda path: _overwritten(path, 0, 100),
    "no database": _no_database,
}


def open_file(path: Path) -> SqliteFile:
    return SqliteFile(path, "list of things", _SCHEMA, timeout=0)


def filled(path: Path) -> Path:
    file = open_file(path)
    with file.transaction():
        file.execute_many(
            "INSERT INTO things VALUES (?, ?)", [(n, "thing " * 99) for n in range(500)]
        )
    file.close()
    return path


def things(path: Path) -> list[object]:
    file = open_file(path)
    try:
        return file.execute("SELECT * FROM things ORDER BY text")
    finally:
        file.close()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_file_is_set_aside_and_a_new_one_is_begun(tmp_path: Path, damage):
    path = filled(tmp_path / "things.sqlite")
    damage(path)
    damaged = path.read_bytes()
    with pytest.raises(DamagedFileError, match=r"things\.sqlite is damaged") as caught:
        things(path)
    assert "things.sqlite.damaged" in caught.value.next_step
    assert (tmp_path / "things.sqlite.damaged").read_bytes() == damaged
    assert things(path) == []


def test_whoever_has_a_file_open_when_it_is_damaged_goes_on_with_the_new_one(tmp_path: Path):
    path = filled(tmp_path / "things.sqlite")
    file = open_file(path)
    DAMAGES["pages"](path)
    with pytest.raises(DamagedFileError):
        file.execute("SELECT * FROM things ORDER BY text")
    file.execute("INSERT INTO things VALUES (1, 'new')")
    assert things(path) == [(1, "new")]


def test_a_file_that_another_process_has_begun_anew_is_left_alone(tmp_path: Path):
    path = filled(tmp_path / "things.sqlite")
    first, second = open_file(path), open_file(path)
    DAMAGES["pages"](path)
    for file in (first, second):
        with pytest.raises(DamagedFileError):
            file.execute("SELECT * FROM things ORDER BY text")
        first.execute("INSERT OR REPLACE INTO things VALUES (1, 'new')")
    assert second.execute("SELECT * FROM things") == [(1, "new")]


def test_what_can_be_made_again_is_made_again(tmp_path: Path):
    path = filled(tmp_path / "things.sqlite")
    DAMAGES["pages"](path)
    assert anew_if_damaged(lambda: things(path)) == []


def test_a_full_disk_is_called_full_and_not_damaged(tmp_path: Path):
    file = open_file(tmp_path / "things.sqlite")
    file.execute("PRAGMA max_page_count = 3")  # SQLite fails just as on a full disk
    with pytest.raises(StoreError, match="full") as caught, file.transaction():
        file.execute("INSERT INTO things VALUES (1, ?)", ("long " * 9999,))
    assert type(caught.value) is StoreError
    assert "Make room on the disk" in caught.value.next_step
    assert file.execute("SELECT * FROM things") == []


def test_a_file_in_use_is_worth_another_try(tmp_path: Path):
    holder, other = (open_file(tmp_path / "things.sqlite") for _ in range(2))
    with holder.transaction(), pytest.raises(StoreError, match="locked") as caught:
        other.execute("INSERT INTO things VALUES (1, 'x')")
    assert "try again" in caught.value.next_step
    other.execute("INSERT INTO things VALUES (1, 'x')")


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path):
    (tmp_path / "things.sqlite").mkdir()
    with pytest.raises(StoreError, match=r"things\.sqlite cannot be used"):
        open_file(tmp_path / "things.sqlite")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_all_that_sqlite_writes_is_its_owners_alone(tmp_path: Path):
    file = open_file(tmp_path / "home" / "cache" / "things.sqlite")
    file.execute("INSERT INTO things VALUES (1, 'x')")
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "home").rglob("*")}
    assert modes.pop("cache") == 0o700
    assert modes == dict.fromkeys(
        ("things.sqlite", "things.sqlite-wal", "things.sqlite-shm"), 0o600
    )


def test_one_caller_at_a_time_is_let_in(tmp_path: Path):
    place = tmp_path / "home" / "desk.sqlite"
    with exclusive(place, wait_seconds=0) as first, exclusive(place, wait_seconds=0) as second:
        assert (first, second) == (True, False)
    with exclusive(place, wait_seconds=0) as again:
        assert again


@pytest.mark.parametrize("damage", ["head", "no database"])
def test_a_damaged_lock_keeps_nobody_out(tmp_path: Path, damage: str):
    place = filled(tmp_path / "desk.sqlite")
    DAMAGES[damage](place)
    with exclusive(place, wait_seconds=0) as alone:
        assert alone


_CREEPS_IN = """
import sys
from pathlib import Path
from worker.sqlite_file import exclusive
with exclusive(Path(sys.argv[1]), wait_seconds=0) as is_alone:
    print(is_alone)
"""

_COMES_AND_GOES = """
import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("SELECT * FROM things").connection.close()
"""


def _python(code: str, path: Path) -> str:
    """What another process prints that works on a file."""
    command = [sys.executable, "-c", code, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_second_try_of_the_same_process_lets_no_other_process_in(tmp_path: Path):
    place = tmp_path / "lock"
    with exclusive(place, wait_seconds=0), exclusive(place, wait_seconds=0):
        assert _python(_CREEPS_IN, place) == "False"


def test_nothing_is_lost_that_was_written_on_one_of_two_connections_of_a_process(tmp_path: Path):
    first = open_file(filled(tmp_path / "file.sqlite"))
    second = open_file(tmp_path / "file.sqlite")
    second.close()
    _python(_COMES_AND_GOES, tmp_path / "file.sqlite")
    first.execute("INSERT INTO things VALUES (500, 'late')")
    assert len(things(tmp_path / "file.sqlite")) == 501
