"""Pairs out of files: of trainers, of the original, and what `bonsai dataset --json` wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from worker.errors import InputError
from worker.qa_data.exports.original import read_records
from worker.qa_data.pair import Pair, Passage
from xl_addin.sheets.qa_pairs import WrittenPair

#: Endings of files that are no workbooks.
PAIR_FILES = (".json", ".jsonl")


def read_pair_file(path: Path) -> list[WrittenPair]:
    """Return the pairs of a file.

    `.jsonl`: `anchor` and `positive` a line, as trainers read them. `.json`: a data set of BONSAI's
    own, or records of the original. The first and the last name no documents: each passage counts
    as one.

    :raises InputError: if the file cannot be read, or has other fields.
    """
    if path.suffix.lower() == ".jsonl":
        return [_of_trainer(row, number) for number, row in enumerate(_lines(path), start=1)]
    content = _json(path)
    if isinstance(content, dict) and "pairs" in content:
        return [_of_data_set(row, path) for row in content["pairs"]]
    found = read_records(path, "train")
    return [WrittenPair(_alone(pair), kept=True) for pair in found]


def _alone(pair: Pair) -> Pair:
    """Return a pair whose passage is a document of its own, named after its text."""
    name = f"passage {pair.pair_id}"
    return Pair(
        pair.pair_id, Passage(name, name, pair.passage.text), "train", pair.question, pair.answer
    )


def _of_trainer(row: Any, number: int) -> WrittenPair:  # noqa: ANN401 - any JSON value
    if not isinstance(row, dict) or not all(
        isinstance(row.get(field), str) for field in ("anchor", "positive")
    ):
        raise InputError(
            f"Line {number} cannot be used.",
            "It has no text as anchor and as positive.",
            'Give lines like {"anchor": "a question", "positive": "its passage"}, as "bonsai '
            'export" writes them.',
        )
    name = f"line {number}"
    passage = Passage(name, name, row["positive"])
    return WrittenPair(Pair(name, passage, "train", row["anchor"], ""), kept=True)


def _of_data_set(row: Any, path: Path) -> WrittenPair:  # noqa: ANN401 - any JSON value
    try:
        passage = Passage(row["chunk_id"], row["doc"], row["passage"])
        pair = Pair(row["pair_id"], passage, row["split"], row["question"], row["answer"])
        return WrittenPair(pair, kept=bool(row["kept"] and pair.question))
    except (KeyError, TypeError) as error:
        raise _unreadable(path, f"A pair lacks {error}.") from error


def _lines(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise _unreadable(path, f"{type(error).__name__}: {error}.") from error


def _json(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise _unreadable(path, f"{type(error).__name__}: {error}.") from error


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(
        f"The pairs in {path} cannot be read.",
        why,
        "Give a workbook with a sheet QA, lines of anchor and positive (.jsonl), a data set that "
        "'bonsai dataset --json' wrote, or records of id, doc, question and answer (.json).",
    )
