"""Language models of a server that speaks OpenAI's interface: vLLM, llama-server, LM Studio."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from worker.errors import (
    EngineError,
    EngineLostError,
    EngineRefusedError,
    PromptTooLongError,
    SettingError,
    package_missing,
)
from worker.inference.base import Completion, LanguageModel, Prompt, Reply, Sampling
from worker.inference.streams import complete_all, stopped
from worker.settings import Settings

if TYPE_CHECKING:
    from openai import APIError, AsyncOpenAI
    from openai.types import Completion as TextChunk
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletionChunk

T = TypeVar("T")

_STREAMS = 8

#: Seconds between two looks at the wish to stop.
_LOOK = 0.2

#: How servers say that a prompt does not fit; there is no code that all of them share.
_TOO_LONG = re.compile(r"context (length|size|window)|maximum model length", re.IGNORECASE)


class OpenAiEndpoint:
    """A served model such as `openai:http://127.0.0.1:8000/v1#qwen`.

    Without `#MODEL` it is the only one that the server has.

    :param key: the user's key, empty for a server that wants none; it is sent to the server alone.
    :param streams: prompts at the same time; 0 for the usual number.
    :raises PackageMissingError: if the SDK is not installed.
    :raises SettingError: if the address is none, or the model has to be named; `generate` raises it
        if the server has no such model.
    :raises EngineRefusedError: if the server refuses the key, here and in `generate`.
    :raises EngineLostError: if the server does not answer.
    """

    def __init__(self, name: str, *, key: str, streams: int = 0) -> None:
        try:
            from httpx2 import create_ssl_context  # the SDK's own client
        except ImportError as error:
            raise package_missing("openai", "openai") from error
        self.name = name
        self.has_chat_layout = True
        self.streams = streams or _STREAMS
        self._url, model = _address(name)
        self._key = key
        self._tls = create_ssl_context()  # slow to make, so all prompts share it
        self._model = model or asyncio.run(self._only_model())

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        """Yield the reply to each prompt; see `LanguageModel.generate`."""

        def complete(
            prompt: Prompt, on_text: Callable[[str], None], cancelled: Callable[[], bool]
        ) -> Completion:
            return asyncio.run(_unless(cancelled, self._complete(prompt, sampling, on_text)))

        streams = 1 if sampling.repeatable else self.streams
        return complete_all(complete, prompts, streams, on_text=on_text, cancelled=cancelled)

    def close(self) -> None:
        """Do nothing: the memory is the server's."""

    async def _complete(
        self, prompt: Prompt, sampling: Sampling, on_text: Callable[[str], None]
    ) -> Completion:
        request = _request(self._model, prompt, sampling)
        written = _OpenCompletion(on_text)
        async with self._client() as client:
            kind: Any = client.chat.completions if prompt.form == "chat" else client.completions
            stream = await kind.create(stream=True, **request)
            self._check(stream.response.headers)
            async for chunk in stream:
                written.take_chunk(chunk)
        return written.completion(self._url, sampling.max_tokens)

    async def _only_model(self) -> str:
        async with self._client() as client:
            models = await self._models(client)
        if len(models) == 1:
            return models[0]
        raise SettingError(
            f"The server {self._url} has {len(models)} models, and none is named.",
            f"It has: {', '.join(models)}." if models else "Its list of models is empty.",
            f"Name one, as in openai:{self._url}#{models[0] if models else 'MODEL'}",
        )

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AsyncOpenAI]:
        """Lend a client whose errors are BONSAI's.

        A client belongs to one event loop, and each prompt has its own.
        """
        import openai

        http = openai.DefaultAsyncHttpxClient(verify=self._tls)
        key = self._key or "none"  # the SDK does not go without
        async with openai.AsyncOpenAI(api_key=key, base_url=self._url, http_client=http) as client:
            try:
                yield client
            except openai.APIConnectionError as error:
                raise _lost(self._url, str(error.__cause__ or error)) from error
            except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
                raise self._refused(error) from error
            except openai.NotFoundError as error:
                raise await self._not_found(client) from error
            except openai.APIError as error:
                raise self._failed(error) from error

    def _refused(self, error: APIError) -> EngineRefusedError:
        return EngineRefusedError(
            f"The server {self._url} refuses the key."
            if self._key
            else f"The server {self._url} asks for a key.",
            f"It says: {self._said(error)}",
            "Set OPENAI_API_KEY in the environment, or llm_key in the settings file.",
        )

    async def _not_found(self, client: AsyncOpenAI) -> SettingError:
        import openai

        try:
            models = await self._models(client)
        except openai.OpenAIError:
            return _no_models(self._url)
        return SettingError(
            f"The server {self._url} has no model called '{self._model}'.",
            f"It has: {', '.join(models)}.",
            "Correct the name after the # in the name of the language model.",
        )

    async def _models(self, client: AsyncOpenAI) -> list[str]:
        answer = await client.models.with_raw_response.list()
        try:
            return [model["id"] for model in answer.http_response.json()["data"]]
        except (ValueError, LookupError, TypeError) as error:
            raise _no_models(self._url) from error

    def _check(self, headers: Mapping[str, str]) -> None:
        if headers.get("content-type", "").startswith("text/html"):
            raise _no_models(self._url)

    def _failed(self, error: APIError) -> PromptTooLongError | EngineError:
        said = self._said(error)
        if _TOO_LONG.search(said):
            return _too_long(f"The server says: {said}")
        return EngineError(
            f"The server {self._url} failed on this prompt.",
            f"It says: {said}",
            "Run Answer again; if it fails again, look at the server.",
        )

    def _said(self, error: APIError) -> str:
        body = error.body
        message = str(body.get("message", "")) if isinstance(body, dict) else ""
        line = " ".join((message or error.message).split())
        return (line.replace(self._key, "…") if self._key else line)[:300]


@dataclass
class _OpenCompletion:
    """Collects one completion out of its pieces."""

    on_text: Callable[[str], None]
    pieces: list[str] = field(default_factory=list)
    usage: CompletionUsage | None = None
    end: str | None = None

    def take_chunk(self, chunk: ChatCompletionChunk | TextChunk) -> None:
        """Take what one chunk brings."""
        self.usage = chunk.usage or self.usage
        for choice in chunk.choices:
            text = choice.text if hasattr(choice, "text") else choice.delta.content
            self.end = choice.finish_reason or self.end
            if text:
                self.pieces.append(text)
                self.on_text(text)

    def completion(self, url: str, max_tokens: int) -> Completion:
        """Return what was collected.

        :raises EngineLostError: if the end is missing.
        :raises PromptTooLongError: if the model had no more room before `max_tokens`.
        """
        if not self.end:
            raise _lost(url, "It closed the connection in the middle of an answer")
        usage, cut = self.usage, self.end == "length"
        tokens = usage.completion_tokens if usage else len(self.pieces)
        if usage and cut and tokens < max_tokens:
            raise _too_long(f"After {usage.prompt_tokens} tokens it had room for {tokens} more.")
        details = usage.prompt_tokens_details if usage else None
        return Completion(
            text="".join(self.pieces),
            prompt_tokens=usage.prompt_tokens if usage else 0,
            tokens=tokens,
            cut=cut,
            reused_tokens=(details and details.cached_tokens) or 0,
        )


async def _unless(cancelled: Callable[[], bool], work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns; a wish to stop ends it wherever it waits."""
    task = asyncio.ensure_future(work)
    while not task.done():
        if cancelled():
            task.cancel()
            raise stopped()
        await asyncio.wait({task}, timeout=_LOOK)
    return task.result()


def _request(model: str, prompt: Prompt, sampling: Sampling) -> dict[str, Any]:
    request: dict[str, Any] = {
        "model": model,
        "max_tokens": sampling.max_tokens,
        "temperature": 0 if sampling.repeatable else sampling.temperature,
        "seed": sampling.seed,
        "stream_options": {"include_usage": True},
    }
    if prompt.form == "chat":
        request["messages"] = [{"role": "user", "content": prompt.text}]
    else:
        request["prompt"] = prompt.text
    if prompt.stop:
        request["stop"] = list(prompt.stop)
    if sampling.repeatable:
        request["extra_body"] = {"cache_prompt": False}  # llama.cpp's; others pass it over
    return request


def _address(name: str) -> tuple[str, str]:
    """Return the URL and the model, which may be empty."""
    url, _, model = name.partition(":")[2].partition("#")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingError(
            f"The language model '{name}' names no server.",
            "After 'openai:' comes an address that begins with http:// or https://.",
            "Write, for example, openai:http://127.0.0.1:8000/v1#MODEL",
        )
    if "@" in parts.netloc:
        raise SettingError(
            "The address of the language model's server holds a user or a password.",
            "The name of a model is shown in workbooks and logs.",
            "Take it out, and set OPENAI_API_KEY instead.",
        )
    return url, model


def _no_models(url: str) -> SettingError:
    return SettingError(
        f"There are no models at {url}.",
        "Something answers there, but not as a server of language models does.",
        "Correct the address; it often ends in /v1.",
    )


def _lost(url: str, reason: str) -> EngineLostError:
    return EngineLostError(
        f"The language model's server {url} does not answer.",
        f"{reason.rstrip('.')}.",
        "Check the address, and that the server runs; a run that is started again goes on.",
    )


def _too_long(reason: str) -> PromptTooLongError:
    return PromptTooLongError(
        "The prompt, with its answer, is longer than the model reads.",
        reason,
        "Shorten the question, or lower 'Contexts', 'Chunk size' or 'Answer tokens' on the "
        "Settings sheet.",
    )


def load(name: str, settings: Settings) -> LanguageModel:
    """Return the model of this name, with the key of this machine."""
    return OpenAiEndpoint(name, key=settings.llm_key, streams=settings.streams)
