"""What differs between two states of the results, compared with what was found by hand."""

from __future__ import annotations

import pytest

from xl_addin.sheets.changes import (
    Change,
    changes_content,
    count_by_kind,
    find_changes,
    marked_words,
)
from xl_addin.workbook.port import Row


def passages(*rows: tuple[object, str, int, float]) -> list[Row]:
    """Rows of Ranked: question, passage, rank, score."""
    return [
        Row(
            number,
            {"QID": qid, "ChunkID": chunk, "Rank": rank, "SexyScore": score,
             "Source": f"{chunk}.txt", "Chunk": f"Text of {chunk}.\nMore."},
        )
        for number, (qid, chunk, rank, score) in enumerate(rows, start=6)
    ]  # fmt: skip


def answers(*rows: tuple[object, str, object]) -> list[Row]:
    """Rows of Answers: question, mode, answer."""
    return [Row(6, {"QID": qid, "Mode": mode, "Answer": text}) for qid, mode, text in rows]


def test_a_fixture_compared_by_hand():
    before = passages(
        ("Q1", "a", 1, 3.0), ("Q1", "b", 2, 2.0), ("Q1", "c", 3, 1.0), ("Q1", "d", 4, 0.5),
        ("Q2", "a", 1, 1.0), ("Q3", "a", 1, 1.0),
    )  # fmt: skip
    now = passages(
        ("Q2", "a", 1, 1.0), ("Q1", "c", 1, 3.5), ("Q1", "a", 2, 3.0), ("Q1", "e", 3, 2.5),
        ("Q1", "d", 4, 0.75),
    )  # fmt: skip
    was = answers(("Q1", "rag", "The kettle sings."), ("Q2", "rag", "Same."))
    is_now = answers(("Q1", "rag", "The kettle whistles."), ("Q2", "rag", "Same."),
                     ("Q2", "sexy", "Brand new."))  # fmt: skip

    assert find_changes(before, now, was, is_now) == [
        Change("Q2", "answer", "sexy", before="", now="{+Brand new.+}"),
        Change("Q1", "moved", "c.txt: Text of c. More.", "c", 3, 1, 1.0, 3.5),
        Change("Q1", "moved", "a.txt: Text of a. More.", "a", 1, 2, 3.0, 3.0),
        Change("Q1", "new", "e.txt: Text of e. More.", "e", None, 3, None, 2.5),
        Change("Q1", "score", "d.txt: Text of d. More.", "d", 4, 4, 0.5, 0.75),
        Change("Q1", "dropped", "b.txt: Text of b. More.", "b", 2, None, 2.0, None),
        Change("Q1", "answer", "rag",
               before="The kettle [-sings-].", now="The kettle {+whistles+}."),
        Change("Q3", "dropped", "a.txt: Text of a. More.", "a", 1, None, 1.0, None),
    ]  # fmt: skip


def test_move_and_change_are_differences_and_absent_where_a_side_is():
    moved = Change("Q1", "moved", "", "c", 3, 1, 1.0, 3.5)
    assert (moved.move, moved.change) == (2, 2.5)
    new = Change("Q1", "new", "", "e", None, 3, None, 2.5)
    assert (new.move, new.change) == (None, None)


def test_what_is_the_same_is_left_out():
    rows = passages(("Q1", "a", 1, 3.0), (7, "b", 2, 2.0))
    assert (
        find_changes(rows, rows, answers(("Q1", "rag", "So.")), answers(("Q1", "rag", "So."))) == []
    )


def test_a_score_that_a_spreadsheet_rounded_is_the_same():
    assert find_changes(passages(("Q1", "a", 1, 0.1 + 0.2)), passages(("Q1", "a", 1, 0.3))) == []


def test_rows_of_merged_copies_with_equal_ids_are_told_apart_by_their_order():
    before = passages(("Q1", "a", 1, 3.0), ("Q1", "a", 2, 2.0))
    now = passages(("Q1", "a", 1, 3.0), ("Q1", "a", 3, 2.0), ("Q1", "a", 4, 1.0))
    found = [
        (change.what, change.rank_before, change.rank_now) for change in find_changes(before, now)
    ]
    assert found == [("moved", 2, 3), ("new", None, 4)]


def test_cells_that_hold_no_number_are_no_rank_and_no_score():
    before = passages(("Q1", "a", 1, 3.0))
    now = [Row(6, {"QID": "Q1", "ChunkID": "a", "Rank": "first", "SexyScore": "#N/A"})]
    (change,) = find_changes(before, now)
    assert (change.what, change.rank_now, change.score_now) == ("moved", None, None)


@pytest.mark.parametrize(
    ("before", "now", "gone", "come"),
    [
        ("", "New words.", "", "{+New words.+}"),
        ("Old words.", "", "[-Old words.-]", ""),
        ("same", "same", "same", "same"),
        ("one two three", "one three", "one [-two-] three", "one three"),
        ("one three", "one two three", "one three", "one {+two+} three"),
        ("薬缶が歌う。", "薬缶が鳴る。", "薬缶が[-歌う-]。", "薬缶が{+鳴る+}。"),
        ("a [1] b", "a [2] b", "a [[-1-]] b", "a [{+2+}] b"),
        ("one\nline two", "one\nline 2", "one\nline [-two-]", "one\nline {+2+}"),
    ],
)  # fmt: skip
def test_words_are_marked(before: str, now: str, gone: str, come: str):
    assert marked_words(before, now) == (gone, come)


def test_texts_of_ten_thousand_words_count_as_changed_whole():
    before, now = "old word " * 5000, "new thing " * 5000
    gone, come = marked_words(before, now)
    assert (gone[:10], gone.rstrip()[-6:]) == ("[-old word", "word-]")
    assert (come[:11], come.rstrip()[-7:]) == ("{+new thing", "thing+}")


def test_kinds_are_counted_in_their_order():
    before = passages(("Q1", "a", 1, 3.0), ("Q1", "b", 2, 2.0))
    now = passages(("Q1", "b", 1, 2.0), ("Q1", "c", 2, 1.0))
    assert [*count_by_kind(find_changes(before, now)).items()] == [
        ("moved", 1), ("new", 1), ("dropped", 1),
    ]  # fmt: skip


def test_the_sheet_has_a_row_for_each():
    content = changes_content([Change("Q1", "moved", "c.txt: …", "c", 3, 1, 1.0, 3.5)])
    (row,) = content.rows
    assert (row["Rank before"], row["Rank now"], row["Move"], row["Change"]) == (3, 1, 2, 2.5)
