"""Servers that models send texts to: which of them this machine allows, and who gets its key.

The name of a model may come from anybody: a workbook that was sent by mail, a request on a queue.
What is allowed stands in the settings of the machine that the texts would leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from worker.addresses import is_one_place, is_this_machine, origin
from worker.contract import Request
from worker.errors import SettingError
from worker.models.kinds import KINDS
from worker.models.registry import Registry
from worker.settings import Settings


def server_of(name: str) -> str:
    """Return the address of the server that a model of this name runs on; empty if on none."""
    kind_name, _, model = name.partition(":")
    kinds = [kind for kind in KINDS if kind.name == kind_name]
    return next((kind.server for kind in kinds if kind.server), origin(model.partition("#")[0]))


def unknown_servers(names: Iterable[str], settings: Settings, *, here: bool = True) -> list[str]:
    """Return the servers of models that the settings of this machine do not name.

    :param here: whether whoever asks sits at this machine: its own servers need no naming then.
    """
    found = dict.fromkeys(_servers(names, settings))
    return [one for one in found if not _is_allowed(one, settings, here=here)]


def refuse_unknown_servers(request: Request, settings: Settings, *, here: bool = True) -> None:
    """Let nothing be sent to a model or a store that the settings of this machine do not name.

    :raises SettingError: naming the server, and the setting that allows it.
    """
    unknown = unknown_servers(request.models(), settings, here=here)
    store = request.named_store()
    if origin(store) and not is_one_place(store, settings.store):
        unknown += [] if _is_allowed(store, settings, here=here) else [origin(store)]
    if unknown:
        raise not_allowed(unknown[0], settings)


def allowing(settings: Settings, names: Iterable[str]) -> Settings:
    """Return settings that allow the servers of models too that a person has agreed to."""
    return replace(settings, servers=(*settings.servers, *_servers(names, settings)))


def llm_key(url: str, settings: Settings) -> str:
    """Return the key for the server of a language model: empty for any but the key's own."""
    owner = settings.llm_url or server_of(settings.llm)
    return settings.llm_key if is_one_place(url, owner) else ""


def charging_server(name: str, settings: Settings) -> str:
    """Return the server that a model runs on if it may charge for calls; else nothing.

    A service does, and so may a server elsewhere that this machine has a key for.
    """
    server = server_of(Registry(settings.made).base_of(name))
    is_service = server in {kind.server for kind in KINDS if kind.server}
    if is_service or (not is_this_machine(server) and llm_key(server, settings)):
        return server
    return ""


def not_allowed(server: str, settings: Settings) -> SettingError:
    """Return the error for a server that nobody allowed."""
    return SettingError(
        f"Nothing was sent to {server}.",
        "The workbook or the request names this server; the settings of this machine do not.",
        f"If questions and passages may go there, add it to BONSAI_SERVERS, or write "
        f'servers = "{server}" into {settings.home / "settings.toml"}.',
    )


def _servers(names: Iterable[str], settings: Settings) -> Iterator[str]:
    """Yield the servers of models; a taste sends texts where its base does."""
    registry = Registry(settings.made)
    return filter(None, (server_of(registry.base_of(name)) for name in names))


def _is_allowed(server: str, settings: Settings, *, here: bool) -> bool:
    own = (*settings.servers, settings.llm_url, server_of(settings.llm))
    own = (*own, server_of(settings.embedder))
    return (here and is_this_machine(server)) or any(is_one_place(server, one) for one in own)
