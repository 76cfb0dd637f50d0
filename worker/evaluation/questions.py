"""Questions whose right answers are known, read from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from worker.errors import InputError

_COLUMNS = ("id", "question", "answerable", "kind", "facts", "sources")
_KINDS = {"yes": ("plain", "similar"), "no": ("outside", "adjacent", "partial")}


@dataclass(frozen=True)
class KnownQuestion:
    """One question and what a right answer to it holds.

    An answerable question is `plain`, or `similar` where two texts are easily confused. The others
    are about things no document knows (`outside`), about known things of which this is not told
    (`adjacent`), or ask for two things of which one is told (`partial`): facts and sources of a
    `partial` question are those of the told half.
    """

    id: str
    text: str
    answerable: bool
    kind: str
    #: Per fact its acceptable wordings.
    facts: tuple[tuple[str, ...], ...]
    #: Names of the files that hold the answer.
    sources: frozenset[str]


def load_questions(path: Path) -> list[KnownQuestion]:
    """Return the questions of a CSV file in UTF-8, in its order.

    Columns: id, question, answerable (yes or no), kind, facts (separated by `;`, the wordings of
    one by `|`) and sources (file names, separated by `;`).

    :raises InputError: if the file cannot be read, a column is missing or a cell cannot be used.
    """
    questions: dict[str, KnownQuestion] = {}
    for number, row in enumerate(_read_rows(path), start=2):
        question = _question(row, number)
        if question.id in questions:
            raise _bad_cell(number, "id", f"The id {question.id} stands there twice.")
        questions[question.id] = question
    return list(questions.values())


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restval="", strict=True)
            columns, rows = reader.fieldnames or (), list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"The questions in {path} cannot be read.", f"{error}.", "Give a CSV file in UTF-8."
        ) from error
    missing = [column for column in _COLUMNS if column not in columns]
    if missing:
        raise InputError(
            f"The questions in {path} cannot be used.",
            f"The first row lacks {', '.join(missing)}.",
            f"Name the columns {', '.join(_COLUMNS)}.",
        )
    return rows


def _question(row: Mapping[str, str], number: int) -> KnownQuestion:
    answerable = _choice(row, number, "answerable", _KINDS)
    needs_facts = answerable == "yes"
    facts = _parts(row, number, "facts", needed=needs_facts)
    return KnownQuestion(
        id=_filled(row, number, "id"),
        text=_filled(row, number, "question"),
        answerable=answerable == "yes",
        kind=_choice(row, number, "kind", _KINDS[answerable]),
        facts=tuple(tuple(_split(fact, "|")) for fact in facts),
        sources=frozenset(_parts(row, number, "sources", needed=needs_facts)),
    )


def _filled(row: Mapping[str, str], number: int, column: str) -> str:
    value = row[column].strip()
    if not value:
        raise _bad_cell(number, column, "The cell is empty.")
    return value


def _choice(row: Mapping[str, str], number: int, column: str, choices: Iterable[str]) -> str:
    value = row[column].strip().lower()
    if value not in choices:
        raise _bad_cell(number, column, f"'{value}' is none of {', '.join(choices)}.")
    return value


def _parts(row: Mapping[str, str], number: int, column: str, *, needed: bool) -> list[str]:
    parts = _split(row[column], ";")
    if needed and not parts:
        raise _bad_cell(number, column, "An answerable question needs at least one.")
    return parts


def _split(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip(" |")]


def _bad_cell(number: int, column: str, why: str) -> InputError:
    return InputError(
        f"Row {number} of the questions has a cell in column '{column}' that cannot be used.",
        why,
        "Correct the cell and start again.",
    )
