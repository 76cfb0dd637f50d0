"""Addresses of servers: what of them may be shown, and which of them are one place."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443, "redis": 6379, "rediss": 6379}

#: An address as it stands in a text, up to the next space.
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<rest>\S+)")
_USER = re.compile(r"^[^\s#]*@")
#: What follows a question mark or, where it gives something a value, a # or ; up to a sign that
#: ends the sentence around it.
_QUERY = re.compile(r"\?[^\s#]*?(?=['\"”’.,:;)\]>]*(?:[#\s]|$))")
_VALUES = re.compile(r"([#;])[^\s#;?]*=\S*?(?=['\"”’.,:;)\]>]*(?:\s|$))")

#: A name of a model whose address lacks its scheme, as in `openai:me:secret@host`.
_USER_WITHOUT_SCHEME = re.compile(r"\w+:[^/\\]*:[^/\\]*@")


def masked(text: str) -> str:
    """Return a text in which no address shows a user, a password or the values of its query."""
    return _ADDRESS.sub(lambda found: found["scheme"] + _masked(found["rest"]), text)


def masked_address(address: str) -> str:
    """Return what is known to be one address as `masked` does, even if it is badly written."""
    scheme, found, rest = address.rpartition("://")
    return scheme + found + _masked("".join(rest.split()).rpartition("@")[2])


def _masked(rest: str) -> str:
    rest = _QUERY.sub("?…", _USER.sub("", rest))
    return _VALUES.sub(r"\1…", rest)


def holds_secret(name: str) -> bool:
    """Say whether an address, or the name of a model with one, holds what nobody else may see.

    A model's name may follow after a #.
    """
    _, found, rest = name.partition("://")
    if not found:
        return bool(_USER_WITHOUT_SCHEME.match(name))
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
