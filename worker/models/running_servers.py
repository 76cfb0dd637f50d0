"""Servers of language models that run on this machine, and the names that ask their models.

They are looked for on the ports that they usually have, when a person asks for it and at no other
time. What answers there may be anything: only what speaks OpenAI's protocol counts.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from worker.models.local_pages import Page, pages, place_of
from worker.models.servers import llm_key
from worker.settings import Settings

#: Where Ollama, LM Studio, llama-server and vLLM listen, unless told otherwise.
USUAL_PORTS = (11434, 1234, 8080, 8000)

#: This machine by number: the second where a server took 'localhost' for it.
_HOSTS = ("127.0.0.1", "::1")

#: How servers sign their models, and their pages.
_OWNERS = {"llamacpp": "llama-server", "vllm": "vLLM"}
_LLAMA_SERVER = "llama.cpp"

_MODELS, _OLLAMA, _LM_STUDIO, _LLAMA = "/v1/models", "/api/tags", "/api/v0/models", "/props"

#: Names that can be typed in any shell and cell, some of them only in quotes.
_PLAIN = re.compile(r"[\w.:/@+=#-]{1,300}")
_QUOTED = re.compile(r"[\w.:/\\@+=#,~()\[\] -]{1,300}(?<!\\)")


@dataclass(frozen=True)
class RunningServer:
    """A server that answers.

    `maker` is what it seems to be, empty if it does not say. `models` are the names of its models
    as they are typed; `unnamed` counts those whose names nobody can type. `refused` says that it
    wants a key, or another one than was given.
    """

    url: str
    maker: str = ""
    models: tuple[str, ...] = ()
    unnamed: int = 0
    refused: bool = False


def find_servers(settings: Settings, ports: Iterable[int]) -> list[RunningServer]:
    """Return what answers on these ports of this machine, within about a second."""

    async def find() -> list[RunningServer | None]:
        return await asyncio.gather(*(_look(port, settings) for port in ports))

    return [server for server in asyncio.run(find()) if server]


async def _look(port: int, settings: Settings) -> RunningServer | None:
    found = await asyncio.gather(*(_ask(host, port, settings) for host in _HOSTS))
    return next(filter(None, found), None)


async def _ask(host: str, port: int, settings: Settings) -> RunningServer | None:
    url = f"http://{place_of(host, port)}/v1"
    key = llm_key(url, settings)
    [listing] = await pages(host, port, [_MODELS], key)
    if not listing or (_entries(listing) is None and not _is_refusal(listing)):
        return None
    more = [_LLAMA] if _signed(listing) else [_OLLAMA, _LM_STUDIO]
    answers = await pages(host, port, more, key)
    return read_server(url, listing, dict(zip(more, answers, strict=True)))


def read_server(url: str, listing: Page, more: Mapping[str, Page | None]) -> RunningServer:
    """Return what a server's list of models, and its own pages, say of it."""
    refused = any(page and _is_refusal(page) for page in (listing, more.get(_LLAMA)))
    ollama, lm_studio = _entries(more.get(_OLLAMA), "models"), _entries(more.get(_LM_STUDIO))
    models = _writers(listing, ollama or [], lm_studio or [])
    names = [name for name in (_typed(f"openai:{url}#{model}") for model in models) if name]
    owns = {"Ollama": ollama is not None, "LM Studio": lm_studio is not None}
    maker = _signed(listing) or next((maker for maker, is_it in owns.items() if is_it), "")
    return RunningServer(url, maker, tuple(names), len(models) - len(names), refused)


def _writers(listing: Page, ollama: list[Any], lm_studio: list[Any]) -> list[str]:
    """Return the models of a server but for those of which it says that they only embed."""
    others = [each.get("name") for each in ollama if not _writes(each)]
    others += [each.get("id") for each in lm_studio if each.get("type") == "embeddings"]
    ids = [each.get("id") for each in _entries(listing) or []]
    return list(dict.fromkeys(each for each in ids if isinstance(each, str) and each not in others))


def _writes(model: dict[str, Any]) -> bool:
    """Say whether one of Ollama's models writes; older servers tell its architecture alone."""
    can, details = model.get("capabilities"), model.get("details")
    if isinstance(can, list) and can:
        return "completion" in can
    return not (isinstance(details, dict) and "bert" in str(details.get("family")))


def _signed(listing: Page) -> str:
    if listing.server == _LLAMA_SERVER:
        return _OWNERS["llamacpp"]
    owners = {str(each.get("owned_by")) for each in _entries(listing) or []}
    return _OWNERS.get(owners.pop(), "") if len(owners) == 1 else ""


def _is_refusal(page: Page) -> bool:
    """Say whether a page asks for a key as servers of language models do: in JSON."""
    return page.status in (401, 403) and isinstance(page.content, dict) and "error" in page.content


def _entries(page: Page | None, of: str = "data") -> list[Any] | None:
    """Return what a page lists; nothing if it is no such list. Some write an empty one as null."""
    content = page.content if page and page.status == 200 else None
    if not isinstance(content, dict) or of not in content:
        return None
    found = content[of] or []
    is_list = isinstance(found, list) and all(isinstance(each, dict) for each in found)
    return found if is_list else None


def _typed(name: str) -> str:
    """Return the name of a model as it is typed; empty if a shell would do something else."""
    if _PLAIN.fullmatch(name):
        return name
    return f'"{name}"' if _QUOTED.fullmatch(name) else ""
