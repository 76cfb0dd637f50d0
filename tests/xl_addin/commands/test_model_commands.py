"""`bonsai models get` without a name: the models that this machine uses."""

from __future__ import annotations

import pytest

from tests.xl_addin.conftest import Run


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was fetched: nothing is, and each name is written down instead."""
    names: list[str] = []
    monkeypatch.setattr(
        "xl_addin.commands.model_commands.get_weights",
        lambda _terminal, _models, model: names.append(model.name),
    )
    return names


def test_the_usual_models_are_fetched(
    bonsai: Run, fetched: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BONSAI_EMBEDDER", "onnx:minilm")
    monkeypatch.setenv("BONSAI_LLM", "gguf:qwen-1.5b")
    assert bonsai("models", "get")[0] == 0
    assert fetched == ["onnx:minilm", "gguf:qwen-1.5b"]


@pytest.mark.parametrize("own", ["gguf:/a/model.gguf", "openai:http://127.0.0.1:8000/v1#m"])
def test_a_file_or_a_server_of_the_users_own_is_no_error(
    bonsai: Run, fetched: list[str], own: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BONSAI_EMBEDDER", "onnx:minilm")
    monkeypatch.setenv("BONSAI_LLM", own)
    code, out, _ = bonsai("models", "get")
    assert code == 0
    assert fetched == ["onnx:minilm"]
    assert f"{own} is not fetched" in out.replace("\n", " ")
