"""Indexes: of another model, unfinished, newer than the results."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.xl_addin.doctor.desks import (
    Desk,
    codes,
    only,
)
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent


def test_an_indexed_desk_has_nothing_to_be_found(indexed: Desk):
    assert indexed.problems() == []
    assert {"store", "index", "workbook"} <= set(codes(indexed.findings()))


def test_an_index_of_another_model_is_a_finding(indexed: Desk):
    indexed.change_settings(embedder="test:other")
    assert codes(indexed.problems()) == ["index_model"]


def test_an_index_that_is_newer_than_the_results_is_a_finding(indexed: Desk):
    opened = FileBook.open(indexed.book)
    rows = [{"Item": "What", "Value": "Rank"}, {"Item": "Index version", "Value": "earlier"}]
    opened.write_table(TableContent(LAST_RUN, rows))
    opened.save()
    assert only(indexed).code == "index_newer"
    assert "Rank again" in only(indexed).next_step


def test_an_index_whose_making_was_cut_short_is_a_finding(indexed: Desk):
    with (
        closing(sqlite3.connect(Path(indexed.settings.store) / "chroma.sqlite3")) as database,
        database,
    ):
        database.execute("UPDATE collection_metadata SET str_value = '' WHERE key = 'version'")
    assert only(indexed).code == "index_unfinished"
