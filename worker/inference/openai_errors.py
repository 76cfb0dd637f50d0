"""What is said of a server of language models that does not answer as one should."""

from __future__ import annotations

import json
import re
from typing import Any

from worker.errors import (
    EngineError,
    EngineLostError,
    PromptTooLongError,
    SettingError,
)

#: How servers say that a prompt does not fit; there is no code that all of them share.
_TOO_LONG = re.compile(r"context (length|size|window)|maximum model length", re.IGNORECASE)

#: Statuses of a server that will take the same prompt later.
_BUSY = (429, 503)

_PAGE = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_NO_SIGN = "\N{REPLACEMENT CHARACTER}"
_MOST_CHARACTERS = 300
_MOST_READ = 3000


def words(error: Any) -> str:  # noqa: ANN401 - whatever a server sends in place of an error
    """Return in one short line what a server says is wrong."""
    message = error.get("message", error) if isinstance(error, dict) else error
    line = " ".join(str(message).split())
    line = "".join(sign if sign.isprintable() else _NO_SIGN for sign in line[:_MOST_READ])
    return "a web page instead of a reason" if _PAGE.search(line) else line[:_MOST_CHARACTERS]


def _says(said: str) -> str:
    return f"It says: {said.rstrip('.')}."


def error_of(page: bytes) -> str:
    """Return the error that a page of JSON speaks of; empty if it does not."""
    try:
        content = json.loads(page)
    except (ValueError, RecursionError):
        return ""
    error = content.get("error") if isinstance(content, dict) else None
    return words(error) if error else ""


def failed(url: str, said: str, status: int = 200) -> PromptTooLongError | EngineError:
    """Return the error of one prompt, in the server's words."""
    if _TOO_LONG.search(said):
        return too_long(_says(said))
    if status in _BUSY:
        return EngineError(
            f"The server {url} takes no more prompts for now.",
            _says(said),
            "Wait, then run Answer again: finished answers are kept.",
        )
    return EngineError(
        f"The server {url} failed on this prompt.",
        _says(said),
        "Run Answer again; if it fails again, look at the server.",
    )


def stalled(url: str) -> EngineError:
    """Return the error of a prompt whose answer did not come in time."""
    return EngineError(
        f"The server {url} stopped before an answer was whole.",
        "It sent nothing more of it for minutes, though the connection was open.",
        "Run Answer again; if it fails again, look at the server.",
    )


def no_models(url: str) -> SettingError:
    """Return the error of an address where something else answers."""
    return SettingError(
        f"There are no models at {url}.",
        "Something answers there, but not as a server of language models does.",
        "Correct the address; it often ends in /v1.",
    )


def sent_elsewhere(url: str, elsewhere: str) -> SettingError:
    """Return the error of a server that sends requests on to another address."""
    return SettingError(
        f"The server {url} sends on to {words(elsewhere)}",
        "Questions, passages and keys go to no other address than the one that was named.",
        "If that is the right one, write it as the address of the language model.",
    )


def lost(url: str, reason: str) -> EngineLostError:
    """Return the error of a server that is not there, or not any more."""
    return EngineLostError(
        f"The language model's server {url} does not answer.",
        f"{reason.rstrip('.')}.",
        "Check the address, and that the server runs; a run that is started again goes on.",
    )


def too_long(reason: str) -> PromptTooLongError:
    """Return the error of a prompt that the model cannot read whole."""
    return PromptTooLongError(
        "The prompt, with its answer, is longer than the model reads.",
        reason,
        "Shorten the question, or lower 'Contexts', 'Chunk size' or 'Answer tokens' on the "
        "Settings sheet.",
    )
