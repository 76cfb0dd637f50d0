"""Receipts of checked files: they spare reading, and never vouch for a file that has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.worker.models.parted_model import sha256
from worker.models import receipts
from worker.models.receipts import checked, is_whole, receipt_of, vouch_for

CONTENT = b"all of the weights"
RIGHT = sha256(CONTENT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read through."""
    files: list[Path] = []
    hashed = receipts.sha256_of

    def sha256_of(path: Path) -> str:
        files.append(path)
        return hashed(path)

    monkeypatch.setattr(receipts, "sha256_of", sha256_of)
    return files


def test_a_file_is_read_once_and_not_again_while_it_is_as_it_was(path: Path, read: list[Path]):
    assert is_whole(path, RIGHT)
    assert is_whole(path, RIGHT)
    assert read == [path]


@pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT + b"!", b""])
def test_a_file_that_was_changed_is_read_again(path: Path, content: bytes):
    assert is_whole(path, RIGHT)
    before = path.stat().st_mtime_ns
    path.write_bytes(content)
    os.utime(path, ns=(before + 1, before + 1))
    assert not is_whole(path, RIGHT)
    assert receipt_of(path) is None


def test_a_check_of_all_bytes_finds_what_the_receipt_hides(path: Path):
    assert is_whole(path, RIGHT)
    before = path.stat()
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert is_whole(path, RIGHT)  # as a disk that rots: size and time are as they were
    assert not checked(path, RIGHT)
    assert not is_whole(path, RIGHT)


def test_a_receipt_for_other_bytes_is_none(path: Path, read: list[Path]):
    assert is_whole(path, RIGHT)
    assert not is_whole(path, sha256(b"what a later version wants"))
    assert read == [path]


def test_a_receipt_keeps_where_the_file_came_from(path: Path):
    vouch_for(path, RIGHT, "the package x==1")
    assert checked(path, RIGHT)
    receipt = receipt_of(path)
    assert receipt is not None
    assert receipt.source == "the package x==1"


@pytest.mark.parametrize(
    "written",
    [b"", b"{}", b"[]", b"null", b'{"size": 18}', b'{"unknown": 1}', b"\xff\xfe", b"[" * 100_000],
)
def test_a_receipt_that_cannot_be_read_is_none(path: Path, written: bytes):
    path.with_name("model.gguf.receipt").write_bytes(written)
    assert receipt_of(path) is None
    assert is_whole(path, RIGHT)


def test_a_receipt_without_its_file_says_nothing(path: Path):
    assert is_whole(path, RIGHT)
    path.unlink()
    assert not is_whole(path, RIGHT)


def test_a_folder_that_takes_no_receipt_is_read_each_time(
    path: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch
):
    """A stand-in for a folder of an administrator's: for root no folder is closed."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(receipts, "replace_file", refused)
    assert is_whole(path, RIGHT)
    assert is_whole(path, RIGHT)
    assert read == [path, path]
