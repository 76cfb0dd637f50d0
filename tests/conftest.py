"""What all tests share: their tiers, a clean home, the real models, a real server."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from redis import Redis

from tests.worker.models.hub_server import HubServer
from tests.worker.queueing.worlds import World, index_request, quick_settings, write_documents
from worker.errors import WeightsMissingError
from worker.models.catalogue import MODELS
from worker.models.hub.published import ASKING
from worker.models.weights import fetch_weights
from worker.queueing.broker.embedded_server import EmbeddedServer
from worker.queueing.in_process import InProcessRunner
from worker.retrieval.base import Embedder
from worker.runtime import Runtime
from worker.scoring.heatmap import COSINE, draw_heatmap
from worker.settings import IN_PROCESS, Settings, load_settings

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "templates" / "sample_documents"

#: What a test asks for, a fixture or a parameter, decides its tier: the first that has any of it.
TIERS = {
    "excel": {"excel"},
    "gpu": {"gpu"},
    "torch": {"torch", "model[hf]", "kind[hf]"},
    "office": {"office"},
    "browser": {"browser"},
    "server": {"processes", "location[server]", "model[openai]", "mortal[openai]"},
    "model": {"models", "model[gguf]"},
}


def tier_of(item: pytest.Item) -> str:
    """Return the tier of a test; one that asks for nothing special is pure."""
    callspec = getattr(item, "callspec", None)
    given = callspec.params.items() if callspec else ()
    asked = {*item.fixturenames, *(f"{name}[{value}]" for name, value in given)}
    return next((tier for tier, needs in TIERS.items() if asked & needs), "pure")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test with its tier."""
    item.add_marker(tier_of(item))


@pytest.fixture(autouse=True, scope="module")
def _what_is_loaded_is_not_looked_through() -> None:
    """Keep what is loaded by now out of the clean-ups that the store makes at each connection."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _ctrl_c_reaches_children() -> None:
    """A shell that starts the tests in the background leaves Ctrl-C ignored, also for children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def models() -> Path:
    """The user's model folder with the small weights, fetched once if they are not there."""
    folder = load_settings().models
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for model in MODELS:
            if model.megabytes < 100:
                fetch_weights(folder, model.name, print)
    except WeightsMissingError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the default weights are not here and cannot be fetched: {error}")
    return folder


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    return pytest.importorskip("torch", reason="torch is not installed (the extra 'hf')")


@pytest.fixture(scope="session")
def gpu(torch: ModuleType) -> None:
    if not torch.cuda.is_available():
        pytest.skip("torch finds no NVIDIA GPU")


@pytest.fixture(scope="session")
def processes() -> None:
    """For tests that start servers or workers as processes of their own."""
    if sys.platform == "win32":
        pytest.skip("Windows has no package with a Redis server, and lacks the signals of Unix")


@pytest.fixture(autouse=True)
def _clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees this machine's own settings or writes into its own home.

    Tests run side by side, so each has one processor: engines that share one wait for each other.
    Where a language model is asked for and none is named, it is the smallest.
    """
    for name in [name for name in os.environ if name.startswith("BONSAI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BONSAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BONSAI_THREADS", "1")
    monkeypatch.setenv("BONSAI_LANGUAGE", "en")
    monkeypatch.setenv("BONSAI_LLM", "gguf:smollm2")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A model hub on this machine, which huggingface_hub takes for the usual one.

    The library reads its variables when it is imported, so they are set where it keeps them too.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import close_session

    _wait_for_what_asks_a_hub()  # it would ask this one
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "hf" / "token"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with HubServer() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        files = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", files)
        yield server
        _wait_for_what_asks_a_hub()
    close_session()


def _wait_for_what_asks_a_hub() -> None:
    """Wait for what nobody waited for: a download goes on without it after some seconds."""
    for thread in threading.enumerate():
        if thread.name == ASKING:
            thread.join(120)


@pytest.fixture
def settings(models: Path) -> Settings:
    """Settings with an empty home of the test's own and the shared weights."""
    return replace(load_settings(), models=models)


@pytest.fixture(scope="session")
def warm_runtime(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """One runtime for all tests, so that models are loaded once; each test uses its own store."""
    home = tmp_path_factory.mktemp("runtime")
    small = Settings(
        home=home, store=str(home / "store"), models=models, llm="gguf:smollm2", threads=1
    )
    return Runtime(small)


@pytest.fixture(scope="session")
def stub_runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """One runtime for all tests that need no real model; each test uses its own store."""
    home = tmp_path_factory.mktemp("stubs")
    return Runtime(
        Settings(
            home=home,
            store=str(home / "store"),
            models=home / "models",
            embedder="test:hash",
            llm="scripted:quoting",
        )
    )


@cache
def a_picture() -> bytes:
    """A small heatmap, drawn once."""
    return draw_heatmap(np.eye(2), ["a", "b"], ["P1", "P2"], title="", palette=COSINE)


@pytest.fixture
def one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """One heatmap for all rankings by stub models: drawing takes longer than all else they do."""
    drawing = "worker.pipeline.ranking_pictures.draw_heatmap"
    monkeypatch.setattr(drawing, lambda *_, **__: a_picture())


@pytest.fixture
def embedder(warm_runtime: Runtime) -> Embedder:
    return warm_runtime.embedder("onnx:minilm")


@pytest.fixture(scope="session")
def valkey_process(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, with its password, of one server for all tests."""
    with EmbeddedServer(tmp_path_factory.mktemp("valkey")) as server:
        yield server.url.replace("//", f"//:{server.password}@")


@pytest.fixture
def valkey(valkey_process: str) -> str:
    """The address, with its password, of a server with nothing in it."""
    with Redis.from_url(valkey_process) as client:
        client.flushall()
    return valkey_process


@pytest.fixture
def world(valkey: str, tmp_path: Path) -> Iterator[World]:
    """An empty server, an empty store and no worker yet; workers end with the test."""
    world = World(quick_settings(tmp_path / "home", valkey), tmp_path)
    yield world
    world.end()


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with an index of the small corpus. Tests read it, and add only what is their own."""
    folder = tmp_path_factory.mktemp("small")
    InProcessRunner(quick_settings(folder, IN_PROCESS)).run(
        index_request(write_documents(folder / "documents")),
        on_event=lambda _: None,
        on_blob=lambda *_: None,
        cancelled=lambda: False,
    )
    return str(folder / "store")


@pytest.fixture(scope="module")
def served(
    valkey_process: str, small_store: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A worker that all tests of a file share, with an index of the small corpus."""
    with Redis.from_url(valkey_process) as client:
        client.flushall()
    folder = tmp_path_factory.mktemp("served")
    settings = quick_settings(folder / "home", valkey_process)
    world = World(replace(settings, store=small_store), folder)
    world.wait_for(world.start_worker())
    yield world
    world.end()
