"""The Changes sheet: what differs between two states of the results, passage by passage."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import CellValue, Row, TableContent

#: How a passage has changed; the last one is of answers.
What = Literal["moved", "score", "new", "dropped", "answer"]

_PASSAGE_LENGTH = 200
_SAME_SCORE = 1e-9
#: A word with the blanks behind it; Japanese has none between words, so each character is one.
_WORD = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]"
                   r"|[^\W\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]+\s*"
                   r"|\s+|[^\w\s]\s*")  # fmt: skip
_MOST_PAIRS = 25_000_000  # words by words: more than that would take minutes to compare


@dataclass(frozen=True)
class Change:
    """One passage or answer that is not as it was; ranks and scores are of passages alone.

    `of` says which: source and beginning of a passage, or the mode of an answer.
    """

    qid: str
    what: What
    of: str
    chunk_id: str = ""
    rank_before: int | None = None
    rank_now: int | None = None
    score_before: float | None = None
    score_now: float | None = None
    before: str = ""
    now: str = ""

    @property
    def move(self) -> int | None:
        """How far it rose (+) or fell."""
        if self.rank_before is None or self.rank_now is None:
            return None
        return self.rank_before - self.rank_now

    @property
    def change(self) -> float | None:
        """By how much its score changed."""
        if self.score_before is None or self.score_now is None:
            return None
        return self.score_now - self.score_before


CELLS: Cells[Change] = (
    (Column("QID", 7), lambda change: change.qid),
    (Column("What", 10), lambda change: change.what),
    (Column("Passage or mode", 50, "wrapped"), lambda change: change.of),
    (Column("Rank before", 9, "integer"), lambda change: change.rank_before),
    (Column("Rank now", 9, "integer"), lambda change: change.rank_now),
    (Column("Move", 8, "integer", scale="diverging"), lambda change: change.move),
    (Column("Score before", 10, "score"), lambda change: change.score_before),
    (Column("Score now", 10, "score"), lambda change: change.score_now),
    (Column("Change", 10, "score", scale="diverging"), lambda change: change.change),
    (Column("Before", 60, "wrapped"), lambda change: change.before),
    (Column("Now", 60, "wrapped"), lambda change: change.now),
    (Column("ChunkID", 22), lambda change: change.chunk_id),
)

CHANGES = Table(
    "tblChanges",
    "Changes",
    "What has changed",
    "What Compare found when it was last pressed, against the results before the last write. What "
    "is the same is left out. Move: how far a passage rose (+) or fell. In answers, [-words-] are "
    "gone and {+words+} are new.",
    columns_of(CELLS),
    frozen=2,
)


def changes_content(changes: Sequence[Change]) -> TableContent:
    """Return what the Changes table is to hold."""
    return filled(CHANGES, CELLS, changes)


def count_by_kind(changes: Sequence[Change]) -> dict[What, int]:
    """Return how many changes there are of each kind that occurs."""
    counts = Counter(change.what for change in changes)
    return {what: counts[what] for what in get_args(What) if counts[what]}


def find_changes(
    ranked_before: Sequence[Row],
    ranked_now: Sequence[Row],
    answers_before: Sequence[Row] = (),
    answers_now: Sequence[Row] = (),
) -> list[Change]:
    """Return what differs between rows of Ranked and of Answers, question by question.

    The order is that of the questions now, then of those that are gone; in a question passages
    come in their order now, dropped ones after them, then its answers.
    """
    changes = [
        *_ranked_changes(_by_key(ranked_before, "ChunkID"), _by_key(ranked_now, "ChunkID")),
        *_answer_changes(_by_key(answers_before, "Mode"), _by_key(answers_now, "Mode")),
    ]
    asked = (*ranked_now, *answers_now, *ranked_before, *answers_before)
    order = {qid: place for place, qid in enumerate(dict.fromkeys(_text(row, "QID")
             for row in asked))}  # fmt: skip
    return sorted(changes, key=lambda change: order[change.qid])


def marked_words(before: str, now: str) -> tuple[str, str]:
    """Return both texts, with `[-words-]` that are gone and `{+words+}` that are new.

    Where too many words would have to be compared, all count as changed.
    """
    old, new = _WORD.findall(before), _WORD.findall(now)
    if len(old) * len(new) > _MOST_PAIRS:
        return _marked("[-", before, "-]"), _marked("{+", now, "+}")
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    gone, come = [], []
    for step, first, last, start, end in steps:
        was, is_now = "".join(old[first:last]), "".join(new[start:end])
        gone.append(was if step == "equal" else _marked("[-", was, "-]"))
        come.append(is_now if step == "equal" else _marked("{+", is_now, "+}"))
    return "".join(gone), "".join(come)


_Key = tuple[str, str, int]


def _by_key(rows: Sequence[Row], name: str) -> dict[_Key, Row]:
    """Return rows by question and id; of rows with equal ones, the first meets the first."""
    found: dict[_Key, Row] = {}
    seen = Counter[tuple[str, str]]()
    for row in rows:
        key = _text(row, "QID"), _text(row, name)
        found[(*key, seen[key])] = row
        seen[key] += 1
    return found


def _ranked_changes(before: Mapping[_Key, Row], now: Mapping[_Key, Row]) -> Iterator[Change]:
    for key, row in now.items():
        old = before.get(key)
        if (what := _what(old, row)) is not None:
            yield _passage(what, old, row)
    for key, row in before.items():
        if key not in now:
            yield _passage("dropped", row, None)


def _what(old: Row | None, row: Row) -> What | None:
    if old is None:
        return "new"
    if _number(old, "Rank") != _number(row, "Rank"):
        return "moved"
    was, is_now = _number(old, "SexyScore"), _number(row, "SexyScore")
    if was is None or is_now is None:
        return None if was is is_now else "score"
    return "score" if abs(was - is_now) > _SAME_SCORE else None


def _passage(what: What, old: Row | None, row: Row | None) -> Change:
    shown = row or old
    assert shown is not None
    text = " ".join(_text(shown, "Chunk").split())
    return Change(
        qid=_text(shown, "QID"),
        what=what,
        of=f"{_text(shown, 'Source')}: {shortened(text, _PASSAGE_LENGTH)}",
        chunk_id=_text(shown, "ChunkID"),
        rank_before=_rank(old),
        rank_now=_rank(row),
        score_before=_number(old, "SexyScore") if old else None,
        score_now=_number(row, "SexyScore") if row else None,
    )


def _answer_changes(before: Mapping[_Key, Row], now: Mapping[_Key, Row]) -> Iterator[Change]:
    for key in dict.fromkeys((*now, *before)):
        was, is_now = (_text(rows[key], "Answer") if key in rows else "" for rows in (before, now))
        if was != is_now:
            gone, come = marked_words(was, is_now)
            yield Change(key[0], "answer", key[1], before=gone, now=come)


def _rank(row: Row | None) -> int | None:
    rank = _number(row, "Rank") if row else None
    return None if rank is None else round(rank)


def _number(row: Row, header: str) -> float | None:
    value: CellValue = row.values.get(header)
    return float(value) if isinstance(value, int | float) else None


def _text(row: Row, header: str) -> str:
    value = row.values.get(header)
    return "" if value is None else str(value).strip()


def _marked(opening: str, text: str, closing: str) -> str:
    """Return a text between marks; blanks at its end stay outside."""
    words = text.rstrip()
    return f"{opening}{words}{closing}{text[len(words) :]}" if words else text
