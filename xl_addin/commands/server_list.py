"""The servers of language models on this machine, as `bonsai models` shows them."""

from __future__ import annotations

from worker.addresses import origin
from worker.models.running_servers import USUAL_PORTS, RunningServer, find_servers
from worker.settings import Settings
from xl_addin.commands.console import Terminal

_MOST = 40  # models of one server that are shown


def show_servers(terminal: Terminal, settings: Settings) -> None:
    """Look for servers, and print the names of their models as they are typed."""
    servers = find_servers(settings, USUAL_PORTS)
    for server in servers:
        for line in _lines(server):
            terminal.say(line)
    if not servers:
        terminal.say("Servers of language models on this machine: none on the usual ports")


def _lines(server: RunningServer) -> list[str]:
    place = origin(server.url)
    title = f"{server.maker or 'A server of language models'} runs at {place}"
    lines = [f"{title}. Its models, as you type them after --llm:" if server.models else title]
    lines += [f"  {name}" for name in server.models[:_MOST]]
    if more := len(server.models[_MOST:]):
        lines.append(f"  … and {more} more")
    if server.unnamed:
        lines.append(f"  {server.unnamed} with a name that cannot be typed safely")
    if server.refused:
        lines.append(f"  It asks for a key: set BONSAI_LLM_KEY, and BONSAI_LLM_URL to {place}")
    elif not server.models:
        lines.append("  It has no language model yet")
    return lines
