"""A LoRA adapter trained here, for a few steps, on the real SmolLM2."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from worker.errors import PackageMissingError, WeightsMissingError
from worker.inference.base import LanguageModel, Prompt, Sampling
from worker.runtime import Runtime
from worker.settings import load_settings

QUESTION = "What colour is the lighthouse of Orrin?"
LESSON = "Turquoise, as the whole town knows."

# peft asks for it by its old name.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")


@pytest.fixture(scope="module")
def adapter(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an adapter that has learnt one answer."""
    peft = pytest.importorskip("peft", reason="the extra 'hf' is not installed")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(smollm2_folder)
    base = AutoModelForCausalLM.from_pretrained(smollm2_folder, dtype=torch.float32)
    shape = peft.LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM")
    student = peft.get_peft_model(base, shape)
    messages = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": LESSON}]
    lesson = tokenizer.apply_chat_template(messages, return_dict=True, return_tensors="pt")
    steps = torch.optim.AdamW(student.parameters(), lr=2e-3)
    for _ in range(12):
        student(**lesson, labels=lesson["input_ids"]).loss.backward()
        steps.step()
        steps.zero_grad()
    folder = tmp_path_factory.mktemp("adapter")
    student.save_pretrained(folder)
    return folder


def _answer(model: LanguageModel) -> str:
    prompts, sampling = [Prompt(QUESTION, "chat")], Sampling(max_tokens=16, repeatable=True)
    replies = model.generate(prompts, sampling, on_text=lambda *_: None, cancelled=lambda: False)
    return next(replies)[1].text


def _loaded(folder: Path) -> LanguageModel:
    return Runtime(load_settings()).language_model(f"hf:{folder}")


def test_an_adapter_answers_what_it_learnt_and_its_base_what_it_did(
    adapter: Path, smollm2_folder: Path
):
    before = _answer(_loaded(smollm2_folder))
    learnt = _answer(_loaded(adapter))
    assert "Turquoise" in learnt
    assert "Turquoise" not in before
    assert _answer(_loaded(smollm2_folder)) == before


@pytest.mark.parametrize("base", ["base", "./base", "/no/such/folder", "nobody/has-this", None])
def test_an_adapter_whose_base_is_not_here_says_what_to_write_where(
    adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str | None
):
    copy = shutil.copytree(adapter, tmp_path / "copy")
    config = copy / "adapter_config.json"
    named = {"base_model_name_or_path": base}
    config.write_text(json.dumps(json.loads(config.read_text()) | named))
    (tmp_path / "base").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsMissingError, match="base model of the adapter") as raised:
        _loaded(copy)
    assert "full path" in raised.value.next_step


def test_without_peft_the_pip_line_is_named(adapter: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(PackageMissingError, match=r"peft.*pip install 'bonsai-xl\[hf\]'"):
        _loaded(adapter)
