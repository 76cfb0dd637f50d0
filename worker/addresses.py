"""Addresses of servers: what of them may be shown, and which of them are one place."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443, "redis": 6379, "rediss": 6379}

#: An address as it stands in a text, up to the next space. Without a bound on the scheme, the time
#: for a long text without spaces would grow faster than the text.
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}://)(\S+)")
#: Signs at the end of an address that belong to the sentence around it.
_CLOSING = "'\"”’.,:;)]>」』、。"


def masked(text: str) -> str:
    """Return a text in which no address shows a user, a password or the values of its query."""
    return _ADDRESS.sub(lambda found: found[1] + _masked(found[2]), text)


def masked_address(address: str) -> str:
    """Return what is known to be one address as `masked` does, even if it is badly written."""
    before, found, after = address.partition("://")
    scheme, rest = (f"{before}://", after) if found else ("", before)
    return scheme + _masked("".join(rest.split()).rpartition("@")[2])


def _masked(rest: str) -> str:
    body = rest.rstrip(_CLOSING)
    place, mark, model = body.partition("#")
    place = place.rpartition("@")[2]
    shown = re.split("[?;]", place, maxsplit=1)[0]
    cut = f"{place[len(shown)]}…" if len(shown) < len(place) else ""
    return shown + cut + mark + ("…" if "=" in model else model) + rest[len(body) :]


def holds_secret(name: str) -> bool:
    """Say whether an address, or the name of a model with one, holds what nobody else may see.

    A model's name may follow after a #. The scheme may be forgotten, as in `openai:me:secret@host`.
    """
    _, found, rest = name.partition("://")
    if not found:
        host = re.split(r"[/\\]", name.partition(":")[2], maxsplit=1)[0]
        return ":" in host.rpartition("@")[0]
    return any(sign in rest.partition("#")[0] for sign in "@?;")


def origin(address: str) -> str:
    """Return scheme, host and port of an address: what a key belongs to; empty if it has none.

    The port is left out where it is the usual one. Signs that programs read in different ways make
    an address one that has none.
    """
    if any(sign.isspace() or sign == "\\" or not sign.isprintable() for sign in address):
        return ""
    try:
        parts = urlsplit(address)
        port, usual = parts.port, _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return ""
    if not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def is_one_place(address: str, other: str) -> bool:
    """Say whether two addresses are of the same server."""
    return address == other != "" or origin(address) == origin(other) != ""


def is_this_machine(address: str) -> bool:
    """Say whether what is sent to an address stays on this machine."""
    host = urlsplit(origin(address)).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
