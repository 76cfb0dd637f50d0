"""Whatever people do to a workbook before a run: it stays sound, and nothing of theirs is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutations import ALWAYS
from tests.xl_addin.jobs.hostile_books import EDITS, PORTS, Case, Edit, cases, make_book, play

SOME = settings(parent=ALWAYS, max_examples=15)  # each is written, run and read back


@pytest.fixture(scope="module")
def used_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with results of a run, and what people wrote beside them."""
    return make_book(tmp_path_factory.mktemp("used") / "book.xlsx")


@pytest.mark.parametrize("port", PORTS)
def test_a_workbook_to_which_nothing_was_done_lands(used_book: Path, port: str) -> None:
    assert play(used_book, Case("answer", port, (), ("A passage.",))) == "landed"


@pytest.mark.parametrize("kind", sorted(EDITS))
def test_each_thing_that_people_do_is_taken_or_named(used_book: Path, kind: str) -> None:
    edits = tuple(Edit(kind, table, 7, "=1+1") for table in ("tblFBQ", "tblRanked"))
    outcome = play(used_book, Case("rank", "file", edits, ("=2+2",)))
    assert outcome.startswith(("landed", "refused"))


@SOME
@given(data=st.data())
def test_whatever_was_done_to_a_workbook_it_lands_or_says_why_not(
    used_book: Path, data: Any
) -> None:
    assert data.draw(cases(used_book))().startswith(("landed", "refused"))


def test_notes_that_lost_their_place_are_told_though_a_later_table_cannot_be_written(
    used_book: Path,
) -> None:
    blocked = Edit("delete rows", "tblMatrix", 1, ""), Edit("merge cells", "tblMatrix", 0, "")
    case = Case("rank", "live", blocked, ("A passage.",))
    assert play(used_book, case) == "refused: workbook"
