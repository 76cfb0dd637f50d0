"""What a hub, or the way to it, refuses: each as an error that says what to do.

An error shows no secret of an address that has a scheme; that of a proxy may lack one.
"""

from __future__ import annotations

import os
from typing import Any

from worker.addresses import masked_address
from worker.errors import BonsaiError, UnavailableError, WeightsMissingError
from worker.file_faults import reason_of
from worker.models.hub.names import HubName

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_TRY_AGAIN = "What has come is kept. Run: bonsai models get {name}"


def refused_by_hub(name: HubName, endpoint: str, response: Any) -> BonsaiError:  # noqa: ANN401
    """Return the error for an answer that is none.

    :param response: the hub's, of which the words are not shown: they might hold the token.
    """
    status, code = response.status_code, response.headers.get("X-Error-Code", "")
    page = f"{endpoint}/{name.repo}"
    if code == "GatedRepo":
        return WeightsMissingError(
            f"The hub gives {name.repo} only to who has agreed to its terms.",
            f"It answered {status} (gated).",
            f"Read and accept them at {page}, then put an access token of yours into HF_TOKEN, and "
            "run this again.",
        )
    if code == "RevisionNotFound":
        return WeightsMissingError(
            f"The repository {name.repo} has no revision {name.revision or 'main'}.",
            f"The hub answered {status}.",
            f"Look at {page}/commits for one, or leave @REVISION out.",
        )
    if code == "EntryNotFound":
        return WeightsMissingError(
            f"A file of {name.repo} is not there.",
            f"The hub answered {status}.",
            f"Look at {page}/tree/main for the files, and correct the name.",
        )
    if status in (401, 403, 404):
        return WeightsMissingError(
            f"The hub does not give the model {name.repo}.",
            f"It answered {status}: there is no such repository, or it is not for everybody.",
            f"Check the name at {page}. If you may have it, put an access token of yours into "
            "HF_TOKEN, and run this again.",
        )
    wait = response.headers.get("Retry-After", "")
    return UnavailableError(
        f"The hub does not give {name.repo} at present.",
        "It answered 429: too many requests." if status == 429 else f"It answered {status}.",
        (f"Wait {wait} seconds. " if wait.isdecimal() else "Wait a little. ")
        + _TRY_AGAIN.format(name=name),
    )


def refused_by_network(name: HubName, endpoint: str, error: Exception) -> UnavailableError:
    """Return the error for a hub that is not reached, or a connection that was cut."""
    return UnavailableError(
        f"The hub at {endpoint} was not reached, or the connection to it broke.",
        f"{reason_of(error)}{_proxy()}",
        f"Check the network, HF_ENDPOINT and the proxy. {_TRY_AGAIN.format(name=name)}",
    )


def refused_offline(name: HubName) -> WeightsMissingError:
    """Return the error for a machine that shall ask no hub."""
    return WeightsMissingError(
        f"The model {name} is not on this machine, and no hub was asked.",
        "HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) says that none may be.",
        f"Unset it and run: bonsai models get {name}. Or copy the files here and give their path.",
    )


def not_a_hub(name: HubName, endpoint: str) -> WeightsMissingError:
    """Return the error for a server that answers with something else, a page to log in say."""
    return WeightsMissingError(
        f"What {endpoint} answers about {name.repo} is nothing that a hub says.",
        f"A proxy, a page to log in or another server may stand in between.{_proxy()}",
        "Open the address in a browser, log in there, or correct HF_ENDPOINT; then run this again.",
    )


def other_bytes(name: HubName, path: str) -> WeightsMissingError:
    """Return the error for a file that is not what the hub announced."""
    return WeightsMissingError(
        f"The file {path} of {name.repo} did not come as the hub announced it.",
        "Its size or its hash differs. It was deleted.",
        f"Run: bonsai models get {name}. If it happens again, do not use this model.",
    )


def no_gguf(name: HubName, path: str) -> WeightsMissingError:
    """Return the error for a file that does not begin as a GGUF file does."""
    return WeightsMissingError(
        f"The file {path} of {name.repo} is no GGUF file.",
        "It begins with other bytes: a proxy's page, or another kind of file.",
        "Choose a file that ends in .gguf. If this one does, open the hub in a browser and log in.",
    )


def no_room(name: HubName, needed: int, free: int) -> WeightsMissingError:
    """Return the error for a disk that is too small."""
    return WeightsMissingError(
        f"There is no room for {name}.",
        f"{needed / 1e6:,.0f} MB more are needed, {free / 1e6:,.0f} MB are free.",
        "Make room, or name another folder with BONSAI_MODELS. What has come is kept.",
    )


def _proxy() -> str:
    named = [(name, os.environ.get(name) or os.environ.get(name.lower())) for name in _PROXIES]
    return "".join(f" {name} is {masked_address(address)}." for name, address in named if address)
