"""A real Redis-protocol server for tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from tests.worker.queueing.worlds import World
from worker.queueing.embedded_server import EmbeddedServer
from worker.settings import Settings


@pytest.fixture(scope="session")
def valkey_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, with its password, of one server for all tests."""
    if sys.platform == "win32":
        pytest.skip("no package has a Redis server for Windows")
    with EmbeddedServer(tmp_path_factory.mktemp("valkey")) as server:
        yield server.url.replace("//", f"//:{server.password}@")


@pytest.fixture
def valkey(valkey_process: str) -> str:
    """The address, with its password, of a server with nothing in it."""
    with Redis.from_url(valkey_process) as client:
        client.flushall()
    return valkey_process


@pytest.fixture
def world(settings: Settings, valkey: str, tmp_path: Path) -> Iterator[World]:
    """An empty server and no worker yet; workers end with the test."""
    world = World(replace(settings, broker=valkey), tmp_path)
    yield world
    world.end()
