"""`bonsai diff` and `bonsai restore`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.workbook.samples import loaded, parts
from xl_addin.sheets.changes import CHANGES
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook


@pytest.fixture
def ranked(bonsai: Run, book: Path, papers: Path) -> Path:
    """A workbook that was ranked by the classic score."""
    bonsai("index", book, "--documents", papers, "--collection", "c")
    bonsai("rank", book, "--collection", "c", "--score", "classic", "--top", 3)
    return book


def test_edit_run_compare_restore(bonsai: Run, ranked: Path):
    first = parts(ranked)
    bonsai("rank", ranked, "--collection", "c", "--score", "contrast", "--top", 2)
    second = {table: rows(ranked, table) for table in (RANKED, FBQ)}

    code, out, _ = bonsai("diff", ranked)
    assert code == 0
    assert "dropped" in out
    changes = rows(ranked, CHANGES)
    gone = [row for row in changes if row["What"] == "dropped"]
    assert len(gone) == 8, "of three passages of each question two are left"

    code, out, _ = bonsai("restore", ranked)
    assert code == 0
    assert "are as they were until" in out
    assert parts(ranked) == first, "comparing did not stand in the way of the same bytes"
    bonsai("restore", ranked)
    assert {table: rows(ranked, table) for table in (RANKED, FBQ)} == second


def test_diff_of_two_workbooks_goes_from_the_other_to_the_one(
    bonsai: Run, ranked: Path, tmp_path: Path
):
    other = tmp_path / "other.xlsx"
    other.write_bytes(ranked.read_bytes())
    bonsai("rank", ranked, "--collection", "c", "--score", "classic", "--top", 2)
    code, out, _ = bonsai("diff", ranked, other, "--json", "-")
    result = json.loads(out)
    assert code == 0
    before, now = (
        {(row["QID"], row["ChunkID"]): row["Rank"] for row in rows(path, RANKED)}
        for path in (other, ranked)
    )
    gone = {key: rank for key, rank in before.items() if key not in now}
    assert len(gone) == result["counts"]["dropped"] == 8
    assert gone == {
        (change["qid"], change["chunk_id"]): change["rank_before"]
        for change in result["changes"]
        if change["what"] == "dropped"
    }


def test_the_same_results_have_no_changes(bonsai: Run, ranked: Path, tmp_path: Path):
    other = tmp_path / "other.xlsx"
    other.write_bytes(ranked.read_bytes())
    _, out, _ = bonsai("diff", ranked, other)
    assert "nothing has changed" in out
    assert rows(ranked, CHANGES) == []


def test_a_book_of_an_earlier_version_has_no_sheet_changes_and_is_left_as_it_is(
    bonsai: Run, ranked: Path
):
    workbook = loaded(ranked)
    del workbook[CHANGES.sheet]
    workbook.save(ranked)
    before = ranked.read_bytes()
    code, out, _ = bonsai("diff", ranked)
    assert code == 0
    assert "has no sheet Changes" in out
    assert ranked.read_bytes() == before


def test_without_snapshots_both_say_so(bonsai: Run, book: Path):
    for name in ("diff", "restore"):
        code, _, error = bonsai(name, book)
        assert code == 2
        assert "There is nothing to restore" in error
        assert "Snapshots up to" in error


def test_a_workbook_without_results_is_refused_by_name(bonsai: Run, ranked: Path, plain_book):
    other = plain_book("mine.xlsx", ["a", "b"], [[1, 2]])
    code, _, error = bonsai("diff", ranked, other)
    assert code == 2
    assert "'mine.xlsx' holds no results" in error


def test_a_book_saved_by_somebody_else_keeps_its_inputs(bonsai: Run, ranked: Path):
    before = rows(ranked, RANKED)
    bonsai("rank", ranked, "--collection", "c", "--score", "contrast", "--top", 2)
    workbook = loaded(ranked)
    workbook[FBQ.sheet].cell(6, FBQ.headers.index("QInitial") + 1).value = "Mine?"
    workbook.save(ranked)
    _, out, _ = bonsai("restore", ranked)
    assert "settings and labels stay" in out
    assert FileBook.open(ranked).read_table(FBQ).rows[0].values["QInitial"] == "Mine?"
    assert rows(ranked, RANKED) == before


def test_quiet_is_quiet(bonsai: Run, ranked: Path):
    for name in ("diff", "restore"):
        assert bonsai(name, ranked, "--quiet") == (0, "", "")
