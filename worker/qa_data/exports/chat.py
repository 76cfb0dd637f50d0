"""Conversations of one question and one answer, as trainers of language models read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from worker.qa_data.exports.json_lines import write_json_lines
from worker.qa_data.pair import Pair


def write_chat(path: Path, pairs: Sequence[Pair]) -> int:
    """Write one `messages` a line; return how many.

    :raises OSError: if the file cannot be written.
    """
    return write_json_lines(path, ({"messages": _messages(pair)} for pair in pairs))


def _messages(pair: Pair) -> list[dict[str, str]]:
    return [
        {"role": "user", "content": pair.question},
        {"role": "assistant", "content": pair.answer},
    ]
