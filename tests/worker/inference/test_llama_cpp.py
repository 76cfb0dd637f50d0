import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.inference.tiny_gguf import write_tiny_gguf
from worker.errors import EngineError, PromptTooLongError, WeightsMissingError
from worker.inference import llama_cpp
from worker.inference.base import Completion, Prompt, Sampling
from worker.inference.llama_cpp import LlamaCppModel
from worker.machine_share import Memory
from worker.models.catalogue import MODELS
from worker.models.weights import find_weights
from worker.runtime import Runtime
from worker.settings import load_settings


@pytest.fixture(scope="module")
def model(warm_runtime: Runtime) -> LlamaCppModel:
    return warm_runtime.language_model("gguf:smollm2")


def completions(model, prompts, sampling, on_text=lambda *_: None) -> list[Completion]:
    replies = model.generate(prompts, sampling, on_text=on_text, cancelled=lambda: False)
    return [reply for _, reply in sorted(replies, key=lambda each: each[0])]


NARROW = 600  # tokens
HARBOUR = "The harbour of Saltreve is old and full of ships. " * 20


def test_prompts_that_begin_alike_are_read_once(model: LlamaCppModel):
    prompts = [Prompt(f"{HARBOUR}{question}", "chat") for question in ("How old?", "How full?")]
    first, second = completions(model, prompts, Sampling(4))
    reused = max(first.reused_tokens, second.reused_tokens)
    assert reused > 0.9 * first.prompt_tokens


def test_prompts_that_begin_alike_follow_one_another_whatever_their_order(model: LlamaCppModel):
    other = "A market with fish and figs. " * 20
    texts = [HARBOUR + "One?", other + "One?", HARBOUR + "Two?", other + "Two?"]
    replies = completions(model, [Prompt(text, "chat") for text in texts], Sampling(4))
    read = sum(reply.prompt_tokens - reply.reused_tokens for reply in replies)
    assert read < 0.6 * sum(reply.prompt_tokens for reply in replies)


def test_it_tells_how_probable_the_likeliest_first_tokens_were(model: LlamaCppModel):
    prompt = [Prompt("Is snow white? Reply with one word, Yes or No.", "chat")]
    (asked,) = completions(model, prompt, Sampling(1, first_tokens=20))
    assert len(asked.first_tokens) == 20
    assert {"Yes", "No"} <= {token.strip() for token in asked.first_tokens}
    assert max(asked.first_tokens, key=lambda token: asked.first_tokens[token]) == asked.text
    assert 0.3 < sum(asked.first_tokens.values()) <= 1.001
    (unasked,) = completions(model, prompt, Sampling(1))
    assert unasked.first_tokens == {}


def test_nothing_is_reused_where_the_text_must_be_the_same_each_time(model: LlamaCppModel):
    prompts = [Prompt(HARBOUR + "How old?", "chat")] * 2
    replies = completions(model, prompts, Sampling(4, repeatable=True))
    assert [reply.reused_tokens for reply in replies] == [0, 0]
    assert replies[0].text == replies[1].text


def test_a_temperature_makes_other_texts_and_its_seed_brings_them_back(model: LlamaCppModel):
    prompt = [Prompt("Invent a name for a ship. Only the name.", "chat")]

    def drawn(seed: int) -> str:
        return completions(model, prompt, Sampling(12, temperature=1.5, seed=seed))[0].text

    assert len({drawn(seed) for seed in range(1, 6)}) > 1
    assert drawn(3) == drawn(3)


@pytest.fixture
def narrow(models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LlamaCppModel]:
    """The same model, reading 600 tokens at most, so that a prompt at the limit is soon read."""
    monkeypatch.setattr(llama_cpp, "CONTEXT_TOKENS", NARROW)
    path = find_weights(models, "gguf:smollm2") / "model.gguf"
    model = LlamaCppModel("gguf:smollm2", path, threads=1, streams=2)
    yield model
    model.close()


@pytest.mark.parametrize("name", [each.name for each in MODELS if each.name.startswith("gguf:")])
def test_a_name_of_the_catalogue_is_not_taken_for_a_file(name: str, tmp_path: Path):
    with pytest.raises(WeightsMissingError, match=f"bonsai models get {name}"):
        llama_cpp.load(name, replace(load_settings(), models=tmp_path))


def test_streams_have_a_whole_context_each(narrow: LlamaCppModel):
    prompts = [Prompt(f"{name} " + "ship " * (NARROW // 2), "chat") for name in "AB"]
    replies = completions(narrow, prompts, Sampling(4))
    assert all(isinstance(reply, Completion) for reply in replies)


def test_a_prompt_must_leave_room_for_the_answer(narrow: LlamaCppModel):
    prompt = Prompt("ship " * (NARROW - 200), "chat")
    assert isinstance(completions(narrow, [prompt], Sampling(4))[0], Completion)
    refused = completions(narrow, [prompt], Sampling(400))[0]
    assert isinstance(refused, PromptTooLongError)
    assert str(NARROW - 400) in refused.why


def test_an_error_of_the_listener_is_not_swallowed(model: LlamaCppModel):
    def broken(_index: int, _text: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        completions(model, [Prompt("Where is Paris?", "chat")], Sampling(8), broken)


def test_a_file_that_is_no_model_is_named(tmp_path: Path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF nothing more")
    with pytest.raises(EngineError, match="broken"):
        LlamaCppModel("gguf:broken", broken, threads=1)


@pytest.mark.parametrize(
    "values", [{"architecture": "unheard-of"}, {"without": "output_norm.weight"}]
)
def test_a_file_that_the_engine_refuses_is_named_with_its_kind(tmp_path: Path, values: dict):
    path = write_tiny_gguf(tmp_path / "odd.gguf", **values)
    with pytest.raises(EngineError) as caught:
        LlamaCppModel("gguf:odd", path, threads=1)
    assert f"'{values.get('architecture', 'llama')}'" in caught.value.why
    assert "pip install -U xllamacpp" in caught.value.next_step


def test_a_model_that_does_not_fit_is_not_loaded(models: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(llama_cpp, "memory_share", lambda: Memory(100_000_000, 8_000_000_000))
    path = find_weights(models, "gguf:smollm2") / "model.gguf"
    with pytest.raises(EngineError, match="does not fit into memory"):
        LlamaCppModel("gguf:smollm2", path, threads=1)


def test_a_model_that_has_learnt_to_read_less_reads_less(tmp_path: Path):
    tiny = write_tiny_gguf(tmp_path / "tiny.gguf", context=64)
    model = LlamaCppModel("gguf:tiny", tiny, threads=1, streams=2)
    prompts = [Prompt("ship", "chat"), Prompt("ship " * 7, "chat")]
    short, long = completions(model, prompts, Sampling(20))
    assert short.tokens > 0
    assert isinstance(long, PromptTooLongError)
    assert "The model reads 44" in long.why
    model.close()


_LOADED_FOR_NOTHING = """
import sys
from pathlib import Path
from worker.inference.llama_cpp import LlamaCppModel
LlamaCppModel("gguf:smollm2", Path(sys.argv[1]), threads=1).close()
"""


def test_a_model_that_is_freed_at_once_ends(models: Path):
    path = find_weights(models, "gguf:smollm2") / "model.gguf"
    command = [sys.executable, "-c", _LOADED_FOR_NOTHING, str(path)]
    assert subprocess.run(command, timeout=120, check=False).returncode == 0
