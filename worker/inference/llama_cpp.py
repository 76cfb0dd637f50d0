"""GGUF models on a CPU, through xllamacpp (llama.cpp's server, in process)."""

from __future__ import annotations

import math
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from worker.errors import (
    BonsaiError,
    EngineError,
    PromptTooLongError,
    package_missing,
)
from worker.inference.base import Completion, LanguageModel, Prompt, Reply, Sampling
from worker.inference.gguf_file import GgufModel, look_into
from worker.inference.memory_need import refuse_what_does_not_fit
from worker.inference.open_text import OpenText
from worker.inference.streams import complete_all, stopped
from worker.machine_share import memory_share
from worker.models.catalogue import find_model
from worker.models.hub.kept import gguf_file
from worker.models.weights import find_weights
from worker.settings import Settings

#: Prompt and answer together, unless the model has learnt to read less. Ten contexts of 1,000
#: characters fit; memory grows with it.
CONTEXT_TOKENS = 4096

#: Small models run in circles without it; 1 would switch it off.
_REPEAT_PENALTY = 1.1

#: Prompts at the same time; more do not help where reading the prompts takes most of the time.
_STREAMS = 1

#: Tokens read at once: the wish to stop is seen between such steps.
_PROMPT_BATCH = 512


class LlamaCppModel:
    """A GGUF file, loaded.

    :param threads: processor threads.
    :param streams: prompts at the same time, each with a context of its own; 0 for the usual one.
    :raises PackageMissingError: if xllamacpp is not installed.
    :raises EngineError: if the file cannot be loaded, or does not fit into memory.
    """

    def __init__(self, name: str, path: Path, *, threads: int, streams: int = 0) -> None:
        try:
            import xllamacpp
        except ImportError as error:
            raise package_missing("xllamacpp", "local") from error
        self.name = name
        self.streams = streams or _STREAMS
        model = look_into(path)
        self.has_chat_layout = model.has_chat_layout
        self._context_tokens = min(CONTEXT_TOKENS, model.trained_context)
        if not _has_graphics_memory(xllamacpp):
            refuse_what_does_not_fit(
                name, model, self._context_tokens, self.streams, memory_share()
            )
        parameters = _parameters(xllamacpp.CommonParams(), path, threads)
        parameters.n_parallel = self.streams
        parameters.n_ctx = self._context_tokens * self.streams
        try:
            self._server: Any = xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise _not_loaded(name, path, model) from error
        # Answered by the engine's own thread: one that is freed before that has begun never ends.
        self._server.handle_metrics()

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        """Yield the reply to each prompt; see `LanguageModel.generate`.

        Prompts that begin alike follow one another, so that their beginning is computed once.
        """
        order = sorted(range(len(prompts)), key=lambda index: prompts[index].text)
        replies = complete_all(
            partial(self._complete, sampling=sampling),
            [prompts[index] for index in order],
            1 if sampling.repeatable else self.streams,
            on_text=lambda place, text: on_text(order[place], text),
            cancelled=cancelled,
        )
        return ((order[place], reply) for place, reply in replies)

    def close(self) -> None:
        """Free its memory."""
        self._server = None

    def _complete(
        self,
        prompt: Prompt,
        on_text: Callable[[str], None],
        cancelled: Callable[[], bool],
        *,
        sampling: Sampling,
    ) -> Completion:
        stream = _Stream(OpenText(sampling.max_tokens, on_text), cancelled, self._context_tokens)
        request: dict[str, Any] = {
            "max_tokens": sampling.max_tokens,
            "temperature": 0 if sampling.repeatable else sampling.temperature,
            "seed": sampling.seed,
            "repeat_penalty": _REPEAT_PENALTY,
            "stop": list(prompt.stop),
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,  # a long prompt can be stopped while it is read
            "cache_prompt": not sampling.repeatable,
        }
        if sampling.first_tokens:
            request |= {"logprobs": True, "top_logprobs": sampling.first_tokens}
        if prompt.form == "chat":
            request["messages"] = [{"role": "user", "content": prompt.text}]
            reply = self._server.handle_chat_completions(request, stream.take_chunk)
        else:
            reply = self._server.handle_completions(
                {**request, "prompt": prompt.text}, stream.take_chunk
            )
        return stream.completion(reply)


@dataclass
class _Stream:
    """Collects one answer. The engine swallows exceptions of its callback, so they are kept."""

    text: OpenText
    cancelled: Callable[[], bool]
    context_tokens: int
    usage: dict[str, Any] = field(default_factory=dict)
    cut: bool = False
    first_tokens: dict[str, float] = field(default_factory=dict)
    failure: BaseException | None = None

    def take_chunk(self, chunk: dict[str, Any]) -> bool:
        """Take one piece; true asks the engine to stop."""
        try:
            self._read_chunk(chunk)
        except BaseException as error:
            self.failure = error
        return self.failure is not None or self.text.is_full

    def _read_chunk(self, chunk: dict[str, Any]) -> None:
        if "error" in chunk:
            raise _engine_error(chunk["error"])
        prompt_tokens = chunk.get("prompt_progress", {}).get("total", 0)
        if prompt_tokens + self.text.max_tokens > self.context_tokens:
            raise _too_long(prompt_tokens, max(0, self.context_tokens - self.text.max_tokens))
        self.usage = chunk.get("usage") or self.usage
        for choice in chunk.get("choices") or []:
            self.cut = self.cut or choice.get("finish_reason") == "length"
            self.first_tokens = self.first_tokens or _first_tokens(choice)
            self.text.add(choice.get("text") or (choice.get("delta") or {}).get("content") or "")
        if self.cancelled():
            raise stopped()

    def completion(self, reply: dict[str, Any] | None) -> Completion:
        """Return what was collected.

        :raises BonsaiError: what went wrong on the way.
        """
        if self.failure:
            raise self.failure
        if reply and "error" in reply:
            raise _engine_error(reply["error"])
        return Completion(
            text=self.text.text,
            prompt_tokens=self.usage.get("prompt_tokens", 0),
            tokens=self.usage.get("completion_tokens", len(self.text.pieces)),
            cut=self.cut or self.text.is_full,
            reused_tokens=self.usage.get("prompt_tokens_details", {}).get("cached_tokens", 0),
            first_tokens=self.first_tokens,
        )


def _first_tokens(choice: dict[str, Any]) -> dict[str, float]:
    """Return how probable each of the likeliest tokens was, in the first piece of a text."""
    pieces = (choice.get("logprobs") or {}).get("content") or [{}]
    return {each["token"]: math.exp(each["logprob"]) for each in pieces[0].get("top_logprobs", ())}


def _has_graphics_memory(engine: Any) -> bool:  # noqa: ANN401 (loaded late)
    """Say whether the engine can put weights elsewhere than into the machine's own memory."""
    graphics = engine.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_GPU
    has_some = any(device["type"] == graphics for device in engine.get_device_info())
    return has_some and sys.platform != "darwin"  # Macs have one memory for both


def _parameters(parameters: Any, path: Path, threads: int) -> Any:  # noqa: ANN401 (loaded late)
    parameters.model.path = str(path)
    parameters.n_batch = _PROMPT_BATCH
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.cache_ram_mib = 0
    parameters.verbosity = 0
    parameters.endpoint_metrics = True
    # The engine opens a port on this machine in any case: let nobody in.
    parameters.ui = False
    parameters.api_keys = [secrets.token_hex(16)]
    return parameters


def _not_loaded(name: str, path: Path, model: GgufModel) -> EngineError:
    """Return the error of a file that the engine refuses; it does not say why."""
    return EngineError(
        f"The language model {name} cannot be loaded from {path}.",
        "llama.cpp gives no reason. The file says that it is a model of the kind "
        f"'{model.header.architecture}': this version may not know it, or the file is damaged.",
        "Update llama.cpp (pip install -U xllamacpp), download the file again, or choose another "
        "model.",
    )


def _engine_error(details: dict[str, Any]) -> BonsaiError:
    if details.get("type") == "exceed_context_size_error":
        return _too_long(details.get("n_prompt_tokens", 0), details.get("n_ctx", CONTEXT_TOKENS))
    return EngineError(
        "The language model failed on this prompt.",
        f"llama.cpp says: {details.get('message')}",
        "Run Answer again; if it fails again, choose another model.",
    )


def _too_long(tokens: int, most: int) -> PromptTooLongError:
    return PromptTooLongError(
        f"The prompt has {tokens} tokens.",
        f"The model reads {most} and needs the rest of its room for the answer.",
        "Shorten the question, or lower 'Contexts', 'Chunk size' or 'Answer tokens' on the "
        "Settings sheet.",
    )


def _looks_like_a_path(path: Path) -> bool:
    """Tell a path from a name of the list that is mistyped: names have points in them too."""
    return len(path.parts) > 1 or path.suffix.lower() == ".gguf" or path.is_file()


def load(name: str, settings: Settings) -> LanguageModel:
    """Return the model of this name: of a hub, a file of the user's own, or fetched weights."""
    path = gguf_file(settings.models, name) or Path(os.path.expanduser(name.partition(":")[2]))
    if find_model(name) or not _looks_like_a_path(path):
        path = find_weights(settings.models, name) / "model.gguf"
    return LlamaCppModel(name, path, threads=settings.thread_count, streams=settings.streams)
