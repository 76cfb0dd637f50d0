"""Language models of a server that speaks OpenAI's interface: vLLM, llama-server, LM Studio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from worker.addresses import is_this_machine, masked_address, origin
from worker.contract.wire import plain_name
from worker.errors import (
    EngineError,
    EngineRefusedError,
    PromptTooLongError,
    SettingError,
    package_missing,
)
from worker.inference.base import Completion, LanguageModel, Prompt, Reply, Sampling
from worker.inference.open_text import OpenText, Patience
from worker.inference.openai_errors import (
    error_of,
    failed,
    lost,
    no_models,
    sent_elsewhere,
    stalled,
    too_long,
    words,
)
from worker.inference.openai_stream import OpenCompletion, request
from worker.inference.streams import complete_all, stopped
from worker.models.servers import llm_key
from worker.settings import Settings

if TYPE_CHECKING:
    from httpx2 import Response
    from openai import APIError, AsyncOpenAI

_STREAMS = 8

#: Seconds between two looks at the wish to stop, and at the time.
_LOOK = 0.2

#: Seconds that a server has to say which models it has.
_LIST_SECONDS = 60


class OpenAiEndpoint:
    """A served model such as `openai:http://127.0.0.1:8000/v1#qwen`.

    Without `#MODEL` it is the only one that the server has.

    :param key: the user's key, empty for a server that wants none; it is sent to the server alone.
    :param streams: prompts at the same time; 0 for the usual number.
    :param patience: how long the server has for an answer.
    :raises PackageMissingError: if the SDK is not installed.
    :raises SettingError: if the address is none, or the model has to be named; `generate` raises it
        if the server has no such model.
    :raises EngineRefusedError: if the server refuses the key, here and in `generate`.
    :raises EngineLostError: if the server does not answer.
    """

    def __init__(
        self, name: str, *, key: str, streams: int = 0, patience: Patience | None = None
    ) -> None:
        try:
            from httpx2 import create_ssl_context  # the SDK's own client
        except ImportError as error:
            raise package_missing("openai", "openai") from error
        self.name = name
        self.has_chat_layout = True
        self.streams = streams or _STREAMS
        self._url, model = _address(name)
        self._key = key
        self._patience = patience or Patience()
        self._stalls = 0
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
        streams = 1 if sampling.repeatable else self.streams
        complete = partial(self._complete, sampling=sampling)
        return complete_all(complete, prompts, streams, on_text=on_text, cancelled=cancelled)

    def close(self) -> None:
        """Do nothing: the memory is the server's."""

    def _complete(
        self,
        prompt: Prompt,
        on_text: Callable[[str], None],
        cancelled: Callable[[], bool],
        *,
        sampling: Sampling,
    ) -> Completion:
        text = OpenText(sampling.max_tokens, on_text, self._patience)
        written = OpenCompletion(text)
        asyncio.run(_unless(cancelled, text.is_late, self._read(prompt, sampling, written)))
        completion = self._checked(written, sampling.max_tokens)
        self._stalls = 0
        return completion

    async def _read(self, prompt: Prompt, sampling: Sampling, written: OpenCompletion) -> None:
        asked = request(self._model, prompt, sampling)
        async with self._client() as client:
            kind: Any = client.chat.completions if prompt.form == "chat" else client.completions
            async with kind.with_streaming_response.create(**asked) as answer:
                await self._check(answer.http_response)
                await written.read(answer.http_response)

    def _checked(self, written: OpenCompletion, max_tokens: int) -> Completion:
        """Return a completion that ended by itself, or was cut at what was asked for."""
        text, completion = written.text, written.completion()
        if written.error:
            raise self._failed(words(written.error))
        if not (written.end or text.is_full):
            if not text.is_late():
                raise lost(self._url, "It closed the connection in the middle of an answer")
            if text.has_stalled():
                raise self._stalled()
        if written.end == "length" and written.usage and completion.tokens < max_tokens:
            raise too_long(
                f"After {completion.prompt_tokens} tokens it had room for {completion.tokens} more."
            )
        return completion

    def _stalled(self) -> EngineError:
        """Return the error of a prompt without an answer; if all are, the server is lost."""
        self._stalls += 1
        if self._stalls > self.streams:
            return lost(self._url, f"It left {self._stalls} prompts in a row without an answer")
        return stalled(self._url)

    async def _only_model(self) -> str:
        try:
            async with self._client() as client:
                models = await asyncio.wait_for(self._models(client), _LIST_SECONDS)
        except TimeoutError as error:
            raise lost(self._url, "It does not say which models it has") from error
        if len(models) == 1:
            return models[0]
        raise SettingError(
            f"The server {self._url} has {len(models)} models, and none is named.",
            f"It has: {words(', '.join(models))}." if models else "Its list of models is empty.",
            f"Name one, as in openai:{self._url}#{models[0] if models else 'MODEL'}",
        )

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AsyncOpenAI]:
        """Lend a client whose errors are BONSAI's.

        A client belongs to one event loop, and each prompt has its own.
        """
        import openai
        from httpx2 import RequestError

        from worker.inference.bounded_response import bound

        http = openai.DefaultAsyncHttpxClient(
            verify=self._tls,
            event_hooks={"response": [bound]},
            follow_redirects=False,
            trust_env=not is_this_machine(self._url),  # no proxy stands between us and ourselves
        )
        http.headers["Accept-Encoding"] = "identity"
        key = self._key or "none"  # the SDK does not go without
        async with openai.AsyncOpenAI(api_key=key, base_url=self._url, http_client=http) as client:
            try:
                yield client
            except (openai.APIConnectionError, RequestError) as error:
                cause = error.__cause__ or error
                raise lost(self._url, str(cause) or type(cause).__name__) from error
            except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
                raise self._refused(error) from error
            except openai.NotFoundError as error:
                raise await self._not_found(client) from error
            except openai.APIStatusError as error:
                if error.response.has_redirect_location:
                    raise sent_elsewhere(self._url, error.response.headers["location"]) from error
                raise self._failed(self._said(error), error.status_code) from error
            except openai.APIError as error:
                raise self._failed(self._said(error)) from error

    def _refused(self, error: APIError) -> EngineRefusedError:
        return EngineRefusedError(
            f"The server {self._url} refuses the key."
            if self._key
            else f"The server {self._url} asks for a key.",
            f"It says: {self._said(error).rstrip('.')}.",
            "Set BONSAI_LLM_KEY (or OPENAI_API_KEY), and BONSAI_LLM_URL to the address it is for: "
            f"{origin(self._url)}. In the settings file these are llm_key and llm_url.",
        )

    async def _not_found(self, client: AsyncOpenAI) -> SettingError:
        import openai

        try:
            models = await self._models(client)
        except openai.OpenAIError:
            return no_models(self._url)
        return SettingError(
            f"The server {self._url} has no model called '{self._model}'.",
            f"It has: {words(', '.join(models))}.",
            "Correct the name after the # in the name of the language model.",
        )

    async def _models(self, client: AsyncOpenAI) -> list[str]:
        answer = await client.models.with_raw_response.list()
        try:
            names = [model["id"] for model in answer.http_response.json()["data"]]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise no_models(self._url) from error
        if not all(isinstance(name, str) and name.isprintable() for name in names):
            raise no_models(self._url)
        return names

    async def _check(self, response: Response) -> None:
        """Pass a stream on; say what else a server answers with."""
        from worker.inference.bounded_response import is_event_stream

        if is_event_stream(response):
            return
        kind = words(response.headers.get("content-type", "nothing that it names"))
        if kind.lower().startswith("text/html"):
            raise no_models(self._url)
        page = await response.aread()
        raise self._failed(error_of(page) or f"Here is {kind}, and no stream of events.")

    def _failed(self, said: str, status: int = 200) -> PromptTooLongError | EngineError:
        return failed(self._url, self._without_key(said), status)

    def _said(self, error: APIError) -> str:
        body = error.body
        says_why = isinstance(body, str) or (isinstance(body, dict) and body.get("message"))
        return self._without_key(words((says_why and body) or error.message))

    def _without_key(self, said: str) -> str:
        return said.replace(self._key, "…") if self._key else said


async def _unless(
    cancelled: Callable[[], bool], is_late: Callable[[], bool], work: Coroutine[Any, Any, None]
) -> None:
    """Wait for the work; a wish to stop, or the time, ends it wherever it waits.

    :raises CancelledError: if it was the wish to stop.
    """
    task = asyncio.ensure_future(work)
    while not task.done():
        if cancelled():
            task.cancel()
            raise stopped()
        if is_late():
            task.cancel()
            return
        await asyncio.wait({task}, timeout=_LOOK)
    task.result()


def _address(name: str) -> tuple[str, str]:
    """Return the URL and the model, which may be empty."""
    url, _, model = plain_name(name).partition(":")[2].partition("#")
    if not origin(url).startswith(("http://", "https://")):
        raise SettingError(
            f"The language model '{masked_address(name)}' names no server.",
            "After 'openai:' comes an address that begins with http:// or https://.",
            "Write, for example, openai:http://127.0.0.1:8000/v1#MODEL",
        )
    return url, model


def load(name: str, settings: Settings) -> LanguageModel:
    """Return the model of this name, with the key of this machine if it belongs to its server."""
    key = llm_key(_address(name)[0], settings)
    return OpenAiEndpoint(name, key=key, streams=settings.streams)
