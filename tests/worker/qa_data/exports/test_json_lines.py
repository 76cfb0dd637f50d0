import json
from pathlib import Path

import pytest

from worker.qa_data.exports.json_lines import write_json_lines


def test_each_row_is_one_line_whatever_stands_in_it(tmp_path: Path):
    rows = [{"a": "two\nlines and\u2028more"}, {"a": "🌉 石橋"}]
    assert write_json_lines(tmp_path / "new" / "rows.jsonl", rows) == 2
    lines = (tmp_path / "new" / "rows.jsonl").read_bytes().decode().splitlines()
    assert [json.loads(line) for line in lines] == rows


def test_half_a_character_becomes_a_sign(tmp_path: Path):
    write_json_lines(tmp_path / "rows.jsonl", [{"a": "half \ud83d"}])
    assert json.loads((tmp_path / "rows.jsonl").read_text(encoding="utf-8")) == {"a": "half �"}


def test_a_place_that_cannot_be_written_leaves_the_old_file(tmp_path: Path):
    write_json_lines(tmp_path / "rows.jsonl", [{"a": 1}])
    with pytest.raises(OSError, match="rows"):
        write_json_lines(tmp_path / "rows.jsonl" / "below.jsonl", [{"a": 2}])
    assert (tmp_path / "rows.jsonl").read_text() == '{"a": 1}\n'
