"""Models fetched from a hub that stands on this machine, through the real huggingface_hub."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from huggingface_hub import constants

from tests.worker.models.hub_server import HubServer
from worker.errors import (
    BonsaiError,
    CancelledError,
    SettingError,
    UnavailableError,
    WeightsMissingError,
    run_stopped,
)
from worker.models.downloads import Download
from worker.models.hub.client import fetch_model
from worker.models.hub.kept import KeptModel, gguf_file, is_whole, model_place, repository_folder
from worker.models.hub.names import named_on_hub

GGUF = b"GGUF" + bytes(range(256)) * 40_000  # 10 MB: more than any buffer on the way
SMALL = b"GGUF" + b"small" * 100
WEIGHTS = b"safe tensors" * 1000
REPOSITORY = {
    "config.json": b"{}",
    "model.safetensors": WEIGHTS,
    "1_Pooling/config.json": b'{"a": 1}',
    "tokenizer.json": b"{}",
    "vocab.txt": b"",
    "LICENSE": b"terms",
    "README.md": b"a card",
    "pytorch_model.bin": b"a pickle",
    "modeling_own.py": b"import os",
    "onnx/model.onnx": b"other weights",
    "consolidated.safetensors": b"the same weights again",
}


@pytest.fixture
def own_models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def get(own_models: Path) -> Callable[..., KeptModel]:
    def fetch(name: str, report: Callable[[Download], None] = lambda _: None) -> KeptModel:
        return fetch_model(own_models, named_on_hub(name), report, lambda _: None)

    return fetch


Get = Callable[..., KeptModel]
NAME = "gguf:org/small-GGUF:small-q4.gguf"


@pytest.fixture
def small(hub: HubServer) -> HubServer:
    hub.add("org/small-GGUF", {"small-q4.gguf": SMALL, "small-q8.gguf": SMALL * 2})
    return hub


def test_a_gguf_file_comes_whole_and_is_found_by_its_name(
    small: HubServer, own_models: Path, get: Get
):
    kept = get(NAME)
    path = gguf_file(own_models, NAME)
    assert path is not None
    assert path.read_bytes() == SMALL
    assert kept.commit == small.repositories["org/small-GGUF"].at("main")
    assert kept.licence == "apache-2.0"
    assert [found.name for found in path.parent.glob("small*")] == ["small-q4.gguf"]


def test_of_a_repository_come_weights_and_what_describes_them_and_no_code(
    hub: HubServer, own_models: Path, get: Get
):
    hub.add("org/embedder", REPOSITORY)
    kept = get("st:org/embedder")
    assert {file.path for file in kept.files} == {
        "config.json", "model.safetensors", "1_Pooling/config.json", "tokenizer.json",
        "vocab.txt", "LICENSE",
    }  # fmt: skip
    folder = Path(model_place(own_models, "st:org/embedder").where)
    assert all((folder / file.path).read_bytes() == REPOSITORY[file.path] for file in kept.files)


def test_progress_is_told_to_the_last_byte(hub: HubServer, get: Get):
    hub.add("org/embedder", REPOSITORY)
    looks: list[Download] = []
    kept = get("st:org/embedder", looks.append)
    assert [look.done for look in looks] == sorted(look.done for look in looks)
    assert (looks[-1].done, looks[-1].of) == (kept.size, kept.size)


def test_the_licence_is_said_before_the_download(small: HubServer, own_models: Path):
    said: list[str] = []
    small.cuts["small-q4.gguf"] = [0]
    with pytest.raises(UnavailableError):
        fetch_model(own_models, named_on_hub(NAME), lambda _: None, said.append)
    assert "licence: apache-2.0" in said[0]


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ({"license": "other", "license_name": "gemma-terms"}, "gemma-terms"),
        ({"license": ["mit", "apache-2.0"]}, "mit, apache-2.0"),
        ({}, "not stated"),
    ],
)
def test_the_licence_is_the_one_that_the_card_names(
    hub: HubServer, get: Get, card: dict[str, object], licence: str
):
    hub.add("org/small", {"a.gguf": SMALL}, card=card)
    assert get("gguf:org/small:a.gguf").licence == licence


def test_all_files_of_a_split_model_come_and_the_first_is_loaded(
    hub: HubServer, own_models: Path, get: Get
):
    parts = [f"big-0000{part}-of-00002.gguf" for part in (1, 2)]
    hub.add("org/big", dict.fromkeys(parts, SMALL))
    kept = get(f"gguf:org/big:{parts[0]}")
    path = gguf_file(own_models, f"gguf:org/big:{parts[0]}")
    assert path is not None
    assert (path.name, is_whole(own_models, kept)) == (parts[0], True)
    assert (path.parent / parts[1]).read_bytes() == SMALL


def test_what_is_kept_stays_at_its_commit_when_main_moves(
    small: HubServer, get: Get, own_models: Path
):
    first = get(NAME)
    small.push("org/small-GGUF", {"small-q4.gguf": b"GGUF new"})
    assert get(NAME).commit == first.commit
    path = gguf_file(own_models, NAME)
    assert path is not None
    assert path.read_bytes() == SMALL


def test_a_revision_that_is_named_moves_it(small: HubServer, get: Get, own_models: Path):
    get(NAME)
    moved = small.push("org/small-GGUF", {"small-q4.gguf": b"GGUF" + SMALL[:3:-1]})
    kept = get("gguf:org/small-GGUF@main:small-q4.gguf")
    assert kept.commit == moved
    path = gguf_file(own_models, NAME)
    assert path is not None
    assert path.read_bytes() == b"GGUF" + SMALL[:3:-1], "the same size, and other bytes"


def test_a_file_that_did_not_change_is_not_fetched_again_by_a_move(hub: HubServer, get: Get):
    hub.add("org/embedder", REPOSITORY)
    get("st:org/embedder")
    hub.push("org/embedder", REPOSITORY | {"config.json": b'{"new": 1}'})
    hub.asked.clear()
    get("st:org/embedder@main")
    assert {one.path.rpartition("/")[2] for one in hub.downloads()} == {"config.json"}


def test_what_is_there_is_checked_without_asking_anybody(small: HubServer, get: Get):
    get(NAME)
    small.asked.clear()
    get(NAME)
    assert small.asked == []


def test_a_file_that_was_damaged_since_is_fetched_again(
    small: HubServer, get: Get, own_models: Path
):
    get(NAME)
    path = gguf_file(own_models, NAME)
    assert path is not None
    path.write_bytes(SMALL[:-1] + b"!")
    get(NAME)
    assert path.read_bytes() == SMALL


@pytest.mark.parametrize("revision", ["v1", "main"])
def test_a_tag_and_a_commit_name_what_they_mean(
    small: HubServer, get: Get, own_models: Path, revision: str
):
    repository = small.repositories["org/small-GGUF"]
    commit = repository.at("main")
    assert commit
    repository.tags["v1"] = commit
    kept = get(f"gguf:org/small-GGUF@{revision}:small-q4.gguf")
    small.push("org/small-GGUF", {"small-q4.gguf": b"GGUF new"})
    for meant in (revision, commit, commit[:8]):
        assert kept.commit == commit
        assert gguf_file(own_models, f"gguf:org/small-GGUF@{meant}:small-q4.gguf")
    with pytest.raises(WeightsMissingError, match="not on this machine"):
        gguf_file(own_models, "gguf:org/small-GGUF@v2:small-q4.gguf")


def test_a_cut_connection_goes_on_where_it_broke(hub: HubServer, own_models: Path, get: Get):
    hub.add("org/big", {"big.gguf": GGUF})
    hub.cuts["big.gguf"] = [4_000_000, 3_000_000]
    get("gguf:org/big:big.gguf")
    path = gguf_file(own_models, "gguf:org/big:big.gguf")
    assert path is not None
    assert path.read_bytes() == GGUF
    starts = [one.range for one in hub.downloads() if one.host == "localhost"]
    assert starts == ["", "bytes=4000000-", "bytes=7000000-"]


def test_a_download_that_was_ended_goes_on_with_the_next_command(
    hub: HubServer, own_models: Path, get: Get
):
    hub.add("org/big", {"big.gguf": GGUF})

    def end(look: Download) -> None:
        if look.done > 5_000_000:
            raise run_stopped("")

    with pytest.raises(CancelledError):
        get("gguf:org/big:big.gguf", end)
    with pytest.raises(WeightsMissingError, match="only a part") as caught:
        gguf_file(own_models, "gguf:org/big:big.gguf")
    assert "bonsai models get gguf:org/big:big.gguf" in caught.value.next_step
    hub.push("org/big", {"big.gguf": b"GGUF and other bytes"})  # it goes on at its commit
    hub.asked.clear()
    get("gguf:org/big:big.gguf")
    path = gguf_file(own_models, "gguf:org/big:big.gguf")
    assert path is not None
    assert path.read_bytes() == GGUF
    (one,) = [one for one in hub.downloads() if one.host == "localhost"]
    assert int(one.range.removeprefix("bytes=").rstrip("-")) > 5_000_000


def test_a_hub_that_sends_no_more_is_given_up_and_what_came_is_kept(
    hub: HubServer, own_models: Path, get: Get
):
    hub.add("org/big", {"big.gguf": GGUF})
    hub.cuts["big.gguf"] = [1_000_000, 0]
    with pytest.raises(UnavailableError, match="connection to it broke") as caught:
        get("gguf:org/big:big.gguf")
    assert caught.value.retryable
    assert "What has come is kept" in caught.value.next_step
    part = repository_folder(own_models, "org/big") / "big.gguf.part"
    assert part.stat().st_size == 1_000_000


def test_a_busy_hub_is_waited_for(small: HubServer, get: Get):
    small.busy = [(429, {"Retry-After": "0"})] * 2
    get(NAME)
    small.repositories["org/second"] = small.repositories["org/small-GGUF"]
    small.busy = [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})]
    get("gguf:org/second:small-q4.gguf")
    assert small.busy == []


def test_a_hub_that_asks_to_wait_too_long_is_not_waited_for(small: HubServer, get: Get):
    small.busy = [(429, {"Retry-After": "3600"})]
    with pytest.raises(UnavailableError, match="429") as caught:
        get(NAME)
    assert caught.value.retryable
    assert "Wait 3600 seconds" in caught.value.next_step


def test_a_broken_hub_is_named_with_what_it_answered(small: HubServer, get: Get):
    small.busy = [(500, {})]
    with pytest.raises(UnavailableError, match="It answered 500") as caught:
        get(NAME)
    assert caught.value.retryable


def test_a_gated_model_is_fetched_with_a_token_and_told_about_without(
    small: HubServer, get: Get, monkeypatch: pytest.MonkeyPatch
):
    small.repositories["org/small-GGUF"].gated = True
    with pytest.raises(WeightsMissingError, match="agreed to its terms") as caught:
        get(NAME)
    assert f"{small.url}/org/small-GGUF" in caught.value.next_step
    assert "HF_TOKEN" in caught.value.next_step
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    get(NAME)


def test_the_token_goes_to_the_hub_and_not_to_where_the_hub_sends_on(
    small: HubServer, get: Get, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    get(NAME)
    keys = {(one.host, one.authorization) for one in small.asked}
    assert keys == {("127.0.0.1", "Bearer hf_secret"), ("localhost", "")}


def test_a_repository_that_is_not_there_is_named(hub: HubServer, get: Get):
    with pytest.raises(WeightsMissingError, match=r"does not give the model org/none") as caught:
        get("st:org/none")
    assert "401" in caught.value.why
    assert not caught.value.retryable


def test_a_revision_that_is_not_there_is_named(small: HubServer, get: Get):
    with pytest.raises(WeightsMissingError, match="has no revision v9"):
        get("gguf:org/small-GGUF@v9:small-q4.gguf")


@pytest.mark.parametrize("name", ["gguf:org/small-GGUF:none.gguf", "gguf:org/small-GGUF"])
def test_a_file_that_is_not_there_or_not_named_is_answered_with_those_that_are(
    small: HubServer, get: Get, name: str
):
    with pytest.raises(WeightsMissingError) as caught:
        get(name)
    assert "small-q4.gguf, small-q8.gguf" in caught.value.why


def test_a_repository_without_safetensors_is_refused(hub: HubServer, get: Get):
    hub.add("org/old", {"config.json": b"{}", "pytorch_model.bin": b"a pickle"})
    with pytest.raises(WeightsMissingError, match="no weights as safetensors") as caught:
        get("st:org/old")
    assert "pytorch_model.bin" in caught.value.why
    assert len(hub.asked) == 1


def test_a_path_that_leads_out_of_the_folder_is_not_followed(
    hub: HubServer, own_models: Path, get: Get
):
    hub.add(
        "org/evil",
        REPOSITORY
        | {"../../model.safetensors": b"!", "/etc/model.json": b"!", "..\\own.json": b"!"},
    )
    kept = get("st:org/evil")
    assert {file.path for file in kept.files} <= REPOSITORY.keys()
    assert sorted(path.name for path in own_models.iterdir()) == ["hub"]


def test_bytes_that_are_not_those_announced_are_refused(
    small: HubServer, own_models: Path, get: Get
):
    small.flipped = {"small-q4.gguf"}
    with pytest.raises(WeightsMissingError, match="did not come as the hub announced it"):
        get(NAME)
    folder = repository_folder(own_models, "org/small-GGUF")
    assert not list(folder.glob("small*"))
    small.flipped = set()
    get(NAME)


def test_a_small_file_too_is_held_against_its_hash(hub: HubServer, get: Get):
    hub.add("org/embedder", REPOSITORY)
    hub.flipped = {"tokenizer.json"}
    with pytest.raises(WeightsMissingError, match=r"tokenizer\.json .* did not come"):
        get("st:org/embedder")


def test_a_file_that_is_no_gguf_is_refused(hub: HubServer, get: Get):
    hub.add("org/odd", {"odd.gguf": b"<html>Log in</html>"})
    with pytest.raises(WeightsMissingError, match="is no GGUF file"):
        get("gguf:org/odd:odd.gguf")


def test_a_page_to_log_in_is_no_hub(small: HubServer, get: Get):
    small.is_login_page = True
    with pytest.raises(WeightsMissingError, match="nothing that a hub says"):
        get(NAME)


@pytest.mark.parametrize(
    "answer",
    [
        [], "x", None, {}, {"siblings": 5}, {"siblings": ["a"]}, {"siblings": [{}]},
        {"siblings": [{"rfilename": 5}]}, {"cardData": "x"}, {"tags": 5}, {"tags": [5]},
        {"sha": 5}, {"sha": "../../etc"},
        {"siblings": [{"rfilename": "small-q4.gguf", "size": -5}]},
        {"siblings": [{"rfilename": "small-q4.gguf", "size": "many"}]},
        {"siblings": [{"rfilename": "small-q4.gguf", "size": 5, "lfs": "x"}]},
    ],
)  # fmt: skip
def test_an_answer_that_is_shaped_otherwise_is_no_hubs(small: HubServer, get: Get, answer: object):
    files = [{"rfilename": "small-q4.gguf", "size": 5}]
    described = {"id": "org/small-GGUF", "sha": "a" * 40, "tags": [], "siblings": files}
    small.told = described | answer if isinstance(answer, dict) and answer else answer
    with pytest.raises(WeightsMissingError, match="is nothing that a hub says"):
        get(NAME)


def test_a_wait_that_is_no_number_is_the_usual_one(
    small: HubServer, get: Get, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.models.hub.connection._USUAL_WAIT", 0.0)
    small.busy = [(503, {"Retry-After": "\xb2"})]
    get(NAME)
    assert small.busy == []


def test_a_licence_is_one_short_line(small: HubServer, get: Get):
    small.repositories["org/small-GGUF"].card = {"license": "\x1b[31mMIT\nyes \ud800" + "x" * 999}
    licence = get(NAME).licence
    assert licence.startswith("␛[31mMIT yes �x")
    assert len(licence) == 200


def test_a_mirror_that_lists_no_sizes_is_asked_for_those_of_each_file(
    hub: HubServer, own_models: Path, get: Get
):
    hub.tells_sizes = False
    hub.add("org/embedder", REPOSITORY)
    kept = get("st:org/embedder")
    assert is_whole(own_models, kept)
    assert {file.digest.partition(":")[0] for file in kept.files} == {"sha256", "git"}


def test_without_a_network_the_hub_is_named(hub: HubServer, get: Get, monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://me:hush@127.0.0.1:9")
    with pytest.raises(UnavailableError, match=r"http://127\.0\.0\.1:9 was not reached") as caught:
        get(NAME)
    assert caught.value.retryable
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_proxy_is_named_without_its_password(
    small: HubServer, get: Get, monkeypatch, scheme: str
):
    monkeypatch.setattr(constants, "ENDPOINT", "http://hub.example")
    monkeypatch.setenv("HTTP_PROXY", f"{scheme}me:hush@127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(UnavailableError) as caught:
        get(NAME)
    assert f"HTTP_PROXY is {scheme}127.0.0.1:9" in caught.value.why
    assert "hush" not in str(caught.value)


def test_an_address_of_a_hub_that_is_none_is_refused(small: HubServer, get: Get, monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://me:hush@hub:port")
    with pytest.raises(SettingError, match="HF_ENDPOINT") as caught:
        get(NAME)
    assert "hush" not in str(caught.value)


def test_offline_no_hub_is_asked_and_what_is_kept_is_used(
    small: HubServer, own_models: Path, get: Get, monkeypatch
):
    get(NAME)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    small.asked.clear()
    get(NAME)
    assert gguf_file(own_models, NAME)
    with pytest.raises(WeightsMissingError, match="HF_HUB_OFFLINE"):
        get("gguf:org/small-GGUF:small-q8.gguf")
    assert small.asked == []


def test_a_full_disk_is_said_before_anything_is_fetched(small: HubServer, get: Get, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1))
    with pytest.raises(WeightsMissingError, match="no room") as caught:
        get(NAME)
    assert "MB more are needed" in caught.value.why
    assert small.downloads() == []


def test_a_folder_that_cannot_be_written_is_named(small: HubServer, own_models: Path, get: Get):
    own_models.write_text("a file where the folder should be")
    with pytest.raises(WeightsMissingError, match="cannot be written"):
        get(NAME)


def test_a_second_process_waits_and_finds_what_the_first_has_fetched(
    small: HubServer, own_models: Path
):
    folder = repository_folder(own_models, "org/small-GGUF")
    folder.mkdir(parents=True)
    lock = FileLock(folder / ".lock")
    lock.acquire()
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        lock.release()

    fetch_model(own_models, named_on_hub(NAME), lambda _: None, say)
    assert "Another process is downloading" in said[0]
    assert gguf_file(own_models, NAME)


def test_every_refusal_says_what_why_and_what_to_do(small: HubServer, get: Get):
    for busy in [(400, {}), (403, {}), (404, {"X-Error-Code": "EntryNotFound"}), (502, {})]:
        small.busy = [busy]
        with pytest.raises(BonsaiError) as caught:
            get(NAME)
        assert all((caught.value.what, caught.value.why, caught.value.next_step))


def test_the_library_tells_the_hub_nothing_of_its_own():
    """Whatever imported it first: among it is a question for known agents, once in a process."""
    assert constants.HF_HUB_DISABLE_TELEMETRY
