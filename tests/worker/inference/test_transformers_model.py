"""What the engine of transformers does beside what all engines do; with the real SmolLM2."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.models.hub_server import HubServer
from worker.errors import (
    BonsaiError,
    CancelledError,
    EngineError,
    PackageMissingError,
    PromptTooLongError,
    WeightsMissingError,
)
from worker.inference.base import Completion, LanguageModel, Prompt, Sampling
from worker.models.hub.client import fetch_model
from worker.models.hub.names import named_on_hub
from worker.runtime import Runtime
from worker.settings import Settings, load_settings

PLACES = ["France", "Japan", "Italy", "Spain", "Egypt", "Norway", "Peru", "Greece"]
CAPITALS = [Prompt(f"What is the capital of {place}?", "chat") for place in PLACES]
STORY = Prompt("Tell me a long story about a harbour.", "chat")
SHORT = Sampling(max_tokens=16)


def test_without_the_packages_the_pip_line_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    with pytest.raises(PackageMissingError, match=r"pip install 'bonsai-xl\[hf\]'"):
        Runtime(load_settings()).language_model("hf:somewhere/something")


@pytest.fixture(scope="module")
def model(smollm2_folder: Path, warm_runtime: Runtime) -> LanguageModel:
    return warm_runtime.language_model(f"hf:{smollm2_folder}")


def _loaded(name: str) -> LanguageModel:
    pytest.importorskip("peft", reason="the extra 'hf' is not installed")
    return Runtime(load_settings()).language_model(name)


def _replies(
    model: LanguageModel, prompts: list[Prompt], sampling: Sampling = SHORT
) -> dict[int, Completion | BonsaiError]:
    replies = model.generate(prompts, sampling, on_text=lambda *_: None, cancelled=lambda: False)
    return dict(replies)


def _texts(model: LanguageModel, prompts: list[Prompt], sampling: Sampling = SHORT) -> list[str]:
    replies = _replies(model, prompts, sampling)
    return [replies[index].text for index in range(len(prompts))]


def test_a_batch_says_what_single_prompts_say(model: LanguageModel):
    together = _texts(model, CAPITALS)
    alone = _texts(model, CAPITALS, replace(SHORT, repeatable=True))
    assert "Paris" in together[0]
    # Sums in another order may turn a tie of two tokens.
    assert sum(one == other for one, other in zip(together, alone, strict=True)) >= 7


def test_pieces_of_prompts_side_by_side_add_up_to_their_texts(model: LanguageModel):
    prompts = [*CAPITALS[:3], Prompt("Write 'naïve 東京 🦊 café' three times.", "chat")]
    heard: list[list[str]] = [[] for _ in prompts]
    replies = dict(
        model.generate(
            prompts,
            Sampling(max_tokens=40),
            on_text=lambda index, piece: heard[index].append(piece),
            cancelled=lambda: False,
        )
    )
    assert all(len(pieces) > 3 for pieces in heard)
    for index, pieces in enumerate(heard):
        assert "".join(pieces) == replies[index].text


def test_a_character_of_several_tokens_is_told_when_it_is_whole(model: LanguageModel):
    heard: list[str] = []
    prompt = Prompt("東京、大阪、京都、東京、大阪、京都、東京、大阪、京都、東京、", "completion")
    replies = model.generate(
        [prompt],
        Sampling(max_tokens=20),
        on_text=lambda _, piece: heard.append(piece),
        cancelled=lambda: False,
    )
    (_, completion), *_ = replies
    assert "大阪" in completion.text
    assert "\N{REPLACEMENT CHARACTER}" not in "".join(heard)


def test_each_prompt_of_a_batch_has_its_own_stop_texts(model: LanguageModel):
    text = "Count: one, two, three, four, five, six,"
    heard = ["", ""]

    def listen(index: int, piece: str) -> None:
        heard[index] += piece

    prompts = [
        Prompt(text, "completion", stop=("eight, nine", "never said")),
        Prompt(text, "completion", stop=("even",)),
    ]
    replies = dict(
        model.generate(prompts, Sampling(max_tokens=24), on_text=listen, cancelled=lambda: False)
    )
    assert heard == [" seven, ", " s"] == [replies[0].text, replies[1].text]
    assert not replies[0].cut


def test_an_answer_at_its_limit_says_that_it_was_cut(model: LanguageModel):
    completion = _replies(model, [STORY])[0]
    assert completion.cut
    assert completion.tokens == 16
    assert completion.prompt_tokens > 10
    assert completion.seconds > 0


def test_the_wish_to_stop_is_seen_within_a_token_and_the_model_goes_on(model: LanguageModel):
    heard: list[str] = []
    replies = model.generate(
        [STORY, *CAPITALS[:1]],
        Sampling(max_tokens=400),
        on_text=lambda _, piece: heard.append(piece),
        cancelled=lambda: len(heard) >= 4,
    )
    with pytest.raises(CancelledError):
        list(replies)
    assert len(heard) < 8
    assert "Paris" in _texts(model, CAPITALS[:1])[0]


def test_what_has_ended_before_the_wish_to_stop_is_kept(model: LanguageModel):
    heard: list[int] = []
    replies = model.generate(
        [Prompt("One, two,", "completion", stop=("three",)), STORY],
        Sampling(max_tokens=400),
        on_text=lambda index, _: heard.append(index),
        cancelled=lambda: heard.count(1) >= 12,
    )
    assert next(replies)[0] == 0
    with pytest.raises(CancelledError):
        next(replies)


def test_the_wish_to_stop_is_seen_while_a_prompt_is_read(model: LanguageModel):
    looks = []

    def cancelled() -> bool:
        looks.append(1)
        return len(looks) > 3

    with pytest.raises(CancelledError):
        next(model.generate([STORY], SHORT, on_text=lambda *_: None, cancelled=cancelled))
    assert len(looks) == 4  # of thirty layers


def test_a_prompt_longer_than_the_model_reads_is_refused_alone(model: LanguageModel):
    replies = _replies(model, [Prompt("harbour " * 9000, "chat"), CAPITALS[0]])
    assert isinstance(replies[0], PromptTooLongError)
    assert str(8192 - 16) in str(replies[0])
    assert "Paris" in replies[1].text


def test_an_error_of_the_listener_ends_the_batch(model: LanguageModel):
    def broken(_index: int, _piece: str) -> None:
        raise RuntimeError("the listener's own")

    with pytest.raises(RuntimeError, match="the listener's own"):
        list(model.generate(CAPITALS[:2], SHORT, on_text=broken, cancelled=lambda: False))


def test_drawn_texts_depend_on_the_seed_alone(model: LanguageModel):
    warm = Sampling(max_tokens=16, temperature=1.5, seed=7)
    first, again = _texts(model, [STORY], warm), _texts(model, [STORY], warm)
    assert first == again
    assert first != _texts(model, [STORY], replace(warm, seed=8))
    assert first != _texts(model, [STORY], replace(warm, repeatable=True))


def test_a_batch_without_room_goes_on_in_halves_where_it_was(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
):
    """There is no GPU here to fill: a batch of more than one fails at its fifth token."""
    import torch

    whole = _texts(model, CAPITALS[:4])
    heard = ["", "", "", ""]
    inner = model._batches._model
    generate = inner.generate

    def full(**inputs: object) -> object:
        if len(inputs["input_ids"]) > 1:
            inputs["max_new_tokens"] = 4
            generate(**inputs)
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return generate(**inputs)

    def listen(index: int, piece: str) -> None:
        heard[index] += piece

    monkeypatch.setattr(inner, "generate", full)
    replies = dict(model.generate(CAPITALS[:4], SHORT, on_text=listen, cancelled=lambda: False))
    assert [replies[index].text for index in range(4)] == heard == whole


def test_a_prompt_that_has_no_room_alone_fails_alone(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
):
    """There is no GPU here to fill: any input of more than 100 tokens fails."""
    import torch

    inner = model._batches._model
    generate = inner.generate

    def full(**inputs: object) -> object:
        if inputs["input_ids"].shape[1] > 100:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return generate(**inputs)

    monkeypatch.setattr(inner, "generate", full)
    replies = _replies(model, [Prompt("harbour " * 200, "chat"), *CAPITALS[:2]])
    assert isinstance(replies[0], EngineError)
    assert "out of memory" in str(replies[0])
    assert "Paris" in replies[1].text
    assert len(replies) == 3


def test_its_properties_come_from_the_folder_and_the_settings(
    model: LanguageModel, smollm2_folder: Path, settings: Settings
):
    assert model.has_chat_layout
    assert model.streams == 4
    more = Runtime(replace(settings, streams=2)).language_model(f"hf:{smollm2_folder}")
    assert more.streams == 2
    more.close()


def test_a_model_without_a_chat_layout_continues_texts_and_refuses_chat(
    smollm2_folder: Path, tmp_path: Path
):
    bare = shutil.copytree(smollm2_folder, tmp_path / "bare")
    (bare / "chat_template.jinja").unlink()
    model = _loaded(f"hf:{bare}")
    assert not model.has_chat_layout
    replies = _replies(model, [STORY, Prompt("The capital of France is", "completion")])
    assert isinstance(replies[0], EngineError)
    assert "Paris" in replies[1].text


def test_settings_of_drawing_that_a_model_brings_do_not_disturb_greedy_texts(
    model: LanguageModel, smollm2_folder: Path, tmp_path: Path
):
    copy = shutil.copytree(smollm2_folder, tmp_path / "drawing")
    own = copy / "generation_config.json"
    drawing = {"do_sample": True, "temperature": 0.6, "top_p": 0.9, "top_k": 20}
    own.write_text(json.dumps(json.loads(own.read_text()) | drawing))
    assert _texts(_loaded(f"hf:{copy}"), CAPITALS[:1]) == _texts(model, CAPITALS[:1])


@pytest.mark.usefixtures("torch")
def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(WeightsMissingError, match="nowhere") as raised:
        _loaded(f"hf:{tmp_path / 'nowhere'}")
    assert "hf:/path/folder" in raised.value.next_step


@pytest.mark.usefixtures("torch")
def test_a_name_without_a_hub_says_what_to_copy(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("transformers", reason="the extra 'hf' is not installed")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsMissingError, match="nobody/has-this") as raised:
        _loaded("hf:nobody/has-this")
    assert "copy the model's folder" in raised.value.next_step


def test_broken_weights_are_named(smollm2_folder: Path, tmp_path: Path):
    broken = shutil.copytree(smollm2_folder, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(WeightsMissingError, match="broken"):
        _loaded(f"hf:{broken}")


def test_a_model_that_was_fetched_from_a_hub_is_loaded_from_its_kept_copy(
    hub: HubServer, smollm2_folder: Path, tmp_path: Path
):
    files = {path.name: path.read_bytes() for path in smollm2_folder.iterdir()}
    hub.add("org/SmolLM2", files)
    settings = replace(load_settings(), models=tmp_path / "models")
    fetch_model(settings.models, named_on_hub("hf:org/SmolLM2"), lambda _: None, print)
    hub.asked.clear()
    model = Runtime(settings).language_model("hf:org/SmolLM2")
    assert "Paris" in _texts(model, CAPITALS[:1])[0]
    assert hub.asked == []
