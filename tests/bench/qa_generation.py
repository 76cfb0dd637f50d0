"""The writing of pairs, ours beside the original's loop, on one model and the same passages.

The original asks for the question and then for the answer, each in a prompt of its own that says
first what is wanted and ends with the passage, and lets both be of 1,024 tokens. Its prompts are
told here in our words. Filters are off, so that both sides write as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from worker.answering.prompts import CHAT
from worker.documents.splitting import split_text
from worker.inference.base import Completion, LanguageModel, Prompt, Sampling
from worker.pipeline.completing import Asker
from worker.pipeline.job_context import JobContext
from worker.pipeline.pair_writing import PairWriter, Place
from worker.qa_data.drawing import drawn_order
from worker.qa_data.pair import Passage
from worker.qa_data.targets import choose_target
from worker.qa_data.wording import kind_of
from worker.runtime import Runtime
from xl_addin.shipped_files import templates_folder

#: What computed prompt tokens may be at most, of the original's.
MOST_COMPUTED = 0.6

_TOKENS = 1024  # of a question and of an answer, in the original
_QUESTION = (
    "You are a teacher who writes an exam. From the context below, write exactly one question. Let "
    "questions vary in kind. Do not mention the context in it. Return the question alone, without "
    "an introduction.\n\nContext:\n{passage}"
)
_ANSWER = (
    "You are a student who sits an exam. Answer the question below by what the context says. Do "
    "not mention the context. Return the answer alone.\n\nQuestion:\n{question}\n\n"
    "Context:\n{passage}"
)


@dataclass
class Spent:
    """What a side has spent so far; `computed` are prompt tokens that no earlier prompt had."""

    seconds: float = 0.0
    prompt: int = 0
    computed: int = 0
    written: int = 0

    def add(self, completions: Sequence[Completion], seconds: float) -> None:
        """Add what one pair took."""
        self.seconds += seconds
        for each in completions:
            self.prompt += each.prompt_tokens
            self.computed += each.prompt_tokens - each.reused_tokens
            self.written += each.tokens


def passages(count: int, seed: int = 1) -> list[Passage]:
    """Return English passages of the shipped sample, cut and taken as the original did, by seed."""
    found = {}
    for path in sorted((templates_folder() / "sample_documents").glob("*.txt")):
        if ".ja." in path.name:
            continue
        for each in split_text(path.read_text(encoding="utf-8"), size=2000, overlap=120):
            if 1000 < len(each.text) < 2000:
                name = f"{path.stem} {each.start}"
                found[name] = Passage(name, path.name, each.text)
    return [found[name] for name in drawn_order(found, seed)[:count]]


def original_pair(model: LanguageModel, passage: Passage) -> list[Completion]:
    """Write a pair as the original did."""
    question = _complete(model, _QUESTION.format(passage=passage.text))
    asked = _ANSWER.format(question=question.text, passage=passage.text)
    return [question, _complete(model, asked)]


def our_pair(writer: PairWriter, number: int, passage: Passage) -> Sequence[Completion]:
    """Write a pair as the dataset job does, before any filter."""
    kind = kind_of(number, 1)
    target = choose_target(passage.text, kind, 1)
    place = Place(passage, "train", 1, kind, target=target)
    (written,) = writer.answers(writer.questions([place]))
    return written.completions


def spent(runtime: Runtime, llm: str, count: int) -> dict[str, Spent]:
    """Return what each side spends on the same passages, one side behind the other.

    In turn, each would push out of the engine what the other's next prompt has in common with its
    last one.
    """
    model = runtime.language_model(llm)
    context = JobContext(runtime, lambda _event: None, lambda: False)
    writer = PairWriter(Asker(model, CHAT, Sampling(1), context), seed=1)
    sides = {"original": Spent(), "ours": Spent()}
    _complete(model, "Say yes.", 1)  # the first prompt loads what the others find loaded
    for passage in passages(count):
        begun = perf_counter()
        sides["original"].add(original_pair(model, passage), perf_counter() - begun)
    for number, passage in enumerate(passages(count)):
        begun = perf_counter()
        sides["ours"].add(our_pair(writer, number, passage), perf_counter() - begun)
    return sides


def _complete(model: LanguageModel, text: str, tokens: int = _TOKENS) -> Completion:
    prompt, sampling = Prompt(text, "chat"), Sampling(tokens)
    ((_, reply),) = model.generate(
        [prompt], sampling, on_text=lambda _index, _text: None, cancelled=lambda: False
    )
    if not isinstance(reply, Completion):
        raise reply
    return reply
