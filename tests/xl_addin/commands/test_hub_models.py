"""`bonsai models` with the models of a hub that stands on this machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.worker.models.hub_server import HubServer
from tests.xl_addin.conftest import Run

NAME = "gguf:org/small-GGUF:small.gguf"
CONTENT = b"GGUF" + b"small" * 1000


@pytest.fixture
def small(hub: HubServer) -> HubServer:
    hub.add("org/small-GGUF", {"small.gguf": CONTENT}, card={"license": "mit"})
    return hub


def test_a_model_is_fetched_and_said_with_its_commit_and_licence(small: HubServer, bonsai: Run):
    code, out, err = bonsai("models", "get", NAME)
    assert code == 0
    commit = small.repositories["org/small-GGUF"].at("main")
    assert f"commit {commit}, licence mit" in out
    assert f"small.gguf, {len(CONTENT):,} bytes" in out
    assert "licence: mit" in err, "it is said before the download"


def test_a_model_of_a_hub_that_is_here_is_listed(small: HubServer, bonsai: Run):
    bonsai("models", "get", NAME)
    commit = small.repositories["org/small-GGUF"].at("main") or ""
    lines = bonsai("models")[1].splitlines()
    place = lines.index(NAME)
    assert f"commit {commit[:12]}" in lines[place + 1]
    assert lines[place + 2] == "  licence mit"


def test_a_download_that_was_cut_is_listed_as_a_part(small: HubServer, bonsai: Run):
    small.cuts["small.gguf"] = [100, 0]
    code, _, err = bonsai("models", "get", NAME)
    assert code == 3
    assert "What has come is kept" in err
    lines = bonsai("models")[1].splitlines()
    assert "here in part" in lines[lines.index(NAME) + 1]


def test_names_with_quotes_around_them_are_taken_as_they_are_meant(small: HubServer, bonsai: Run):
    assert bonsai("models", "get", f'"{NAME}"')[0] == 0


@pytest.mark.parametrize("name", ["gguf:org/../x:y.gguf", "gguf:/x/y.gguf", "st:a/b/c"])
def test_a_name_of_a_hub_that_is_none_is_told_what_one_is(small: HubServer, bonsai: Run, name: str):
    code, _, err = bonsai("models", "get", name)
    assert code == 2
    assert "gguf:ORG/REPO:FILE" in err
    assert small.asked == []


def test_no_secret_is_shown_whatever_goes_wrong(
    small: HubServer, bonsai: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_TOKEN", "hf_hush")
    shown = ""
    for busy in ([(401, {})], [(403, {"X-Error-Message": "no hf_hush"})], [(500, {})], []):
        small.busy = list(busy)
        shown += "".join(map(str, bonsai("models", "get", NAME)))
    assert any(one.authorization == "Bearer hf_hush" for one in small.asked)
    assert "hush" not in shown


def test_the_address_of_the_hub_is_the_one_of_the_variable(small: HubServer, tmp_path):
    """In a process of its own, where the library reads the variable itself."""
    address = small.url.replace("//", "//me:hush@")
    given = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path), "BONSAI_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "xl_addin.cli", "models", "get"]
    shown = ""
    for name in (NAME, "gguf:org/none:x.gguf"):
        finished = subprocess.run(
            [*command, name],
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            check=False,
            cwd=REPOSITORY,
        )
        shown += finished.stdout + finished.stderr
    assert f"{NAME} is in {tmp_path}" in shown
    assert "does not give the model org/none" in shown
    assert "hush" not in shown
    assert "Traceback" not in shown
