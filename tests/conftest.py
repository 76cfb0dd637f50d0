"""What all tests share: a clean home, the real models, a real Redis-protocol server."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from tests.worker.queueing.worlds import World
from worker.errors import WeightsMissingError
from worker.models.weights import MODELS, fetch_weights
from worker.queueing.broker.embedded_server import EmbeddedServer
from worker.retrieval.base import Embedder
from worker.runtime import Runtime
from worker.settings import Settings, load_settings

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "templates" / "sample_documents"


@pytest.fixture(autouse=True, scope="session")
def _ctrl_c_reaches_children() -> None:
    """A shell that starts the tests in the background leaves Ctrl-C ignored, also for children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def models() -> Path:
    """The user's model folder with the default weights, fetched once if they are not there."""
    folder = load_settings().models
    try:
        for model in MODELS:
            fetch_weights(folder, model.name, print)
    except WeightsMissingError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the default weights are not here and cannot be fetched: {error}")
    return folder


@pytest.fixture(autouse=True)
def _clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees this machine's own settings or writes into its own home."""
    for name in [name for name in os.environ if name.startswith("BONSAI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BONSAI_HOME", str(tmp_path / "home"))


@pytest.fixture
def settings(models: Path) -> Settings:
    """Settings with an empty home of the test's own and the shared weights."""
    return replace(load_settings(), models=models, threads=2)


@pytest.fixture(scope="session")
def warm_runtime(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """One runtime for all tests, so that models are loaded once; each test uses its own store."""
    home = tmp_path_factory.mktemp("runtime")
    return Runtime(Settings(home=home, store=str(home / "store"), models=models, threads=2))


@pytest.fixture
def embedder(warm_runtime: Runtime) -> Embedder:
    return warm_runtime.embedder("onnx:minilm")


@pytest.fixture(scope="session")
def valkey_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, with its password, of one server for all tests."""
    if sys.platform == "win32":
        pytest.skip("no package has a Redis server for Windows")
    with EmbeddedServer(tmp_path_factory.mktemp("valkey")) as server:
        yield server.url.replace("//", f"//:{server.password}@")


@pytest.fixture
def valkey(valkey_process: str) -> str:
    """The address, with its password, of a server with nothing in it."""
    with Redis.from_url(valkey_process) as client:
        client.flushall()
    return valkey_process


@pytest.fixture
def world(settings: Settings, valkey: str, tmp_path: Path) -> Iterator[World]:
    """An empty server and no worker yet; workers end with the test."""
    world = World(replace(settings, broker=valkey), tmp_path)
    yield world
    world.end()
