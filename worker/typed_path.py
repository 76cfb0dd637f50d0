"""Paths as people type and paste them: in quotes, as file addresses, with variables in them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

# Windows puts direction marks in front of what is copied from the properties of a file.
_UNSEEN = "".join(map(chr, (0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0xFEFF)))
_QUOTES = ('""', "''", "“”", "‘’", "„“", "«»", "「」", "``")
_FILE_ADDRESS = re.compile(r"file:(?://(?:localhost(?=[/\\]))?)?", re.IGNORECASE)
_VARIABLE = re.compile(r"%([^%]+)%|\$\{([^}]+)\}|\$(\w+)")
_DRIVE = re.compile(r"/+(?=[A-Za-z]:(?:[/\\]|$))")
_HOMES = ("HOME", "USERPROFILE")  # the same folder: one name on Windows, the other elsewhere
# What a shell puts a backslash before, in a path that was dragged into its window.
_ESCAPED = re.compile(r"\\([ ()&'\"\[\]])")


def typed_path(text: str | Path, folder: Path | None = None) -> Path:
    """Return the path that somebody meant; what lies there under that very name is taken as it is.

    :param folder: where a relative path counts from, if that is not the current folder.
    """
    base = folder or Path()
    literal = base / str(text)
    return literal if os.path.exists(literal) else base / path_text(str(text))


def path_text(
    text: str, environment: Mapping[str, str] | None = None, *, on_windows: bool = os.name == "nt"
) -> str:
    """Return a path without quotes, as no address, with variables and `~` filled in.

    A variable that is not set stays as it stands. Where strokes lean forward, backslashes do too.
    """
    path = _unquoted(text.strip().strip(_UNSEEN).strip())
    if address := _FILE_ADDRESS.match(path):
        path = _of_address(
            path[address.end() :], has_host=not path[address.end() :].startswith("/")
        )
    path = _filled_in(path, os.environ if environment is None else environment)
    if not on_windows:
        path = _ESCAPED.sub(r"\1", path).replace("\\", "/")
    return os.path.expanduser(path)


def place_text(text: str) -> str:
    """Return the path or network address that somebody meant, of which either may be asked for."""
    plain = _unquoted(text.strip())
    is_address = "://" in plain and not _FILE_ADDRESS.match(plain)
    return plain if is_address else str(typed_path(text))


def model_text(text: str) -> str:
    """Return the name of a model, which may be its kind before the path of a file or folder."""
    kind, colon, place = _unquoted(text.strip()).partition(":")
    if not colon or ("://" in place and not _FILE_ADDRESS.match(place)):
        return kind + colon + place
    return kind + colon + path_text(place)


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] + text[-1] in _QUOTES
    return text[1:-1].strip() if is_quoted else text


def _of_address(rest: str, *, has_host: bool) -> str:
    """Return the path of a file address, of which `file://` is gone; a host is that of a share."""
    path = _DRIVE.sub("", unquote(rest), count=1)
    is_share = has_host and not re.match(r"[A-Za-z]:", path)
    return f"//{path}" if is_share else path


def _filled_in(path: str, environment: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3]
        found = environment.get(name)
        if found is None and name in _HOMES:
            found = next((environment[home] for home in _HOMES if home in environment), None)
        return match[0] if found is None else found

    return _VARIABLE.sub(value, path)
