"""One completion of a server that speaks OpenAI's interface: the request, and what streams back.

The SDK makes the request; what comes back is read here, because servers of all kinds send it: each
chunk is checked, and nothing of it may grow without a bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError

from worker.errors import EngineError
from worker.inference.base import Completion, Prompt, Sampling
from worker.inference.open_text import OpenText
from worker.inference.openai_errors import words

if TYPE_CHECKING:
    from httpx2 import Response

#: Bytes that one event may have.
_MOST_BYTES = 1 << 20

_Count = Field(default=0, ge=0, le=1 << 53)


class _Cached(BaseModel):
    cached_tokens: int | None = Field(default=None, ge=0)


class Usage(BaseModel):
    """How many tokens a completion took."""

    prompt_tokens: int = _Count
    completion_tokens: int = _Count
    prompt_tokens_details: _Cached | None = None

    @property
    def reused_tokens(self) -> int:
        """Tokens of the prompt that were not computed again."""
        details = self.prompt_tokens_details
        return min((details and details.cached_tokens) or 0, self.prompt_tokens)


class _Delta(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    text: str | None = None
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(BaseModel):
    choices: list[_Choice] | None = None
    usage: Usage | None = None
    error: Any = None


class OpenCompletion:
    """Collects one completion out of its chunks.

    `end` is the server's word for why it ended, and empty until then; `error` is what it says went
    wrong instead.
    """

    def __init__(self, text: OpenText) -> None:
        self.text = text
        self.usage: Usage | None = None
        self.end = ""
        self.error: Any = None

    async def read(self, response: Response) -> None:
        """Take the events of a stream until it ends or has brought all that was asked for.

        :raises EngineError: if an event is none that this interface has, or has no end.
        :raises httpx2.RequestError: if the stream breaks.
        """
        from httpx2 import EventSource, SSEError

        try:
            async for event in EventSource(response, max_event_size=_MOST_BYTES):
                if event.data.startswith("[DONE]"):
                    return
                if event.data and self._is_last(_chunk(event.data)):
                    return
        except SSEError as error:
            raise _unreadable("It has no end", "") from error

    def _is_last(self, chunk: _Chunk) -> bool:
        """Take a chunk; say whether nothing that is wanted comes after it."""
        self.error = chunk.error
        self.usage = chunk.usage or self.usage
        for choice in chunk.choices or []:
            self.end = choice.finish_reason or self.end
            self.text.add(choice.text or (choice.delta and choice.delta.content) or "")
        return bool(self.error or self.text.is_full or (self.end and chunk.usage))

    def completion(self) -> Completion:
        """Return what was collected; if the server did not say that it is whole, it is cut."""
        usage = self.usage or Usage(completion_tokens=len(self.text.pieces))
        return Completion(
            text=self.text.text,
            prompt_tokens=usage.prompt_tokens,
            tokens=usage.completion_tokens,
            cut=self.text.is_full or self.end in ("", "length"),
            reused_tokens=usage.reused_tokens,
        )


def request(model: str, prompt: Prompt, sampling: Sampling) -> dict[str, Any]:
    """Return what a server is asked for."""
    asked: dict[str, Any] = {
        "model": model,
        "max_tokens": sampling.max_tokens,
        "temperature": 0 if sampling.repeatable else sampling.temperature,
        "seed": sampling.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if prompt.form == "chat":
        asked["messages"] = [{"role": "user", "content": prompt.text}]
    else:
        asked["prompt"] = prompt.text
    if prompt.stop:
        asked["stop"] = list(prompt.stop)
    if sampling.repeatable:
        asked["extra_body"] = {"cache_prompt": False}  # llama.cpp's; others pass it over
    return asked


def _chunk(data: str) -> _Chunk:
    try:
        chunk = _Chunk.model_validate_json(data)
    except ValidationError as error:
        raise _unreadable(error.errors(include_input=False)[0]["msg"], data) from error
    if chunk.choices is None and chunk.usage is None and not chunk.error:
        raise _unreadable("It has neither text nor counts nor an error", data)
    return chunk


def _unreadable(why: str, data: str) -> EngineError:
    return EngineError(
        "The language model's server sent a piece of an answer that cannot be read.",
        f"{why}{data and ': '}{words(data[:80])}.",
        "Run Answer again; if it fails again, look at the server.",
    )
