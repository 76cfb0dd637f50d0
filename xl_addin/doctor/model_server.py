"""The server of a language model, where one is named: whether it answers, and has the model."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies

from worker.addresses import is_this_machine, origin
from worker.models.running_servers import find_servers
from worker.models.servers import server_of
from xl_addin.doctor.finding import Finding, fault, good, warning
from xl_addin.doctor.model_setup import wanted_models
from xl_addin.doctor.patient import Patient

_SECONDS = 3.0
_PORTS = {"http": 80, "https": 443}


def look_at_model_server(patient: Patient) -> Iterator[Finding]:
    """Look whether the server of the language model answers. No text is sent to it."""
    writer = next(each.name for each in wanted_models(patient) if each.task == "write")
    address = server_of(writer)
    if not address or not writer.startswith("openai:"):
        return
    parts = urlsplit(address)
    port = parts.port or _PORTS.get(parts.scheme, 443)
    here = is_this_machine(address)
    if not here and parts.scheme in getproxies():
        yield good("llm_server", f"{address} is reached through a proxy, and was not asked")
    elif not _listens(str(parts.hostname), port):
        yield fault(
            "llm_server_away",
            f"The server of language models {address} does not answer.",
            "Nothing listens there, or a firewall is in between.",
            "Start it, or correct the model's address on the sheet Settings or in BONSAI_LLM.",
        )
    elif here:
        yield from _its_models(patient, writer, address, port)
    else:
        yield good("llm_server", f"Something listens at {address}; no text was sent there")


def _its_models(patient: Patient, writer: str, address: str, port: int) -> Iterator[Finding]:
    servers = [each for each in find_servers(patient.settings, [port])]
    if not servers:
        yield fault(
            "llm_server_other",
            f"What listens at {address} is no server of language models.",
            "Another program has taken the port: it does not list models as OpenAI's protocol has "
            "it.",
            "End that program, or start the server on another port and correct its address.",
        )
    elif servers[0].refused:
        yield fault(
            "llm_server_key",
            f"The server of language models {address} wants a key, or another one.",
            "It refuses to list its models.",
            f"Set BONSAI_LLM_KEY, and BONSAI_LLM_URL to {origin(address)}.",
        )
    elif not any(writer.partition("#")[2] == name.strip('"').partition("#")[2]
                 for name in servers[0].models):  # fmt: skip
        yield warning(
            "llm_server_model",
            f"The server at {address} does not list the model '{writer.partition('#')[2]}'.",
            f"It has {', '.join(servers[0].models) or 'none'}.",
            "Load it there, or choose one of these: bonsai models",
        )
    else:
        yield good("llm_server", f"The server of language models {address} has {writer}")


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_SECONDS):
            return True
    except OSError:
        return False
