"""The advice on a file that fails fits the cause."""

import errno
import os
import sqlite3

import pytest

from worker.file_faults import advice_for, reason_of, tells_of_damage

FULL = [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), OSError(errno.EDQUOT, "Quota exceeded"),
        sqlite3.OperationalError("database or disk is full"),
        RuntimeError("error: No space left on device (os error 28)")]  # fmt: skip
DENIED = [PermissionError(errno.EACCES, os.strerror(errno.EACCES)),
          sqlite3.OperationalError("attempt to write a readonly database"),
          RuntimeError("Permission denied (os error 13)")]  # fmt: skip
BUSY = [sqlite3.OperationalError("database is locked")]
OTHER = [UnicodeEncodeError("utf-8", "a\udc82", 1, 2, "surrogates not allowed"),
         ValueError("Expected metadata value to be a str, got null"),
         sqlite3.DatabaseError("database disk image is malformed")]  # fmt: skip


@pytest.mark.parametrize("error", FULL, ids=str)
def test_room_is_asked_for_where_there_is_none(error: Exception):
    assert "Make room" in advice_for(error, "Look.")


@pytest.mark.parametrize("error", DENIED, ids=str)
def test_rights_are_asked_for_where_they_are_missing(error: Exception):
    assert "your user" in advice_for(error, "Look.")


@pytest.mark.parametrize("error", BUSY, ids=str)
def test_what_is_in_use_is_worth_another_try(error: Exception):
    assert "try again" in advice_for(error, "Look.")


@pytest.mark.parametrize("error", OTHER, ids=str)
def test_a_full_disk_is_not_blamed_on_everything(error: Exception):
    assert advice_for(error, "Look.") == "Look."


def test_damage_is_told_from_all_else():
    assert [tells_of_damage(error) for error in (*FULL, *DENIED, *BUSY, *OTHER)] == [
        *[False] * (len([*FULL, *DENIED, *BUSY, *OTHER]) - 1),
        True,
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device", "/a"), "No space left on device."),
        (ValueError("One line.\nAnother."), "One line."),
        (ValueError(), "ValueError."),
    ],
)
def test_a_reason_is_one_sentence(error: Exception, reason: str):
    assert reason_of(error) == reason
