"""Whole tables as texts, in whatever separators, encodings and workbooks they come."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from worker.documents.tables.text_frame import read_frame
from worker.errors import DocumentError

ROWS = [["movie_id", "title", "rating"], ["1", "港の雨", "3,5"], ["2", "A; B", "4"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"])
def test_separators_and_encodings_are_found(tmp_path: Path, separator: str, encoding: str):
    lines = [separator.join(f'"{cell}"' for cell in row) for row in ROWS]
    path = tmp_path / "table.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    table = read_frame(path)
    assert list(table.frame.columns) == ROWS[0]
    assert table.frame.to_numpy().tolist() == ROWS[1:]


def test_rows_have_the_numbers_that_they_have_in_the_file(tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text("\na,b\n1,2\n\n3,4\n", encoding="utf-8")
    frame = read_frame(path).frame
    assert frame.index.tolist() == [3, 5]
    assert frame["b"].tolist() == ["2", "4"]


def test_short_rows_are_filled_and_what_stands_beyond_the_header_is_counted(tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1\n1,2,3\n1,2,\n", encoding="utf-8")
    table = read_frame(path)
    assert table.frame["b"].tolist() == ["", "2", "2"]
    (said,) = table.lost
    assert said.startswith("Rows with more cells than the header: 1, the first is row 3")


def test_of_two_columns_of_one_name_the_first_counts(tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text("a,a,,b\n1,2,3,4\n", encoding="utf-8")
    frame = read_frame(path).frame
    assert frame.columns.tolist() == ["a", "b"]
    assert frame.iloc[0].tolist() == ["1", "4"]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Ratings")
    for row in (["user_id", "rating"], [1, 3.5], [2.0, None]):
        sheet.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


def test_a_sheet_is_read_by_its_name_and_numbers_as_people_type_them(workbook: Path):
    frame = read_frame(workbook, "ratings").frame
    assert frame.to_numpy().tolist() == [["1", "3.5"], ["2", ""]]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(workbook: Path):
    with pytest.raises(DocumentError, match="no table 'Films'") as refused:
        read_frame(workbook, "Films")
    assert "Notes, Ratings" in refused.value.why


@pytest.mark.parametrize("name", ["gone.csv", "empty.csv", "blank.csv", "broken.xlsx", "raw.csv"])
def test_what_is_no_table_is_refused_in_three_parts(tmp_path: Path, name: str):
    contents = {"empty.csv": b"", "blank.csv": b"\n , \n", "broken.xlsx": b"PK no zip",
                "raw.csv": bytes(4000)}  # fmt: skip
    if name in contents:
        (tmp_path / name).write_bytes(contents[name])
    with pytest.raises(DocumentError) as refused:
        read_frame(tmp_path / name)
    assert all((refused.value.what, refused.value.why, refused.value.next_step))
