"""The original's files: records of `id, doc, question, answer`, as JSON and as Excel.

`doc` is the text of the passage, as the original made its pairs from a corpus of id and text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd

from worker.errors import InputError
from worker.qa_data.pair import Pair, Passage, Split
from worker.small_files import replace_output
from worker.visible_text import visible, visible_json

COLUMNS = ("id", "doc", "question", "answer")

#: What Excel holds in a cell.
_MOST_CHARACTERS = 32_767
#: Text stays text: an answer that begins with = is no formula, an address no link.
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_records_json(path: Path, pairs: Sequence[Pair]) -> None:
    """Write the records of pairs as one JSON list.

    :raises OSError: if the file cannot be written; an old one is as it was.
    """
    content = visible_json(json.dumps(_records(pairs), ensure_ascii=False, indent=1))
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_output(path, content.encode())


def write_records_excel(path: Path, pairs: Sequence[Pair]) -> None:
    """Write the records of pairs as the first sheet of a workbook.

    :raises InputError: if a text is longer than a cell holds.
    :raises OSError: if the file cannot be written; an old one is as it was.
    """
    records = _records(pairs)
    for record in records:
        _check_fits(record)
    frame = pd.DataFrame(records, columns=list(COLUMNS)).map(visible)
    workbook = BytesIO()
    with pd.ExcelWriter(
        workbook, engine="xlsxwriter", engine_kwargs={"options": _AS_TEXT}
    ) as writer:
        frame.to_excel(writer, index=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_output(path, workbook.getvalue())


def read_records(path: Path, split: Split) -> list[Pair]:
    """Return the pairs of a file of the original, by its ending: .json, or else Excel.

    Its records do not name their document, so the file itself stands for it: what one file holds is
    in one part of a data set.

    :raises InputError: if the file cannot be read, has other columns, or an id stands there twice.
    """
    try:
        rows = _json_rows(path) if path.suffix.lower() == ".json" else _excel_rows(path)
    except (OSError, ValueError, LookupError, TypeError, BadZipFile) as error:
        raise InputError(
            f"The question–answer pairs in {path} cannot be read.",
            f"{type(error).__name__}: {error}",
            "Give a JSON file of records, or a workbook, with the columns id, doc, question and "
            "answer.",
        ) from error
    pairs = [_pair(row, path, split) for row in rows]
    if len({pair.pair_id for pair in pairs}) < len(pairs):
        raise InputError(
            f"The question–answer pairs in {path} cannot be used.",
            "An id stands there twice.",
            "Give each record an id of its own.",
        )
    return pairs


def _records(pairs: Sequence[Pair]) -> list[dict[str, str]]:
    texts = ((pair.pair_id, pair.passage.text, pair.question, pair.answer) for pair in pairs)
    return [dict(zip(COLUMNS, each, strict=True)) for each in texts]


def _check_fits(record: dict[str, str]) -> None:
    for column, text in record.items():
        if len(text) > _MOST_CHARACTERS:
            raise InputError(
                f"The pair {record['id']} does not fit into a workbook.",
                f"Its {column} has {len(text):,} characters, a cell holds {_MOST_CHARACTERS:,}.",
                "Write the records as JSON.",
            )


def _json_rows(path: Path) -> list[dict[str, Any]]:
    rows = json.loads(path.read_text(encoding="utf-8-sig"))
    return [{column: row[column] for column in COLUMNS} for row in rows]


def _excel_rows(path: Path) -> list[dict[str, Any]]:
    frame = pd.read_excel(path, dtype=str, keep_default_na=False)
    return [dict(zip(COLUMNS, row, strict=True)) for row in frame[list(COLUMNS)].to_numpy()]


def _pair(row: dict[str, Any], path: Path, split: Split) -> Pair:
    name, doc, question, answer = ("" if row[each] is None else str(row[each]) for each in COLUMNS)
    return Pair(name, Passage(name, path.name, doc), split, question, answer)
