"""Answers one by one, as the original wrote them, against ours: prompt tokens and time.

Run as `python -m tests.bench.bench_inference`; tests/bench/README.md says how to read the result.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.answer_prompts import three_mode_prompts
from tests.bench.comparisons import Comparison, in_turn, seconds, show
from worker.inference.base import Completion, LanguageModel, Prompt, Sampling
from worker.inference.llama_cpp import LlamaCppModel
from worker.models.weights import find_weights
from worker.settings import Settings, load_settings

_ANSWER_TOKENS = 32
_STREAMS = (1, 4, 8)
_MOST_READ = 0.6  # of the prompt tokens
_MODEL = "gguf:smollm2"
_FEW = 12  # prompts for two engines
_COUNTED = 40  # questions over which tokens are counted: all that have an answer


def _completions(
    model: LanguageModel, prompts: Sequence[Prompt], sampling: Sampling
) -> list[Completion]:
    replies = model.generate(prompts, sampling, on_text=lambda *_: None, cancelled=lambda: False)
    completions = [reply for _, reply in replies if isinstance(reply, Completion)]
    assert len(completions) == len(prompts), "a prompt failed"
    return completions


def _one_by_one(
    model: LanguageModel, prompts: Sequence[Prompt], *, cache: bool, most: int = _ANSWER_TOKENS
) -> list[Completion]:
    """Each prompt in a batch of its own, in the order of the questions."""
    sampling = Sampling(most, repeatable=not cache)
    return [
        completion for prompt in prompts for completion in _completions(model, [prompt], sampling)
    ]


def _read(completions: Sequence[Completion]) -> float:
    """Return which part of the prompt tokens was computed."""
    prompt = sum(completion.prompt_tokens for completion in completions)
    return 1 - sum(completion.reused_tokens for completion in completions) / prompt


def three_modes(
    model: LanguageModel, ranked: Sequence[Prompt], ordered: Sequence[Prompt], rounds: int
) -> Comparison:
    """Return the time of three modes over the same questions."""
    work: dict[str, Callable[[], object]] = {
        "one by one, as in the original": lambda: _one_by_one(model, ordered, cache=False),
        "one by one, with the engine's cache": lambda: _one_by_one(model, ranked, cache=True),
        "ours: one batch": lambda: _completions(model, ordered, Sampling(_ANSWER_TOKENS)),
    }
    sides = {name: partial(seconds, each) for name, each in work.items()}
    return Comparison(f"{len(ordered)} answers in three modes", "s", in_turn(rounds, sides))


def prompt_tokens_read(
    model: LanguageModel, ranked: Sequence[Prompt], ordered: Sequence[Prompt]
) -> dict[str, float]:
    """Return which part of the prompt tokens each side computes, by the engine's own count."""
    return {
        "one by one, with the engine's cache": _read(
            _one_by_one(model, ranked, cache=True, most=1)
        ),
        "ours: one batch": _read(_completions(model, ordered, Sampling(1))),
    }


def streams(settings: Settings, prompts: Sequence[Prompt], what: str, rounds: int) -> Comparison:
    """Return the time for the same prompts with 1, 4 and 8 of them at the same time."""
    models = {count: load_model(settings, count) for count in _STREAMS}

    def timed(count: int) -> float:
        return seconds(lambda: _completions(models[count], prompts, Sampling(_ANSWER_TOKENS)))

    names = {f"{count} streams": partial(timed, count) for count in _STREAMS}
    values = in_turn(rounds, names)
    for model in models.values():
        model.close()
    return Comparison(f"{len(prompts)} {what}", "s", values)


def engines(
    model: LanguageModel, other: LanguageModel, prompts: Sequence[Prompt], rounds: int
) -> Comparison:
    """Return the time of transformers, one prompt by one, against ours."""
    sides = {
        "transformers, one by one": lambda: seconds(
            lambda: _one_by_one(other, prompts, cache=False)
        ),
        "transformers, in batches": lambda: seconds(
            lambda: _completions(other, prompts, Sampling(_ANSWER_TOKENS))
        ),
        "ours: llama.cpp, one batch": lambda: seconds(
            lambda: _completions(model, prompts, Sampling(_ANSWER_TOKENS))
        ),
    }
    return Comparison(f"{len(prompts)} answers, two engines", "s", in_turn(rounds, sides))


def load_model(settings: Settings, count: int) -> LlamaCppModel:
    path = find_weights(settings.models, _MODEL) / "model.gguf"
    return LlamaCppModel(_MODEL, path, threads=settings.thread_count, streams=count)


def load_transformers(folder: str) -> LanguageModel:
    from worker.inference.transformers_model import TransformersModel

    return TransformersModel(f"hf:{folder}", folder.parent, streams=8)


def caught_prompts(settings: Settings, questions: int) -> tuple[list[Prompt], list[Prompt]]:
    """Return the prompts with contexts in order of rank, and in that of an answer run."""
    with tempfile.TemporaryDirectory() as home:
        ranked, ordered = (
            three_mode_prompts(settings, Path(home), questions, ordered=ordered)
            for ordered in (False, True)
        )
    return ranked, ordered


def show_read(read: dict[str, float], count: int) -> None:
    table = Table("side", title=f"Part of the tokens of {count} prompts that was computed")
    table.add_column("part", justify="right")
    table.add_column(f"target for ours: at most {_MOST_READ}")
    for name, part in read.items():
        verdict = ("met" if part <= _MOST_READ else "MISSED") if name.startswith("ours") else ""
        table.add_row(name, f"{part:.3f}", verdict)
    Console(width=130).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=8, help="of the evaluation set, timed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hf", metavar="FOLDER", help="the same model for transformers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    options = parser.parse_args()
    settings = load_settings()
    other = load_transformers(options.hf) if options.hf else None
    model = load_model(settings, 1)
    ranked, ordered = caught_prompts(settings, _COUNTED)
    read = prompt_tokens_read(model, ranked, ordered)
    show_read(read, len(ordered))
    ranked, ordered = caught_prompts(settings, options.questions)
    alone = [prompt for prompt in ordered if "passages" not in prompt.text]
    together = [prompt for prompt in ordered if "passages" in prompt.text]
    work = [
        lambda: three_modes(model, ranked, ordered, options.rounds),
        lambda: streams(settings, alone, "prompts without passages", options.rounds),
        lambda: streams(settings, together, "prompts with passages", options.rounds),
    ]
    if other:
        work.append(lambda: engines(model, other, ordered[:_FEW], options.rounds))
    rows = []
    for compare in work:
        comparison = compare()
        show([comparison], "Answers")
        rows += comparison.rows()
    if options.json:
        options.json.write_text(json.dumps({"times": rows, "read": read}, indent=1))


if __name__ == "__main__":
    main()
