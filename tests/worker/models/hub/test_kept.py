"""What is kept of a hub's models, and where a model is loaded from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from worker.errors import EngineError, SettingError, WeightsMissingError
from worker.inference.llama_cpp import load as load_gguf
from worker.models.hub.kept import (
    KeptFile,
    KeptModel,
    Place,
    gguf_file,
    keep,
    kept_model,
    kept_models,
    model_place,
    repository_folder,
    with_commit,
)
from worker.models.hub.names import named_on_hub
from worker.settings import Settings

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "st:org/name"


@pytest.fixture
def own_models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def put(own_models: Path, name: str = NAME, *, content: bytes = b"12") -> Path:
    """Keep a model of one file with two bytes announced."""
    on_hub = named_on_hub(name)
    path = on_hub.file or "model.safetensors"
    files = (KeptFile(path=path, size=2),)
    kept = KeptModel(
        name=str(on_hub.plain), repo=on_hub.repo, commit=COMMIT, revision="v1", files=files
    )
    keep(own_models, on_hub, kept)
    folder = repository_folder(own_models, on_hub.repo)
    if content:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_a_kept_copy_is_loaded_from_its_folder_at_its_commit(own_models: Path):
    folder = put(own_models)
    assert model_place(own_models, NAME) == Place(str(folder), commit=COMMIT)
    assert model_place(own_models, "hf:org/name").where == str(folder)


@pytest.mark.parametrize("revision", ["v1", COMMIT, COMMIT[:7]])
def test_a_revision_that_means_the_kept_one_is_that_copy(own_models: Path, revision: str):
    put(own_models)
    assert model_place(own_models, f"{NAME}@{revision}").commit == COMMIT


@pytest.mark.parametrize("revision", ["v2", "main", "0", "f" * 40])
def test_another_revision_is_left_to_the_library(own_models: Path, revision: str):
    put(own_models)
    place = model_place(own_models, f"{NAME}@{revision}")
    assert place == Place("org/name", revision=revision)
    assert place.options == {"revision": revision}


def test_what_is_not_kept_is_left_to_the_library(own_models: Path):
    place = model_place(own_models, NAME)
    assert place == Place("org/name")
    assert place.options == {}
    assert model_place(own_models, "st:all-MiniLM-L6-v2") == Place("all-MiniLM-L6-v2")


def test_a_folder_of_ones_own_goes_before_a_kept_copy(
    own_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    put(own_models)
    (tmp_path / "org" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert model_place(own_models, NAME) == Place(str(Path("org/name")))


def test_a_file_of_ones_own_goes_before_a_kept_one(
    own_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    put(own_models, "gguf:org/x.gguf:a.gguf")
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "x.gguf").write_bytes(b"own")
    monkeypatch.chdir(tmp_path)
    assert gguf_file(own_models, "gguf:org/x.gguf") is None


@pytest.mark.parametrize("content", [b"", b"1", b"123"], ids=["missing", "short", "long"])
def test_a_copy_that_is_not_whole_is_not_loaded(own_models: Path, content: bytes):
    put(own_models, content=content)
    with pytest.raises(WeightsMissingError, match="only a part") as caught:
        model_place(own_models, NAME)
    assert f"bonsai models get {NAME}" in caught.value.next_step


@pytest.mark.parametrize("record", ["", "{}", "[", '{"name": "st:org/name", "commit": 5}'])
def test_a_record_that_cannot_be_read_is_none(own_models: Path, record: str):
    folder = put(own_models)
    (folder / ".bonsai" / "model.json").write_text(record)
    assert kept_model(own_models, named_on_hub(NAME)) is None
    assert kept_models(own_models) == []


@pytest.mark.parametrize(
    "forged",
    [
        {"files": [{"path": "../../../precious", "size": 5}]},
        {"files": [{"path": "/etc/hosts", "size": 5}]},
        {"files": []},
        {"repo": ".."},
        {"name": "gguf:org/other:x.gguf"},
        {"commit": "../x"},
    ],
)
def test_a_record_that_was_forged_is_none(own_models: Path, forged: dict[str, object]):
    folder = put(own_models)
    record = folder / ".bonsai" / "model.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | forged))
    assert kept_model(own_models, named_on_hub(NAME)) is None
    assert kept_models(own_models) == []


def test_a_forged_record_has_nothing_deleted(own_models: Path):
    folder = put(own_models)
    precious = own_models / "precious"
    precious.write_text("mine")
    record = folder / ".bonsai" / "model.json"
    told = json.loads(record.read_text())
    record.write_text(json.dumps(told | {"files": [{"path": "../../precious", "size": 4}]}))
    name = named_on_hub(NAME)
    keep(own_models, name, _of_commit("b" * 40, KeptFile(path="new", size=1)))
    assert precious.read_text() == "mine"


def test_two_files_whose_records_have_one_place_are_not_taken_for_each_other(own_models: Path):
    put(own_models, "gguf:org/files:a--b.gguf")
    assert kept_model(own_models, named_on_hub("gguf:org/files:a/b.gguf")) is None


def test_all_that_is_kept_is_listed(own_models: Path):
    names = ["gguf:org/files:a/b.gguf", "gguf:org/files:c.gguf", NAME]
    for name in names:
        put(own_models, name)
    assert [kept.name for kept in kept_models(own_models)] == names


def _of_commit(commit: str, *files: KeptFile) -> KeptModel:
    return KeptModel(name=NAME, repo="org/name", commit=commit, files=files)


def test_a_move_to_another_commit_takes_away_what_is_not_the_same_there(own_models: Path):
    name, folder = named_on_hub(NAME), repository_folder(own_models, "org/name")
    same, old = (KeptFile(path=path, size=1, digest="git:1") for path in ("same", "old"))
    gone = KeptFile(path="gone", size=1, digest="git:2")
    unknown = KeptFile(path="unknown", size=1)
    keep(own_models, name, _of_commit("a" * 40, same, old, gone, unknown))
    for path in ("same", "old", "old.part", "gone", "unknown"):
        (folder / path).write_bytes(b"1")
    new = KeptFile(path="old", size=1, digest="git:3")
    keep(own_models, name, _of_commit("b" * 40, same, new, unknown))
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["same"]


def test_a_run_is_stamped_with_the_commit_of_what_is_kept(own_models: Path):
    put(own_models, "gguf:org/repo:x.gguf")
    stamped = with_commit(own_models, "gguf:org/repo:x.gguf")
    assert stamped == f"gguf:org/repo:x.gguf@{COMMIT[:12]}"
    for other in ("gguf:org/repo:y.gguf", "gguf:smollm2", "openai:http://h/v1#org/repo"):
        assert with_commit(own_models, other) == other


@pytest.mark.parametrize("name", ["gguf:smollm2", "gguf:/a/b.gguf", "gguf:org/name", "gguf:a.gguf"])
def test_a_name_without_a_hub_is_none_of_its_files(own_models: Path, name: str):
    assert gguf_file(own_models, name) is None


def test_a_model_of_a_hub_that_was_not_fetched_says_how_to(own_models: Path, tmp_path: Path):
    settings = Settings(home=tmp_path, store="", models=own_models)
    with pytest.raises(WeightsMissingError) as caught:
        load_gguf("gguf:org/repo@v1:x.gguf", settings)
    assert caught.value.next_step == "Run: bonsai models get gguf:org/repo@v1:x.gguf"


def test_a_path_of_ones_own_that_is_not_there_is_named_as_a_path(own_models: Path, tmp_path: Path):
    settings = Settings(home=tmp_path, store="", models=own_models)
    with pytest.raises(EngineError, match=r"models/x\.gguf cannot be opened"):
        load_gguf("gguf:models/x.gguf", settings)


@pytest.mark.parametrize("name", ["gguf:qwen-1.5B", "gguf:Qwen-9.5b"])
def test_a_mistyped_name_of_the_list_is_answered_with_the_list(
    own_models: Path, tmp_path: Path, name: str
):
    settings = Settings(home=tmp_path, store="", models=own_models)
    with pytest.raises(SettingError, match="There is no model called") as caught:
        load_gguf(name, settings)
    assert "gguf:qwen-1.5b" in caught.value.why


def test_a_folder_of_a_user_who_is_not_there_is_named_as_a_path(own_models: Path, tmp_path: Path):
    settings = Settings(home=tmp_path, store="", models=own_models)
    with pytest.raises(EngineError, match=r"x\.gguf cannot be opened"):
        load_gguf("gguf:~nobody-of-that-name/x.gguf", settings)
    place = "~nobody-of-that-name/deep/x"
    assert model_place(own_models, f"st:{place}") == Place(place)
