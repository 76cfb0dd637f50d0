"""`bonsai setup` as a person types it on Linux, where there is no Excel to be connected."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from tests.xl_addin.conftest import Run
from xl_addin.commands import setup_command
from xl_addin.doctor.machine import Machine


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder, with nothing in it."""
    folder = tmp_path / "赤い user"
    folder.mkdir()
    monkeypatch.setattr(platformdirs, "user_documents_path", lambda: folder / "Documents")
    monkeypatch.setattr(setup_command, "Machine", lambda: Machine(system="linux", user=folder))
    monkeypatch.setenv("BONSAI_HOME", str(folder / "data" / "bonsai"))
    monkeypatch.setenv("BONSAI_EMBEDDER", "test:hash")
    monkeypatch.setenv("BONSAI_LLM", "scripted:quoting")
    return folder


def test_it_makes_a_workbook_that_is_ready_for_the_sample_and_undo_leaves_what_was_made_with_it(
    bonsai: Run, user: Path
):
    code, out, _ = bonsai("setup")
    book = user / "Documents" / "bonsai.xlsx"
    assert code == 0, out
    assert f"Made {book}" in out
    assert "In all:" in out
    assert bonsai("index", book)[0] == 0
    code, out, _ = bonsai("setup", "--undo")
    assert (code, "taken back" in out) == (0, True)
    assert f"{book} stays: it was changed since" in out
    assert "Indexes stay" in out
    assert book.is_file()


def test_nothing_is_left_of_a_set_up_that_was_not_used(bonsai: Run, user: Path):
    bonsai("setup")
    bonsai("setup", "--undo")
    assert not [*user.iterdir()]
    _, out, _ = bonsai("setup", "--undo")
    assert "nothing to take back" in out


def test_a_home_that_was_there_keeps_what_is_in_it(bonsai: Run, user: Path):
    cache = user / "data" / "bonsai" / "cache" / "scores.sqlite"
    cache.parent.mkdir(parents=True)
    cache.touch()
    bonsai("setup")
    bonsai("setup", "--undo")
    assert cache.is_file()


def test_missing_weights_are_named_and_fetched_only_if_somebody_agrees(
    bonsai: Run, user: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = []
    monkeypatch.setattr(setup_command, "get_weights", lambda *given: asked.append(given[-1].name))
    monkeypatch.setenv("BONSAI_EMBEDDER", "onnx:minilm")
    _, out, _ = bonsai("setup")
    assert "bonsai models get" in out
    assert not asked
    bonsai("setup", "--no-models")
    assert not asked
    bonsai("setup", "--models")
    assert asked == ["onnx:minilm"]


def test_a_damaged_record_is_told(bonsai: Run, user: Path):
    bonsai("setup")
    (user / "data" / "bonsai" / "setup.json").write_text("{")
    code, _, err = bonsai("setup", "--undo")
    assert code == 3
    assert "cannot be read" in err
