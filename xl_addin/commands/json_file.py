"""Complete results for programs: a JSON file, or standard output."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from worker.errors import InputError
from worker.visible_text import visible_json
from xl_addin.workbook.file.disk import check_writable, is_same_file, replace_bytes

_BEGINNING = b"{\n"  # of every file that is written here


def check_json_place(path: Path | None, others: Iterable[Path | None]) -> None:
    """Make sure that JSON may be written to `path`, before a long job starts.

    :param others: the files that the command reads, or writes its results into.
    :raises InputError: if it is one of them, or a file with other content.
    :raises WorkbookError: if it is a folder, or cannot be written.
    """
    if path is None or str(path) == "-" or _is_device(path):
        return
    if any(other and is_same_file(path, other) for other in others):
        raise _not_replaced(path, "The command reads it, or writes its results into it.")
    check_writable(path)
    if path.exists() and not _is_ours(path):
        raise _not_replaced(path, "It is there already, and holds no JSON of BONSAI's.")


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write a result; `-` is standard output. Halves of characters become replacement signs.

    :raises WorkbookError: if it cannot be written; an old file is as it was.
    """
    if str(path) == "-":
        sys.stdout.write(_text(content, sys.stdout.encoding))
        return
    data = _text(content).encode()
    if _is_device(path):
        path.write_bytes(data)
    else:
        replace_bytes(path, data)


def _text(content: Mapping[str, object], encoding: str = "utf-8") -> str:
    plain = codecs.lookup(encoding).name != "utf-8"  # a code page lacks most characters
    return visible_json(json.dumps(content, ensure_ascii=plain, indent=1)) + "\n"


def _is_device(path: Path) -> bool:
    """Say whether what is written there goes on to somebody: a pipe, or a terminal."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _is_ours(path: Path) -> bool:
    """Say whether a file is empty, or begins as ours do."""
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)) in (b"", _BEGINNING)


def _not_replaced(path: Path, why: str) -> InputError:
    return InputError(
        f"The file {path.absolute()} is not written over.",
        f"{why} --json replaces nothing but its own files.",
        "Choose another name, or move the old file away.",
    )
