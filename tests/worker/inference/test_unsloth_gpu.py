"""Unsloth on a GPU: `pytest -n 0 -s tests/worker/inference/test_unsloth_gpu.py`.

The model is a small Llama that has learnt the sample documents by heart in a few seconds: with
random weights the likeliest token is hardly likelier than the next, and a batch that adds numbers
in another order would choose another one.
"""

from __future__ import annotations

import importlib.util
import subprocess
import time
from pathlib import Path

import pytest
from rich.console import Console

from tests.conftest import SAMPLE
from worker.inference.base import Prompt, Sampling
from worker.inference.unsloth_model import UnslothModel

CONSOLE = Console(width=160)
STREAMS = 16
SAMPLING = Sampling(max_tokens=64)
#: Layout of no model in particular.
CHAT = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


@pytest.fixture(scope="module")
def unsloth(gpu: None) -> None:
    if not importlib.util.find_spec("unsloth"):
        pytest.skip("unsloth is not installed")


@pytest.fixture(scope="module")
def texts() -> list[str]:
    files = sorted(SAMPLE.rglob("*.txt"))[:6]
    return [file.read_text(encoding="utf-8", errors="replace")[:6000] for file in files]


@pytest.fixture(scope="module")
def folder(unsloth, texts, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("llama")
    tokenizer = trained_tokenizer(texts)
    tokenizer.save_pretrained(folder)
    trained_model(tokenizer, texts).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def prompts(texts) -> list[Prompt]:
    """Beginnings of many lengths out of the middle of the texts."""
    return [
        Prompt(texts[n % len(texts)][37 * n : 37 * n + 80 + 23 * (n % 17)], "completion")
        for n in range(100)
    ]


def trained_tokenizer(texts):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        chat_template=CHAT,
        model_max_length=2048,
    )


def trained_model(tokenizer, texts, *, steps=400, length=128, rows=32):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=512,
        intermediate_size=1536,
        num_hidden_layers=6,
        num_attention_heads=8,
        num_key_value_heads=4,
        max_position_embeddings=2048,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config).to("cuda")
    tokens = torch.tensor([token for text in texts for token in tokenizer(text)["input_ids"]])
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-4)
    for _ in range(steps):
        starts = torch.randint(len(tokens) - length, (rows,))
        batch = torch.stack([tokens[start : start + length] for start in starts]).to("cuda")
        with torch.autocast("cuda", torch.bfloat16):
            loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    CONSOLE.print(f"the small model's loss after {steps} steps: {loss.item():.3f}")
    return model.to(torch.bfloat16)


def used_memory() -> int:
    """MiB of the first GPU, of all processes together."""
    command = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "-i", "0"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def written(model: UnslothModel, prompts: list[Prompt]):
    """The texts in the order of their prompts, and tokens in a second."""
    started = time.perf_counter()
    replies = dict(
        model.generate(prompts, SAMPLING, on_text=lambda *_: None, cancelled=lambda: False)
    )
    seconds = time.perf_counter() - started
    tokens = sum(reply.tokens for reply in replies.values())
    return [replies[index].text for index in range(len(prompts))], tokens / seconds


def plain_speed(folder: Path, prompts: list[Prompt], size: int) -> float:
    """Tokens in a second of transformers' own generate, `size` prompts at a time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.bfloat16, device_map="cuda"
    ).eval()
    ordered = sorted((prompt.text for prompt in prompts), key=len)
    started, tokens = time.perf_counter(), 0
    for first in range(0, len(ordered), size):
        batch = tokenizer(ordered[first : first + size], padding=True, return_tensors="pt")
        batch = {name: batch[name].to("cuda") for name in ("input_ids", "attention_mask")}
        made = model.generate(**batch, max_new_tokens=SAMPLING.max_tokens, do_sample=False)
        new = made[:, batch["input_ids"].shape[1] :]
        tokens += int((new != tokenizer.pad_token_id).sum())
    return tokens / (time.perf_counter() - started)


@pytest.mark.parametrize("suffix", ["", "+4bit"])
def test_a_batch_gives_the_texts_of_single_prompts_and_memory_comes_back(folder, prompts, suffix):
    before = used_memory()
    model = UnslothModel(f"unsloth:{folder}{suffix}", streams=STREAMS)
    try:
        written(model, prompts[:STREAMS])
        loaded = used_memory()
        together, fast = written(model, prompts)
        alone, slow = zip(*(written(model, [prompt]) for prompt in prompts), strict=True)
    finally:
        model.close()
    after = used_memory()
    equal = sum(a == [b] for a, b in zip(alone, together, strict=True))
    CONSOLE.print(
        f"Unsloth {suffix or '16 bit'}: {equal} of {len(prompts)} texts of a batch as alone; "
        f"tokens in a second {fast:.0f} by {STREAMS}, {sum(slow) / len(slow):.0f} one by one; "
        f"MiB {before} before, {loaded} loaded, {after} after"
    )
    assert equal >= 0.98 * len(prompts)
    assert all(together)
    assert after <= before + 100


def test_memory_comes_back_after_each_of_many_loads(folder, prompts):
    before = used_memory()
    for _ in range(3):
        model = UnslothModel(f"unsloth:{folder}", streams=STREAMS)
        written(model, prompts[:STREAMS])
        model.close()
        assert used_memory() <= before + 100


def test_plain_transformers_is_measured_on_the_same_prompts(folder, prompts):
    plain_speed(folder, prompts[:STREAMS], STREAMS)
    CONSOLE.print(
        f"transformers 16 bit: tokens in a second {plain_speed(folder, prompts, 1):.0f} "
        f"one by one, {plain_speed(folder, prompts, STREAMS):.0f} by {STREAMS}"
    )
