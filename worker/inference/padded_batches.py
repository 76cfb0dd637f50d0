"""Prompts of similar length at the same time, through any model of transformers.

Short prompts of a batch are filled up on the left. A batch ends with its longest text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from worker.errors import BonsaiError, CancelledError, EngineError, PromptTooLongError
from worker.inference.base import Completion, Prompt, Reply, Sampling
from worker.inference.streams import stopped

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_ENDLESS = 1 << 30  # tokenizers of models without a limit give a far larger number
#: Settings of drawing that a model may bring, and that say nothing where nothing is drawn.
_NOT_DRAWN = {"temperature": None, "top_p": None, "top_k": None}
_NOT_WHOLE = "\N{REPLACEMENT CHARACTER}"  # stands for a character whose last bytes are to come


@dataclass
class _Row:
    """One prompt on its way. It may be taken up again after memory ran out: `tokens` tells all."""

    index: int
    prompt: list[int]
    stop: tuple[str, ...]
    written: list[int] = field(default_factory=list)
    text: str = ""
    ended: bool = False
    cut: bool = False
    started: float = 0.0
    seconds: float = 0.0

    @property
    def tokens(self) -> list[int]:
        """The prompt and what was written so far."""
        return self.prompt + self.written

    def take_text(self, text: str) -> str:
        """Take all that is written so far; return what of it is new and certain."""
        found = [at for stop in self.stop if (at := text.find(stop)) >= 0]
        self.ended = self.ended or bool(found)
        if found:
            text = text[: min(found)]
        elif not self.ended:
            text = _settled(text, self.stop)
        piece = text[len(self.text) :]
        self.text += piece
        return piece

    def completion(self) -> Completion:
        """Return what came out."""
        return Completion(
            text=self.text,
            prompt_tokens=len(self.prompt),
            tokens=len(self.written),
            cut=self.cut,
            seconds=self.seconds,
        )


class PaddedBatches:
    """A model that generates `streams` prompts at the same time.

    :param tokenizer: one that pads on the left and has a token to do it with.
    """

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, streams: int
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._streams = streams
        self._ends = _end_tokens(model, tokenizer)

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        """Yield the reply to each prompt, batch by batch; see `LanguageModel.generate`."""
        rows = []
        for index, prompt in enumerate(prompts):
            try:
                rows.append(_Row(index, self._read(prompt, sampling.max_tokens), prompt.stop))
            except BonsaiError as error:
                yield index, error
        rows.sort(key=lambda row: len(row.prompt))
        with _watched(self._model, cancelled):
            yield from self._replies(rows, sampling, on_text)

    def _read(self, prompt: Prompt, max_tokens: int) -> list[int]:
        if prompt.form == "chat":
            tokens = self._chat_tokens(prompt.text)
        else:
            tokens = self._tokenizer(prompt.text, verbose=False)["input_ids"]
        most = _positions(self._model, self._tokenizer) - max_tokens
        if len(tokens) > most:
            raise PromptTooLongError(
                f"The prompt has {len(tokens)} tokens.",
                f"The model reads {most} and needs the rest of its room for the answer.",
                "Shorten the question, or lower 'Contexts', 'Chunk size' or 'Answer tokens' on the "
                "Settings sheet.",
            )
        return list(tokens)

    def _chat_tokens(self, text: str) -> list[int]:
        from jinja2 import TemplateError

        message = [{"role": "user", "content": text}]
        try:
            return self._tokenizer.apply_chat_template(  # type: ignore[no-any-return]
                message, add_generation_prompt=True, return_dict=True
            )["input_ids"]
        except (ValueError, TemplateError) as error:  # the first: there is none
            raise EngineError(
                "The prompt cannot be put into the model's chat layout.",
                f"{error}",
                "Choose another prompt layout on the Settings sheet, or another model.",
            ) from error

    def _replies(
        self, waiting: list[_Row], sampling: Sampling, on_text: Callable[[int, str], None]
    ) -> Iterator[Reply]:
        size = 1 if sampling.repeatable else self._streams
        while waiting:
            batch = waiting[:size]
            trouble = self._write(batch, sampling, on_text)
            yield from ((row.index, row.completion()) for row in batch if row.ended)
            waiting = [row for row in waiting if not row.ended]
            if isinstance(trouble, CancelledError):
                raise trouble
            if trouble and len(batch) > 1:  # without room for all, or for the sake of one of them
                size = len(batch) // 2
            elif trouble:
                yield waiting.pop(0).index, trouble

    def _write(
        self, batch: list[_Row], sampling: Sampling, on_text: Callable[[int, str], None]
    ) -> BonsaiError | None:
        """Generate until each row of a batch has ended, or return what came between."""
        import torch

        for row in batch:
            row.started = row.started or perf_counter()
        step = _Step(batch, self._tokenizer, self._ends, sampling.max_tokens, on_text)
        try:
            self._generate(batch, sampling, step)
            return None
        except CancelledError as error:
            return error
        except RuntimeError as error:  # what torch raises, also when a GPU has no memory left
            if step.on_text_failed:
                raise
            trouble = _failed(error)
        torch.cuda.empty_cache()  # only now does nothing hold the batch any more
        return trouble

    def _generate(self, batch: list[_Row], sampling: Sampling, step: _Step) -> None:
        import torch
        from transformers import StoppingCriteriaList

        greedy = sampling.repeatable or not sampling.temperature
        drawn = {"temperature": sampling.temperature} if not greedy else _NOT_DRAWN
        inputs = self._tokenizer.pad(
            {"input_ids": [row.tokens for row in batch]}, return_tensors="pt"
        )
        device = self._model.device
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            torch.manual_seed(sampling.seed)
            self._model.generate(
                **inputs.to(device),
                **drawn,
                do_sample=not greedy,
                max_new_tokens=sampling.max_tokens - min(len(row.written) for row in batch),
                eos_token_id=sorted(self._ends) or None,
                pad_token_id=self._tokenizer.pad_token_id,
                stopping_criteria=StoppingCriteriaList([step]),
                use_cache=True,
            )


@dataclass
class _Step:
    """Called after each token of a batch: tells the new pieces and which rows have ended."""

    batch: list[_Row]
    tokenizer: PreTrainedTokenizerBase
    ends: frozenset[int]
    max_tokens: int
    on_text: Callable[[int, str], None]
    on_text_failed: bool = False

    def __call__(self, tokens: Tensor, _scores: object, **_: object) -> Tensor:
        """Take the last column of (rows, length) tokens; return (rows,) booleans."""
        import torch

        for row, token in zip(self.batch, tokens[:, -1].tolist(), strict=True):
            if not row.ended:
                self._take_token(row, token)
        return torch.tensor([row.ended for row in self.batch], device=tokens.device)

    def _take_token(self, row: _Row, token: int) -> None:
        row.ended = token in self.ends
        if not row.ended:
            row.written.append(token)
            row.ended = row.cut = len(row.written) >= self.max_tokens
        piece = row.take_text(self.tokenizer.decode(row.written, skip_special_tokens=True))
        row.seconds = perf_counter() - row.started
        if piece:
            self._tell(row.index, piece)

    def _tell(self, index: int, piece: str) -> None:
        try:
            self.on_text(index, piece)
        except BaseException:
            self.on_text_failed = True
            raise


@contextmanager
def _watched(model: PreTrainedModel, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Look at `cancelled` before each layer: reading long prompts may take minutes."""
    from torch.nn import ModuleList

    def look(*_: object) -> None:
        if cancelled():
            raise stopped()

    with ExitStack() as hooks:
        for layers in model.modules():
            if isinstance(layers, ModuleList):
                for layer in layers:
                    hooks.callback(layer.register_forward_pre_hook(look).remove)
        yield


def _settled(text: str, stop: tuple[str, ...]) -> str:
    """Leave out a character that is not whole yet, and what may begin a stop text."""
    whole = text.rstrip(_NOT_WHOLE)
    begun = (
        length for one in stop for length in range(1, len(one)) if whole.endswith(one[:length])
    )
    return whole[: len(whole) - max(begun, default=0)]


def _end_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    own = model.generation_config.eos_token_id
    ends = own if isinstance(own, list) else [own]
    return frozenset(end for end in [*ends, tokenizer.eos_token_id] if end is not None)


def _positions(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """Return how many tokens the model reads, those of the answer included."""
    own = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return int(own or min(tokenizer.model_max_length, _ENDLESS))


def _failed(error: RuntimeError) -> EngineError:
    return EngineError(
        "The language model failed on this prompt.",
        f"torch says: {(str(error).splitlines() or [type(error).__name__])[0]}",
        "If memory ran out, end other programs that use it, lower 'Contexts', or choose a smaller "
        "model.",
    )
