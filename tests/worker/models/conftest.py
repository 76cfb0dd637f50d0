"""What tests of downloads share: pip without this machine's settings, and indexes of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.models.package_index import PackageIndex, serving


@pytest.fixture
def clean_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip knows nothing of this machine, and does not wait."""
    for name in os.environ:
        if name.upper().startswith("PIP_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def no_index(clean_pip: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the address of the index nothing listens."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")


@pytest.fixture
def wheels(tmp_path: Path, clean_pip: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index that is a folder."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def index(
    tmp_path: Path, clean_pip: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PackageIndex]:
    """A package index that is a server."""
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(folder) as server:
        monkeypatch.setenv("PIP_INDEX_URL", server.url)
        yield server
