"""Keep marks of the Ranked sheet as labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xl_addin.sheets.rankings import ranking
from worker.errors import InputError
from xl_addin.sheets.keep_marks import read_labels
from xl_addin.sheets.ranked import RANKED, ranked_content
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent


def marked(path: Path, *marks: object) -> FileBook:
    """A workbook with a ranking, and the first rows marked as a person does."""
    book = FileBook.open(path)
    book.write_table(ranked_content([ranking("contrast")]))
    found = [row.cells(RANKED.columns) for row in book.read_table(RANKED).rows]
    for row, mark in zip(found, marks, strict=False):
        row["Keep"] = mark
    book.write_table(TableContent(RANKED, found, [Column(header) for header in RANKED.headers]))
    return book


def test_yes_and_no_are_labels_however_they_are_written(book: Path):
    labels = read_labels(marked(book, "yes", " NO ", None, "Yes"))
    assert [label.liked for label in labels] == [True, False, True]
    assert all(label.qid and label.chunk_id and label.source for label in labels)


def test_what_is_neither_says_nothing(book: Path):
    assert len(read_labels(marked(book, "yes", "maybe", 1, ""))) == 1


@pytest.mark.parametrize("marks", [(), ("maybe",)])
def test_a_workbook_without_marks_is_refused_in_three_parts(book: Path, marks: tuple[str, ...]):
    with pytest.raises(InputError) as refused:
        read_labels(marked(book, *marks))
    assert book.name in refused.value.what
    assert refused.value.why
    assert "Keep to yes" in refused.value.next_step
