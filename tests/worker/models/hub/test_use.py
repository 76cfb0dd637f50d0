"""Models that came from a hub at work: they are loaded from their kept copies, and nobody is asked.

The hub stands on this machine and serves real small models.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.bench.minilm_folder import minilm_folder
from tests.worker.models.hub_server import HubServer
from worker.inference.base import Completion, Prompt, Sampling
from worker.models.hub.client import fetch_model
from worker.models.hub.kept import KeptModel
from worker.models.hub.names import named_on_hub
from worker.runtime import Runtime
from worker.settings import Settings


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    return Runtime(Settings(home=tmp_path, store="", models=tmp_path / "models", threads=1))


def _get(runtime: Runtime, hub: HubServer, name: str) -> KeptModel:
    kept = fetch_model(runtime.settings.models, named_on_hub(name), lambda _: None, print)
    hub.asked.clear()
    return kept


def _files(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _answer(runtime: Runtime, name: str) -> str:
    prompts = [Prompt("What is the capital of France?", "chat")]
    replies = runtime.language_model(name).generate(
        prompts, Sampling(16), on_text=lambda *_: None, cancelled=lambda: False
    )
    ((_, reply),) = replies
    assert isinstance(reply, Completion)
    return reply.text


def test_a_gguf_model_of_a_hub_answers(hub: HubServer, runtime: Runtime, models: Path):
    content = (models / "gguf-smollm2" / "model.gguf").read_bytes()
    hub.add("org/SmolLM2-GGUF", {"SmolLM2.Q4_1.gguf": content})
    name = "gguf:org/SmolLM2-GGUF:SmolLM2.Q4_1.gguf"
    _get(runtime, hub, name)
    assert "Paris" in _answer(runtime, name)
    runtime.close()
    assert hub.asked == []


def test_an_embedder_of_a_hub_says_its_commit_and_stays_at_it(
    hub: HubServer, runtime: Runtime, models: Path, torch: ModuleType
):
    pytest.importorskip("sentence_transformers", reason="the extra 'gpu' is not installed")
    files = _files(minilm_folder(models / "st-minilm"))
    hub.add("org/minilm", files)
    kept = _get(runtime, hub, "st:org/minilm")
    hub.push("org/minilm", files | {"config.json": b"{}"})
    embedder = runtime.embedder("st:org/minilm")
    near, far = embedder.embed_documents(["A kettle sings.", "Tankers change their flags."])
    (query,) = embedder.embed_queries(["What does the kettle do?"])
    assert query @ near > query @ far
    assert embedder.revision == kept.commit[:12]
    assert hub.asked == []


def test_what_was_not_fetched_before_is_fetched_by_the_library_as_ever(
    hub: HubServer, runtime: Runtime, models: Path, torch: ModuleType, monkeypatch, tmp_path: Path
):
    pytest.importorskip("sentence_transformers", reason="the extra 'gpu' is not installed")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    files = _files(minilm_folder(models / "st-minilm"))
    commits = hub.add("org/minilm", files).commits
    hub.push("org/minilm", files | {"config.json": b"{}"})
    first = next(iter(commits))
    embedder = runtime.embedder(f"st:org/minilm@{first}")
    assert embedder.revision == first[:12]
    assert hub.asked
