"""`bonsai evaluate` as a person types it, on a small part of the world."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.xl_addin.conftest import Run

WORLD = REPOSITORY / "templates" / "evaluation"
FILES = ("seamens_bank_founding.txt", "old_crane_bridge.txt", "tamsel_tunnel.txt")
ASKED = ("E06", "E18", "E41")


@pytest.fixture
def small_world(tmp_path: Path) -> tuple[str, ...]:
    """Three documents, two questions that they answer and one that nothing answers."""
    documents = tmp_path / "documents"
    documents.mkdir()
    for name in FILES:
        shutil.copy(WORLD / "documents" / name, documents)
    with (WORLD / "questions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    questions = tmp_path / "questions.csv"
    with questions.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(row for row in rows if row["id"] in ASKED)
    return ("--documents", str(documents), "--questions", str(questions))


def test_each_mode_is_measured_and_every_answer_is_kept(
    real_bonsai: Run, small_world: tuple[str, ...], tmp_path: Path
):
    out = tmp_path / "measures.json"
    code, screen, _ = real_bonsai("evaluate", *small_world, "--modes", "no-rag,rag", "--json", out)
    assert code == 0
    assert "gguf:smollm2" in screen
    assert "Seconds" in screen
    (evaluation,) = json.loads(out.read_text("utf-8"))["evaluations"]
    assert list(evaluation["modes"]) == ["no-rag", "rag"]
    assert evaluation["modes"]["rag"]["fact_recall"]["questions"] == 2
    assert evaluation["modes"]["rag"]["abstention_recall"]["questions"] == 1
    assert all(measures["seconds"] > 0 for measures in evaluation["modes"].values())
    answers = {(row["id"], row["mode"]): row for row in evaluation["answers"]}
    assert list(answers) == [(each, mode) for mode in ("no-rag", "rag") for each in ASKED]
    assert answers["E06", "rag"]["verdict"] == "right", "the passage says 1819"
    assert answers["E06", "no-rag"]["verdict"] == "wrong", "nobody can know it"


def test_a_model_that_is_not_there_is_named(bonsai: Run, small_world: tuple[str, ...]):
    code, _, screen = bonsai("evaluate", *small_world, "--llm", "gguf:/nowhere/model.gguf")
    assert code == 3
    assert "/nowhere/model.gguf" in screen


@pytest.mark.parametrize(
    ("option", "header", "named"),
    [("--questions", "id,question", "answerable"), ("--povs", "ID,Sentence", "POV")],
)
def test_a_file_without_the_columns_is_named(
    bonsai: Run, tmp_path: Path, option: str, header: str, named: str
):
    path = tmp_path / "file.csv"
    path.write_text(f"{header}\nE1,Why?\n", encoding="utf-8")
    code, _, screen = bonsai("evaluate", option, path)
    assert code == 2
    assert named in screen
