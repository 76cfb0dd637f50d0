import threading
from pathlib import Path

import pytest

from worker.errors import CancelledError, EngineError, PromptTooLongError
from worker.inference.base import Prompt
from worker.inference.llama_cpp import CONTEXT_TOKENS, LlamaCppModel, _has_chat_template
from worker.runtime import Runtime


@pytest.fixture(scope="module")
def model(warm_runtime: Runtime) -> LlamaCppModel:
    return warm_runtime.language_model("gguf:smollm2")


def never() -> bool:
    return False


def ignore(_text: str) -> None:
    pass


CAPITAL = Prompt("What is the capital of France? Answer in one short sentence.", "chat")


def test_it_answers_a_simple_question(model: LlamaCppModel):
    completion = model.generate(CAPITAL, max_tokens=32, on_text=ignore, cancelled=never)
    assert "Paris" in completion.text
    assert completion.prompt_tokens > 10
    assert 0 < completion.tokens <= 32


def test_the_pieces_add_up_to_the_whole(model: LlamaCppModel):
    pieces: list[str] = []
    completion = model.generate(CAPITAL, max_tokens=32, on_text=pieces.append, cancelled=never)
    assert len(pieces) > 1
    assert "".join(pieces) == completion.text


def test_the_same_prompt_gives_the_same_text(model: LlamaCppModel):
    texts = {
        model.generate(CAPITAL, max_tokens=24, on_text=ignore, cancelled=never).text
        for _ in range(3)
    }
    assert len(texts) == 1


def test_a_stop_text_ends_the_completion(model: LlamaCppModel):
    prompt = Prompt("Count: one, two, three, four, five, six,", "completion", stop=("eight",))
    completion = model.generate(prompt, max_tokens=40, on_text=ignore, cancelled=never)
    assert "seven" in completion.text
    assert "eight" not in completion.text


def test_an_answer_at_its_limit_says_that_it_was_cut(model: LlamaCppModel):
    prompt = Prompt("Tell me a long story about a harbour.", "chat")
    assert model.generate(prompt, max_tokens=5, on_text=ignore, cancelled=never).cut


def test_cancelling_stops_within_a_piece_and_the_model_goes_on_working(model: LlamaCppModel):
    seen: list[str] = []
    stop = threading.Event()

    def take(piece: str) -> None:
        seen.append(piece)
        if len(seen) == 3:
            stop.set()

    prompt = Prompt("Tell me a long story about a harbour.", "chat")
    with pytest.raises(CancelledError):
        model.generate(prompt, max_tokens=400, on_text=take, cancelled=stop.is_set)
    assert len(seen) <= 4
    assert "Paris" in model.generate(CAPITAL, max_tokens=32, on_text=ignore, cancelled=never).text


def test_a_prompt_longer_than_the_model_reads_is_refused_with_both_lengths(model: LlamaCppModel):
    prompt = Prompt("harbour " * (CONTEXT_TOKENS + 100), "chat")
    with pytest.raises(PromptTooLongError, match=str(CONTEXT_TOKENS)):
        model.generate(prompt, max_tokens=5, on_text=ignore, cancelled=never)


def test_an_error_of_the_listener_is_not_swallowed(model: LlamaCppModel):
    def broken(_text: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        model.generate(CAPITAL, max_tokens=8, on_text=broken, cancelled=never)


def test_the_models_own_chat_layout_is_seen(model: LlamaCppModel, tmp_path: Path):
    bare = tmp_path / "bare.gguf"
    bare.write_bytes(b"GGUF without any layout")
    assert model.has_chat_layout
    assert not _has_chat_template(bare)


def test_a_file_that_is_no_model_is_named(tmp_path: Path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF nothing more")
    with pytest.raises(EngineError, match="broken"):
        LlamaCppModel("gguf:broken", broken, threads=1)
