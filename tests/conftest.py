"""What all tests share: a clean home, the real models, and small real folders of documents."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from worker.errors import WeightsMissingError
from worker.retrieval.base import Embedder
from worker.runtime import Runtime
from worker.settings import Settings, load_settings
from worker.weights import MODELS, fetch_weights

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "templates" / "sample_documents"


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
