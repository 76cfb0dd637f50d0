"""Names of models on a hub: `gguf:ORG/REPO:FILE`, `st:ORG/NAME` and `hf:ORG/NAME`.

Each may say a revision (a branch, a tag or a commit) behind the repository, as in `st:ORG/NAME@v2`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from worker.errors import SettingError

_PART = r"[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?"
_NAME = re.compile(
    rf"(?P<kind>gguf|st|hf):(?P<repo>{_PART}/{_PART})(?:@(?P<revision>[\w./-]+))?(?::(?P<file>.+))?",
    re.ASCII,
)
#: Signs that some system minds in the name of a file, and those that drive what shows it.
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
_LONGEST = 96  # characters of either part of a repository's name
#: One of several files that make up a model: llama.cpp is given the first and finds the others.
_SPLIT = re.compile(r"-00001-of-(?!00000)(\d{5})\.gguf$")


@dataclass(frozen=True)
class HubName:
    """A model on a hub. `file` is for `gguf` alone; an empty revision is the one that is kept."""

    kind: str
    repo: str
    revision: str = ""
    file: str = ""

    @property
    def plain(self) -> HubName:
        """The name without its revision."""
        return replace(self, revision="")

    @property
    def files(self) -> tuple[str, ...]:
        """The files of a `gguf` model: one, or all of those that it is split into."""
        split = _SPLIT.search(self.file)
        if not split:
            return (self.file,)
        stem, count = self.file[: split.start()], split[1]
        return tuple(f"{stem}-{part:05}-of-{count}.gguf" for part in range(1, int(count) + 1))

    def __str__(self) -> str:
        """Return the name as people type it."""
        revision = f"@{self.revision}" if self.revision else ""
        file = f":{self.file}" if self.file else ""
        return f"{self.kind}:{self.repo}{revision}{file}"


def hub_name(name: str) -> HubName | None:
    """Return what a name means on a hub; nothing if it is no name of a hub's model.

    A path of the user's own may look like one: who loads a model looks for that first.
    """
    found = _NAME.fullmatch(name)
    if not found:
        return None
    kind, repo = found["kind"], found["repo"]
    revision, file = found["revision"] or "", found["file"] or ""
    is_fit = all(len(part) <= _LONGEST for part in repo.split("/"))
    is_fit = is_fit and not any(sign in repo for sign in ("--", ".."))
    is_fit = is_fit and (not revision or is_inside(revision))
    is_fit = is_fit and (not file or (kind == "gguf" and is_inside(file)))
    return HubName(kind, repo, revision, file) if is_fit else None


def named_on_hub(name: str) -> HubName:
    """Return what a name means on a hub.

    :raises SettingError: if it is no name of a hub's model.
    """
    if found := hub_name(name):
        return found
    raise SettingError(
        f"'{name}' is no name of a model.",
        "On a hub a model is called gguf:ORG/REPO:FILE, st:ORG/NAME or hf:ORG/NAME, with @REVISION "
        "behind the repository if need be.",
        "Run 'bonsai models' to see names, and correct this one.",
    )


def is_inside(path: str) -> bool:
    """Say whether a path stays in its folder, and can be written on every system."""
    parts = path.split("/")
    return not _UNFIT.search(path) and all(
        part and part.strip() == part and not part.endswith(".") for part in parts
    )
