"""The QA sheet: what a run writes, and what of a person's stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xl_addin.conftest import rows
from worker.contract import QaPair
from xl_addin.sheets.qa import QA, is_kept, is_own, keep_own, negatives_of, qa_content
from xl_addin.sheets.qa_pairs import written_pairs
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent


def pair(number: int, **fields: object) -> QaPair:
    usual = {
        "pair_id": f"c{number}-q1",
        "doc": f"{number}.txt",
        "chunk_id": f"c{number}",
        "passage": f"Passage {number}.",
        "split": "train",
        "question": f"Question {number}?",
        "answer": f"Answer {number}.",
        "kept": True,
    }
    return QaPair(**(usual | fields))


def rejected(number: int, **fields: object) -> QaPair:
    return pair(number, **({"kept": False, "filter": "form", "reason": "It is none."} | fields))


def land(path: Path, pairs: list[QaPair], *, is_whole: bool = True) -> list[dict[str, object]]:
    """Write pairs as a run does; return the rows that stand there then."""
    book = FileBook.open(path)
    content = qa_content(pairs)
    kept = keep_own(content.rows, book.read_table(QA).rows, is_whole=is_whole)
    book.write_table(TableContent(QA, kept))
    book.save()
    return rows(path, QA)


def edit(path: Path, *changes: tuple[str, str, object]) -> None:
    """Write into the cells of rows by their ID, as a person does."""
    book = FileBook.open(path)
    cells = [row.cells(QA.columns) for row in book.read_table(QA).rows]
    for name, header, value in changes:
        next(row for row in cells if row["ID"] == name)[header] = value
    book.write_table(TableContent(QA, cells))
    book.save()


def add(path: Path, **cells: object) -> None:
    """Add a row of one's own."""
    book = FileBook.open(path)
    old = [row.cells(QA.columns) for row in book.read_table(QA).rows]
    book.write_table(TableContent(QA, [*old, dict.fromkeys(QA.headers) | cells]))
    book.save()


def by_id(found: list[dict[str, object]]) -> dict[object, dict[str, object]]:
    return {row["ID"]: row for row in found}


def test_a_row_tells_whether_its_pair_is_kept_and_why_not(book: Path):
    first, second = land(book, [pair(1), rejected(2)])
    assert [first[h] for h in ("ID", "Kept", "Reason")] == ["c1-q1", "yes", None]
    assert [second[h] for h in ("ID", "Kept", "Reason")] == ["c2-q1", "no", "form: It is none."]
    assert not is_own(first)
    assert not is_own(second)


@pytest.mark.parametrize(
    "text", ['=1+1 "quoted"', "雨 🌧\nnext line", "@at", "tab\there", "x" * 40_000, "a\r\nb\x07"]
)
def test_no_text_is_taken_for_an_edit_once_it_was_written(book: Path, text: str):
    (row,) = land(book, [pair(1, question=text, answer=text)])
    assert not is_own(row)


def test_a_flip_survives_a_second_run_and_a_third(book: Path):
    land(book, [pair(1), rejected(2), pair(3)])
    edit(book, ("c1-q1", "Kept", "no"), ("c2-q1", "Kept", "Yes "))
    for _ in range(2):
        found = by_id(land(book, [pair(1), rejected(2), pair(3)]))
        assert [is_kept(found[f"c{n}-q1"]) for n in (1, 2, 3)] == [False, True, True]


def test_a_flip_keeps_the_pair_that_it_was_made_on(book: Path):
    land(book, [pair(1)])
    edit(book, ("c1-q1", "Kept", "no"))
    (row,) = land(book, [pair(1, question="Another?", answer="Other.", split="validation")])
    assert [row[h] for h in ("Question", "Kept", "Split")] == ["Question 1?", "no", "validation"]


def test_a_flip_that_is_taken_back_lets_the_next_run_write(book: Path):
    land(book, [pair(1)])
    edit(book, ("c1-q1", "Kept", "no"))
    land(book, [pair(1)])
    edit(book, ("c1-q1", "Kept", "yes"))
    (row,) = land(book, [rejected(1)])
    assert (row["Kept"], row["Reason"]) == ("no", "form: It is none.")


@pytest.mark.parametrize("header", ["Question", "Answer"])
def test_an_edited_text_stays(book: Path, header: str):
    land(book, [pair(1)])
    edit(book, ("c1-q1", header, "My own words?"))
    for _ in range(2):
        (row,) = land(book, [rejected(1)])
        assert (row[header], row["Kept"]) == ("My own words?", "yes")


def test_own_rows_stay_also_where_their_passage_is_gone_or_they_never_had_one(book: Path):
    land(book, [pair(1), pair(2)])
    edit(book, ("c1-q1", "Kept", "no"))
    add(book, Question="Mine?", Answer="Yes.", Kept="yes", Passage="P.", Doc="2.txt")
    add(book, Question="Mine too?", Answer="Yes.", Kept="yes", Passage="P.")
    found = land(book, [pair(2, split="validation")])
    assert len(found) == 4
    splits = {row["Question"]: row["Split"] for row in found}
    assert splits["Mine?"] == "validation", "where its document is now"


def test_a_run_that_ended_early_leaves_the_rows_that_it_did_not_reach(book: Path):
    land(book, [pair(1), pair(2)])
    found = by_id(land(book, [pair(2, answer="New.")], is_whole=False))
    assert found["c1-q1"]["Answer"] == "Answer 1."
    assert found["c2-q1"]["Answer"] == "New."
    assert [*by_id(land(book, [pair(2)]))] == ["c2-q1"], "a whole run replaces them"


def test_negatives_come_back_as_they_were_and_too_long_ones_stay_out(book: Path):
    texts = ('a "quoted" one', "雨\nand more", "x" * 20_000, "y" * 20_000)
    (row,) = land(book, [pair(1, negatives=texts)])
    assert negatives_of(row) == texts[:3]


@pytest.mark.parametrize("cell", ["[broken", "7", '{"a": 1}', None])
def test_a_changed_cell_of_negatives_is_none(cell: object):
    assert negatives_of({"Negatives": cell}) == ()


def test_pairs_are_read_back_with_a_persons_changes(book: Path):
    land(book, [pair(1), rejected(2, split="validation", answer="")])
    edit(book, ("c1-q1", "Answer", "Mine."), ("c2-q1", "Kept", "yes"))
    add(book, Question="Own?", Answer="Yes.", Kept="yes", Passage="P.")
    add(book, Answer="a row without a question", Kept="yes")
    first, second, own = written_pairs(FileBook.open(book).read_table(QA).rows)
    assert (first.pair.answer, first.pair.split, first.kept) == ("Mine.", "train", True)
    assert (second.pair.answer, second.pair.split, second.kept) == ("", "validation", True)
    assert own.pair.pair_id
    assert own.pair.passage.text == "P."


def test_columns_of_a_persons_own_follow_their_pair(book: Path):
    land(book, [pair(1), pair(2)])
    opened = FileBook.open(book)
    note = Column("My note", 20)
    cells = [row.cells(QA.columns) for row in opened.read_table(QA).rows]
    cells[0]["My note"] = "look again"
    opened.write_table(TableContent(QA, cells, (*QA.columns, note)))
    opened.save()
    found = by_id(land(book, [pair(2), pair(1)]))
    assert found["c1-q1"]["My note"] == "look again"
