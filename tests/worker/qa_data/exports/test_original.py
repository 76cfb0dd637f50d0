import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.worker.qa_data.exports.samples import PAIRS, TEXTS
from tests.worker.qa_data.samples import pair, passage
from worker.errors import InputError
from worker.qa_data.exports.original import (
    COLUMNS,
    read_records,
    write_records_excel,
    write_records_json,
)


def texts(path: Path) -> list[tuple[str, str, str, str]]:
    return [
        (each.pair_id, each.passage.text, each.question, each.answer)
        for each in read_records(path, "train")
    ]


def test_pandas_reads_the_json_back(tmp_path: Path):
    write_records_json(tmp_path / "train.json", PAIRS)
    frame = pd.read_json(tmp_path / "train.json", dtype=False)
    assert list(frame.columns) == ["id", "doc", "question", "answer"]
    assert [tuple(row) for row in frame.to_numpy()] == TEXTS


def test_pandas_reads_the_workbook_back(tmp_path: Path):
    write_records_excel(tmp_path / "new" / "train.xlsx", PAIRS)
    frame = pd.read_excel(tmp_path / "new" / "train.xlsx", keep_default_na=False, dtype=str)
    assert list(frame.columns) == list(COLUMNS)
    assert [tuple(row) for row in frame.to_numpy()] == TEXTS


def test_text_in_the_workbook_is_text(tmp_path: Path):
    write_records_excel(tmp_path / "train.xlsx", PAIRS)
    sheet = openpyxl.load_workbook(tmp_path / "train.xlsx").active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


@pytest.mark.parametrize("name", ["train.json", "train.xlsx"])
def test_what_was_written_loads_back(tmp_path: Path, name: str):
    write = write_records_json if name.endswith("json") else write_records_excel
    write(tmp_path / name, PAIRS)
    assert texts(tmp_path / name) == TEXTS


def test_the_files_of_the_original_load_back(tmp_path: Path):
    """As pandas wrote them there: signs as codes, numbers as ids, an index before the columns."""
    frame = pd.DataFrame([(7, *TEXTS[0][1:]), (8, *TEXTS[1][1:])], columns=list(COLUMNS))
    frame.to_json(tmp_path / "train.json", orient="records")
    frame.to_excel(tmp_path / "train.xlsx")
    wanted = [("7", *TEXTS[0][1:]), ("8", *TEXTS[1][1:])]
    assert texts(tmp_path / "train.json") == wanted
    assert texts(tmp_path / "train.xlsx") == wanted


def test_pairs_of_one_file_are_of_one_document_and_one_part(tmp_path: Path):
    write_records_json(tmp_path / "validation.json", PAIRS)
    found = read_records(tmp_path / "validation.json", "validation")
    assert {each.passage.doc_id for each in found} == {"validation.json"}
    assert {each.split for each in found} == {"validation"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"not json"),
        ("a.json", b'[{"id": 1, "doc": "no question"}]'),
        ("a.json", b'{"id": 1}'),
        ("a.json", b"7"),
        ("a.json", b"\xff\xfe"),
        ("a.xlsx", b"no workbook"),
        ("a.xlsx", b"PK\x03\x04 half of one"),
    ],
)
def test_a_file_that_is_none_is_refused_by_its_name(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name) as refused:
        read_records(tmp_path / name, "train")
    assert all((refused.value.what, refused.value.why, refused.value.next_step))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"gone\.json"):
        read_records(tmp_path / "gone.json", "train")


def test_a_workbook_with_other_columns_is_refused(tmp_path: Path):
    pd.DataFrame({"id": [1], "text": ["a"]}).to_excel(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="doc"):
        read_records(tmp_path / "a.xlsx", "train")


def test_an_id_that_stands_there_twice_is_refused(tmp_path: Path):
    write_records_json(tmp_path / "a.json", [PAIRS[0], replace(PAIRS[1], pair_id="c1-q1")])
    with pytest.raises(InputError, match="twice"):
        read_records(tmp_path / "a.json", "train")


def test_a_text_that_no_cell_holds_is_refused_and_not_cut(tmp_path: Path):
    long = pair(of=passage("long " * 7_000))
    with pytest.raises(InputError, match="35,000"):
        write_records_excel(tmp_path / "a.xlsx", [long])
    assert not (tmp_path / "a.xlsx").exists()


def test_an_export_holds_json_that_people_can_read(tmp_path: Path):
    write_records_json(tmp_path / "a.json", PAIRS)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "霧谷の石橋" in text
    assert len(json.loads(text)) == 3
