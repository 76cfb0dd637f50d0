"""Pairs of the QA sheet as they stand there, a person's changes and own rows among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worker.qa_data.pair import Pair, Passage, Split
from xl_addin.sheets.qa import QA, is_kept, negatives_of
from xl_addin.workbook.port import Row, TableContent, Writable


@dataclass(frozen=True)
class WrittenPair:
    """One row of the sheet: a pair, whether it is kept, and passages that do not answer it."""

    pair: Pair
    kept: bool
    negatives: tuple[str, ...] = ()


def written_pairs(rows: Sequence[Row]) -> list[WrittenPair]:
    """Return the pairs of the table's rows; those without a question are left out.

    A row that a person has added may lack ids: it is named after its place.
    """
    return [
        WrittenPair(_pair(row), is_kept(row.values), negatives_of(row.values))
        for row in rows
        if _text(row, "Question")
    ]


def written_content(written: Sequence[WrittenPair]) -> TableContent:
    """Return the table that holds pairs, as it is read."""
    rows: list[Mapping[str, Writable]] = [
        {
            "ID": each.pair.pair_id,
            "Doc": each.pair.passage.doc_id,
            "Question": each.pair.question,
            "Answer": each.pair.answer,
            "Split": each.pair.split,
            "Kept": "yes" if each.kept else "no",
            "Passage": each.pair.passage.text,
            "ChunkID": each.pair.passage.chunk_id,
        }
        for each in written
    ]
    return TableContent(QA, rows, QA.columns)


def _pair(row: Row) -> Pair:
    chunk = _text(row, "ChunkID") or f"row-{row.number}"
    passage = Passage(chunk, _text(row, "Doc"), _text(row, "Passage"))
    split: Split = "validation" if _text(row, "Split").lower() == "validation" else "train"
    name = _text(row, "ID") or f"{chunk}-q"
    return Pair(name, passage, split, _text(row, "Question"), _text(row, "Answer"))


def _text(row: Row, header: str) -> str:
    value = row.values.get(header)
    return "" if value is None else str(value).strip()
