from __future__ import annotations

import json
from pathlib import Path

import pytest

from worker.errors import InputError
from xl_addin.sheets.pair_files import read_pair_file

ROW = {
    "pair_id": "c1-q1",
    "doc": "a.txt",
    "chunk_id": "c1",
    "passage": "A kettle sings.",
    "split": "validation",
    "question": "What sings?",
    "answer": "A kettle.",
    "kept": True,
}


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def test_lines_of_trainers_are_read_and_each_passage_is_a_document(tmp_path: Path):
    first = {"anchor": "What?", "positive": "A", "negative_1": "B"}
    second = {"anchor": "日本?", "positive": "C"}
    lines = f"{json.dumps(first)}\n\n{json.dumps(second)}\n"
    found = read_pair_file(written(tmp_path, "train.jsonl", lines))
    assert [(each.pair.question, each.pair.passage.text) for each in found] == [
        ("What?", "A"),
        ("日本?", "C"),
    ]
    assert len({each.pair.passage.doc_id for each in found}) == 2


def test_a_data_set_of_our_own_keeps_its_sides_and_what_was_left_out(tmp_path: Path):
    rows = [ROW, ROW | {"pair_id": "c2-q1", "chunk_id": "c2", "kept": False, "split": "train"}]
    found = read_pair_file(written(tmp_path, "set.json", {"run": {}, "pairs": rows}))
    assert [(each.kept, each.pair.split) for each in found] == [
        (True, "validation"),
        (False, "train"),
    ]
    assert found[0].pair.passage.doc_id == "a.txt"


def test_records_of_the_original_are_read(tmp_path: Path):
    records = [{"id": "1", "doc": "A kettle.", "question": "What?", "answer": "A kettle."}]
    found = read_pair_file(written(tmp_path, "movie_review_train.json", records))
    assert found[0].pair.passage.text == "A kettle."
    assert found[0].kept


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "no json"),
        ("a.jsonl", '{"question": "What?"}'),
        ("a.jsonl", '{"anchor": 1, "positive": "A"}'),
        ("a.json", "no json"),
        ("a.json", {"pairs": [{"question": "What?"}]}),
        ("a.json", {"pairs": [7]}),
        ("a.json", [{"question": "What?"}]),
        ("absent.json", None),
        ("absent.jsonl", None),
    ],
)
def test_other_files_are_refused_in_three_sentences(tmp_path: Path, name: str, content: object):
    path = written(tmp_path, name, content) if content is not None else tmp_path / name
    with pytest.raises(InputError) as caught:
        read_pair_file(path)
    assert caught.value.what
    assert caught.value.why
    assert caught.value.next_step
