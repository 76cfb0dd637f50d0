"""Training with a tiny model on a processor: what it learns, checkpoints, memory that runs out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import REPOSITORY
from tests.worker.tuning.tiny_model import world
from worker.errors import CancelledError, EngineError
from worker.tuning.learner import Learner, Recipe
from worker.tuning.merging import state_of
from worker.tuning.pairs import examples
from worker.tuning.training import is_out_of_memory, train

RECIPE = Recipe(epochs=3, batch=8, learning_rate=2e-3)


@pytest.fixture
def learner(tiny: Path) -> Learner:
    from sentence_transformers import SentenceTransformer

    return Learner(SentenceTransformer(str(tiny), device="cpu"))


def trained(learner: Learner, folder: Path, recipe: Recipe = RECIPE, **watching):
    """Train on the world; return the losses and what was said."""
    said: list[str] = []
    watch = watching.get("watch", lambda *_: None)
    start = watching.get("start", state_of(learner.model))
    losses = train(learner, start, examples(world()), recipe, folder, watch, said.append)
    return losses, said


def test_the_loss_falls_and_a_checkpoint_is_kept(learner: Learner, tmp_path: Path):
    before = state_of(learner.model)
    losses, said = trained(learner, tmp_path)
    steps = [point.step for point in losses]
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) == 3 * 5  # 36 pairs in batches of eight
    assert losses[-1].loss < losses[0].loss
    assert said == []
    assert [place.name for place in tmp_path.glob("checkpoint-*")] == ["checkpoint-15"]
    after = state_of(learner.model)
    assert any(not after[name].equal(before[name]) for name in before)


def test_a_person_who_stops_is_obeyed_after_the_step(learner: Learner, tmp_path: Path):
    def stop(done: int, _of: int, _word: str) -> None:
        if done == 2:
            raise CancelledError("The run was stopped.", "You asked to stop.", "Nothing.")

    with pytest.raises(CancelledError):
        trained(learner, tmp_path, watch=stop)


def test_steps_are_told_with_their_loss(learner: Learner, tmp_path: Path):
    told: list[tuple[int, int, str]] = []
    trained(learner, tmp_path, watch=lambda *step: told.append(step))
    assert [(done, of) for done, of, _ in told] == [(step, 15) for step in range(1, 16)]
    assert "loss" in told[-1][2]


KILLED = """
import os, signal, sys
from pathlib import Path
from sentence_transformers import SentenceTransformer
from tests.worker.tuning.test_training import RECIPE, trained
from worker.tuning.learner import Learner

def watch(done, of, word):
    if done == 8:  # in the middle of the second epoch
        os.kill(os.getpid(), signal.SIGKILL)

trained(Learner(SentenceTransformer(sys.argv[1], device="cpu")), Path(sys.argv[2]), watch=watch)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_killed_in_the_second_epoch_it_goes_on_after_the_first(
    learner: Learner, tiny: Path, tmp_path: Path
):
    """The same steps, the same losses and the same weights as in a run that nobody killed."""
    whole, _ = trained(learner, tmp_path / "whole")
    expected = state_of(learner.model)
    killed = tmp_path / "killed"
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, tiny, killed], cwd=REPOSITORY, check=False, timeout=300
    )
    assert ended.returncode == -9
    assert [place.name for place in killed.glob("checkpoint-*")] == ["checkpoint-5"]
    from sentence_transformers import SentenceTransformer

    again, done = Learner(SentenceTransformer(str(tiny), device="cpu")), []
    losses, _ = trained(again, killed, watch=lambda step, *_: done.append(step))
    assert done == list(range(6, 16))
    assert [point.loss for point in losses] == pytest.approx([point.loss for point in whole])
    found = state_of(again.model)
    assert all(np.allclose(found[name], expected[name], atol=1e-6) for name in expected)


def test_a_checkpoint_that_was_cut_off_is_passed_over(learner: Learner, tmp_path: Path):
    (tmp_path / "checkpoint-10").mkdir()
    losses, _ = trained(learner, tmp_path)
    assert len(losses) == 15


def test_memory_that_runs_out_halves_what_is_computed_at_a_time(
    learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """torch's own words for a full GPU; the loss is told of 4 pairs at a time, then of 2."""
    from worker.tuning import trainer

    whole, run = trained(learner, tmp_path / "whole"), trainer.run_epochs
    asked = []

    def short(model, made, recipe, folder, watch, at_once):
        asked.append(at_once)
        if at_once > 2:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return run(model, made, recipe, folder, watch, at_once)

    monkeypatch.setattr(trainer, "run_epochs", short)
    losses, said = trained(learner, tmp_path / "short")
    assert asked == [8, 4, 2]
    assert [line.split(":")[1].split(" of")[0].strip() for line in said] == ["4", "2"]
    assert len(losses) == len(whole[0])


def test_too_little_memory_for_one_pair_is_said(
    learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from worker.tuning import trainer

    def full(*_):
        raise MemoryError

    monkeypatch.setattr(trainer, "run_epochs", full)
    with pytest.raises(EngineError, match="too little memory"):
        trained(learner, tmp_path)


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (RuntimeError("CUDA out of memory."), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (MemoryError(), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
    ],
)
def test_what_is_said_of_memory_is_known(error: Exception, is_memory: bool):
    assert is_out_of_memory(error) == is_memory


def test_lora_changes_linear_layers_alone_and_leaves_a_plain_model(
    learner: Learner, tmp_path: Path
):
    before = state_of(learner.model)
    trained(learner, tmp_path, Recipe("lora", epochs=1, batch=8, learning_rate=1e-2))
    after = state_of(learner.model)
    assert after.keys() == before.keys()
    changed = {name for name in before if not after[name].equal(before[name])}
    assert changed
    assert all(name.endswith(".weight") and "LayerNorm" not in name for name in changed)
    assert not any("embeddings" in name for name in changed)
