"""Where the last corpus statistics of a set of points of view are: known without any model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path


def statistics_file(folder: Path, embedder: str, povs: Sequence[str], version: str) -> Path:
    """Return the file with the statistics of these points of view under a model.

    :param version: of the index, or `latest` for the last ones computed.
    """
    content = json.dumps([embedder, *povs], ensure_ascii=False)
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return folder / f"{digest}-{version}.npz"


def statistics_digest(folder: Path, embedder: str, povs: Sequence[str]) -> str:
    """Return what changes when the last statistics change; empty if there are none."""
    path = statistics_file(folder, embedder, povs, "latest")
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""
