"""What a hub tells of a model, and which of its files are needed.

Of a repository come weights as safetensors, and what describes them: no pickles, which can run
code when they are opened, and no code, which is never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from worker.errors import WeightsMissingError
from worker.models.hub.names import HubName, is_inside
from worker.visible_text import visible

_WEIGHTS = re.compile(r"(?:adapter_)?model(?:-\d+-of-\d+)?\.safetensors")
#: Configurations, vocabularies and chat layouts; the terms that a licence wants passed on.
_BESIDE = re.compile(r".+\.(?:json|txt|model|jinja|tiktoken)|(?:LICEN[CS]E|NOTICE|USE_POLICY).*")
#: Parts of a model of sentence-transformers: folders as `1_Pooling` or `query_0_Transformer`.
_MODULE = re.compile(r"(?:\w+_)?\d+_\w+")
_SHOWN = 8  # names in a message
_LONGEST_LICENCE = 200  # characters: a name, and not its text


def needed(name: HubName, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the files that a model needs, out of all that its repository has.

    :raises WeightsMissingError: if they are not there, naming some that are.
    """
    safe = list(filter(is_inside, paths))
    if name.kind != "gguf":
        return _of_repository(name, safe)
    if missing := [path for path in name.files if path not in safe]:
        raise _no_such_file(name, missing[0], safe)
    return name.files


def digest_of(file: Any) -> str:  # noqa: ANN401 (the library is loaded late)
    """Return what a hub says that the bytes of a file hash to; empty if it says nothing."""
    if file.lfs:
        return f"sha256:{file.lfs.sha256}"
    return f"git:{file.blob_id}" if file.blob_id else ""


def licence_of(info: Any) -> str:  # noqa: ANN401 (the library is loaded late)
    """Return the licence that the card of a model names, in one line."""
    card = info.card_data.to_dict() if info.card_data else {}
    licence = card.get("license") or _tagged("license:", info.tags or ())
    if licence in (None, "", "other"):
        licence = card.get("license_name") or licence
    named = ", ".join(map(str, licence)) if isinstance(licence, list) else str(licence or "")
    return " ".join(visible(named).split())[:_LONGEST_LICENCE] or "not stated"


def _of_repository(name: HubName, paths: list[str]) -> tuple[str, ...]:
    found = tuple(filter(_is_needed, paths))
    if not any(path.endswith(".safetensors") for path in found):
        raise WeightsMissingError(
            f"The repository {name.repo} has no weights as safetensors.",
            f"Nothing else is taken, as it might run code. There are: {_some(paths)}.",
            "Choose a model with safetensors, or one as GGUF: gguf:ORG/REPO:FILE.",
        )
    return found


def _is_needed(path: str) -> bool:
    *folders, file = path.split("/")
    if len(folders) > 1 or (folders and not _MODULE.fullmatch(folders[0])):
        return False
    return bool(_WEIGHTS.fullmatch(file) or _BESIDE.fullmatch(file))


def _no_such_file(name: HubName, missing: str, paths: list[str]) -> WeightsMissingError:
    models = [path for path in paths if path.endswith(".gguf")]
    if not name.file:
        what = f"The name {name} says no file."
    else:
        what = f"The repository {name.repo} has no file {missing}."
    return WeightsMissingError(
        what,
        f"GGUF files in it: {_some(models)}.",
        f"Run: bonsai models get {name.kind}:{name.repo}:FILE, with one of them.",
    )


def _some(paths: list[str]) -> str:
    shown = ", ".join(sorted(paths)[:_SHOWN]) or "none"
    return f"{shown} and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else shown


def _tagged(prefix: str, tags: Iterable[str]) -> str:
    return next((tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)), "")
