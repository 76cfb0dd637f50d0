"""JSON that any reader takes: one object a line, in UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from worker.small_files import replace_output
from worker.visible_text import visible_json


def write_json_lines(path: Path, rows: Iterable[Mapping[str, object]]) -> int:
    """Write one object a line; return how many. The folder is made if need be.

    Halves of characters, which no encoding has, become signs.

    :raises OSError: if the file cannot be written; an old one is as it was.
    """
    lines = [visible_json(json.dumps(row, ensure_ascii=False)) + "\n" for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_output(path, "".join(lines).encode())
    return len(lines)
