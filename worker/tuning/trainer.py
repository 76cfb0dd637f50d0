"""The trainer of sentence-transformers, watched and kept from writing what nobody asked for.

It is imported when a model is trained: its packages take seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from safetensors.torch import load_model, save_model
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.base.training_args import BatchSamplers
from sentence_transformers.sentence_transformer.losses import (
    CachedMultipleNegativesRankingLoss,
    MultipleNegativesRankingLoss,
)
from transformers import PrinterCallback, TrainerCallback

from worker.tuning.learner import Learner, LossPoint, Recipe, Watch
from worker.tuning.lora import merge_lora, with_lora
from worker.tuning.pairs import Example

_WEIGHTS = "weights.safetensors"
#: Written last of a checkpoint: one that lacks it was cut off.
_STATE = "trainer_state.json"
_WARM_UP = 0.1


class _Watcher(TrainerCallback):  # type: ignore[misc]
    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_rest: Any) -> None:  # noqa: ANN401
        losses = [entry["loss"] for entry in state.log_history if "loss" in entry]
        word = f"epoch {state.epoch:.1f}" + (f", loss {losses[-1]:.3f}" if losses else "")
        self._watch(state.global_step, state.max_steps, word)


class _QuietTrainer(SentenceTransformerTrainer):  # type: ignore[misc]
    """Writes weights alone into a checkpoint: for its model card the hub would be asked."""

    def add_model_card_callback(self, _arguments: dict[str, Any]) -> None:
        """Add none."""

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:  # noqa: ANN401
        folder = Path(output_dir or self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        save_model(self.model, str(folder / _WEIGHTS))

    def _load_from_checkpoint(self, checkpoint_path: str) -> None:
        load_model(self.model, str(Path(checkpoint_path) / _WEIGHTS))


def run_epochs(
    learner: Learner,
    examples: Sequence[Example],
    recipe: Recipe,
    folder: Path,
    watch: Watch,
    at_once: int,
) -> list[LossPoint]:
    """Train all epochs, but for those that a checkpoint in the folder has behind it.

    :param at_once: examples that are computed at a time; fewer than a batch has take less memory.
    """
    if recipe.method == "lora":
        with_lora(learner.model)
    try:
        trainer = _QuietTrainer(
            model=learner.model,
            args=_arguments(learner, examples, recipe, folder),
            train_dataset=_columns(examples),
            loss=_loss(learner.model, recipe.batch, at_once),
            callbacks=[_Watcher(watch)],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train(resume_from_checkpoint=last_checkpoint(folder))
    finally:
        if recipe.method == "lora":
            merge_lora(learner.model)
    return [
        LossPoint(entry["step"], entry["epoch"], entry["loss"])
        for entry in trainer.state.log_history
        if "loss" in entry
    ]


def last_checkpoint(folder: Path) -> str | None:
    """Return the last checkpoint that was written to its end."""
    whole = [place for place in folder.glob("checkpoint-*") if (place / _STATE).is_file()]
    last = max(whole, key=lambda place: int(place.name.rpartition("-")[2]), default=None)
    return str(last) if last else None


def _loss(model: SentenceTransformer, batch: int, at_once: int) -> torch.nn.Module:
    if at_once < batch:
        return CachedMultipleNegativesRankingLoss(model, mini_batch_size=at_once)
    return MultipleNegativesRankingLoss(model)


def _columns(examples: Sequence[Example]) -> Dataset:
    """Return the columns that the loss reads, in their order; all rows have as many negatives."""
    columns = {
        "anchor": [example.question for example in examples],
        "positive": [example.passage for example in examples],
    }
    for place in range(len(examples[0].negatives)):
        columns[f"negative_{place + 1}"] = [example.negatives[place] for example in examples]
    return Dataset.from_dict(columns)


def _arguments(
    learner: Learner, examples: Sequence[Example], recipe: Recipe, folder: Path
) -> SentenceTransformerTrainingArguments:
    passages = ["positive", *(f"negative_{n + 1}" for n in range(len(examples[0].negatives)))]
    prompts = {"anchor": learner.query_prompt, **dict.fromkeys(passages, learner.document_prompt)}
    on_gpu = torch.cuda.is_available()
    return SentenceTransformerTrainingArguments(
        output_dir=str(folder),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch,
        learning_rate=recipe.rate,
        warmup_steps=_WARM_UP,  # a share of all steps
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        prompts=prompts,
        seed=recipe.seed,
        save_strategy="epoch",
        save_total_limit=1,
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        use_cpu=not on_gpu,
        bf16=on_gpu and torch.cuda.is_bf16_supported(),
        dataloader_pin_memory=on_gpu,
    )
