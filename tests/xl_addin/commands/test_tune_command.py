"""`bonsai tune` and `bonsai tuned` as a person types them, with a tiny model."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.worker.tuning.tiny_model import tiny_model, world
from tests.xl_addin.conftest import Run, rows
from xl_addin.sheets.qa import QA
from xl_addin.sheets.tuned_ranks import TUNED_RANKS
from xl_addin.sheets.tuning import TUNING


@pytest.fixture(scope="session")
def tiny(torch: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("datasets", reason="the extra 'tune' is not installed")
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    texts = {passage.passage_id: passage.text for passage in world().passages}
    lines = [
        json.dumps({"anchor": pair.question, "positive": texts[pair.passage_id]})
        for pair in world().pairs
    ]
    path = tmp_path / "train.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_file_of_pairs_gives_a_model_and_a_workbook(
    command: Run, tiny: Path, pairs: Path, tmp_path: Path
):
    order = ("tune", pairs, "--name", "towns", "--base", f"st:{tiny}", "--epochs", 1)
    code, out, err = command(*order)
    assert code == 0, err
    assert "nDCG@10" in out
    assert "bonsai index BOOK --embedder tuned:towns" in out
    book = tmp_path / "train_bonsai.xlsx"
    assert {row["Model"] for row in rows(book, TUNING)} == {"tuned:towns"}
    assert rows(book, TUNED_RANKS)
    assert rows(book, QA) == []
    code, _, err = command(*order)
    assert code == 2
    assert "tuned:towns is taken" in err
    assert command("tuned", "merge", "towns", "--strength", 0.5, "--as", "half")[0] == 0
    assert command("tuned", "export", "half")[0] == 0
    code, out, _ = command("tuned", "show", "half")
    assert "Nothing was measured of it" in out
    assert command("tuned", "delete", "towns")[0] == 0


def test_a_tune_that_is_quiet_says_nothing(command: Run, tiny: Path, pairs: Path, tmp_path: Path):
    order = ("tune", pairs, "--name", "towns", "--base", f"st:{tiny}", "--epochs", 1, "--quiet")
    assert command(*order, "-o", tmp_path / "out.xlsx") == (0, "", "")


def test_a_command_without_a_name_is_refused_before_anything_is_read(command: Run, pairs: Path):
    code, out, err = command("tune", pairs)
    assert (code, out) == (2, "")
    assert "--name" in err


def test_pairs_that_cannot_be_read_are_refused(command: Run, tmp_path: Path):
    (tmp_path / "bad.jsonl").write_text("{}", encoding="utf-8")
    code, _, err = command("tune", tmp_path / "bad.jsonl", "--name", "x")
    assert code == 2
    assert "anchor" in err
