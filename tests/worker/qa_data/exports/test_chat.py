import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.worker.qa_data.exports.samples import PAIRS
from worker.qa_data.exports.chat import write_chat

WANTED = [
    [
        {"role": "user", "content": each.question},
        {"role": "assistant", "content": each.answer},
    ]
    for each in PAIRS
]


def test_each_line_is_one_conversation(tmp_path: Path):
    assert write_chat(tmp_path / "chat.jsonl", PAIRS) == 3
    rows = map(json.loads, (tmp_path / "chat.jsonl").read_text(encoding="utf-8").splitlines())
    assert [row["messages"] for row in rows] == WANTED


def test_datasets_reads_the_conversations_back(tmp_path: Path, torch: ModuleType):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    write_chat(tmp_path / "chat.jsonl", PAIRS)
    found = datasets.Dataset.from_json(
        str(tmp_path / "chat.jsonl"), cache_dir=str(tmp_path / "cache")
    )
    assert found.column_names == ["messages"]
    assert list(found["messages"]) == WANTED
