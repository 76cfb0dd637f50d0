"""`bonsai taste` as a person types it: rank, mark, learn, rank by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.marks import mark
from worker.models.registry import Registry
from worker.settings import load_settings
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.tuning import TUNING
from xl_addin.workbook.file.file_book import FileBook


@pytest.fixture
def ranked_book(bonsai: Run, book: Path, papers: Path) -> Path:
    opened = FileBook.open(book)
    set_settings(opened, {"Documents folder": papers.name, "Heatmaps for the first": 0})
    opened.save()
    for job in ("index", "rank"):
        assert bonsai(job, book)[0] == 0
    return book


ALL = ("kettle.txt", "tanker.txt", "cocoa.txt", "goal.txt", "border.txt", "coins.txt")


def test_marks_become_a_taste_that_ranks(bonsai: Run, ranked_book: Path):
    mark(ranked_book, *ALL[:5])
    code, out, err = bonsai("taste", ranked_book, "--name", "films")
    assert code == 0, err
    assert "taste:films is kept" in out
    assert "more would help" in out
    measured = Registry(load_settings().made).find("taste:films").comparisons
    written = [row for row in rows(ranked_book, TUNING) if row["Model"]]
    assert [row["Model"] for row in written] == ["taste:films"] * len(measured)
    assert [row["Verdict"] for row in written] == [line.verdict for line in measured]
    before = [row["SexyScore"] for row in rows(ranked_book, RANKED)]
    assert bonsai("rank", ranked_book, "--scoring-embedder", "taste:films@0")[0] == 0
    assert [row["SexyScore"] for row in rows(ranked_book, RANKED)] == before
    assert bonsai("rank", ranked_book, "--scoring-embedder", "taste:films")[0] == 0
    after = rows(ranked_book, RANKED)
    assert [row["SexyScore"] for row in after] != before
    assert {row["Source"] for row in after if row["Keep"] == "yes"} == set(ALL[:5])


def test_the_strength_is_kept_with_the_taste(bonsai: Run, ranked_book: Path):
    mark(ranked_book, "kettle.txt")
    assert bonsai("taste", ranked_book, "--name", "films", "--strength", "0.5")[0] == 0
    assert Registry(load_settings().made).find("taste:films").settings["strength"] == 0.5


def test_a_workbook_without_marks_says_where_they_go(bonsai: Run, ranked_book: Path):
    code, _, err = bonsai("taste", ranked_book)
    assert code == 2
    assert "column Keep of the sheet Ranked" in err


def test_marks_of_no_alone_are_refused(bonsai: Run, ranked_book: Path):
    mark(ranked_book, "kettle.txt", as_="no")
    code, _, err = bonsai("taste", ranked_book)
    assert code == 2
    assert "no liked passage" in err


@pytest.mark.parametrize("name", ["../films", "a/b", "con", "a b"])
def test_a_name_that_is_none_is_refused(bonsai: Run, ranked_book: Path, name: str):
    mark(ranked_book, "kettle.txt")
    code, _, err = bonsai("taste", ranked_book, "--name", name)
    assert code == 2
    assert "cannot be used" in err
    assert Registry(load_settings().made).entries() == []


def test_an_index_is_not_made_with_a_taste(bonsai: Run, ranked_book: Path):
    mark(ranked_book, "kettle.txt")
    bonsai("taste", ranked_book, "--name", "films")
    for job in ("index", "rank"):
        code, _, err = bonsai(job, ranked_book, "--embedder", "taste:films")
        assert code != 0
        assert "Scoring embedder" in err
