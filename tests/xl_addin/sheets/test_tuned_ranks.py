from __future__ import annotations

from worker.contract import LOSS_BLOB, QuestionMove
from xl_addin.sheets.tuned_ranks import loss_pictures, tuned_ranks_content


def move(question: str, before: int, after: int) -> QuestionMove:
    return QuestionMove(
        model="tuned:x", question=question, doc="a.txt", base_rank=before, tuned_rank=after
    )


def test_questions_that_moved_furthest_come_first():
    rows = tuned_ranks_content([move("a", 2, 1), move("b", 3, 9), move("c", 5, 5)]).rows
    assert [(row["Question"], row["Move"]) for row in rows] == [("b", -6), ("a", 1), ("c", 0)]


def test_a_run_without_a_picture_shows_none():
    assert loss_pictures("tuned:x", {}) == []
    assert loss_pictures("tuned:x", {LOSS_BLOB: b"png"})[0].png == b"png"
