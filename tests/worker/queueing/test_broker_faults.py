"""The server goes away or is full in the middle of a job: nothing is lost, nothing done twice."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import timeless
from tests.worker.queueing.worlds import World, eventually, rank_request
from worker.errors import BrokerError
from worker.queueing.broker.embedded_server import EmbeddedServer, find_running
from worker.queueing.in_process import InProcessRunner
from worker.settings import Settings

QUESTIONS = 30


@pytest.fixture
def keeper(processes: None, tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server of the test's own, which it may end and start again."""
    keeper = EmbeddedServer(tmp_path / "broker")
    yield keeper
    keeper.stop()


@pytest.fixture
def world(settings: Settings, keeper: EmbeddedServer, tmp_path: Path) -> Iterator[World]:
    """A small corpus, indexed, and one worker."""
    server = keeper.start()
    broker = server.url.replace("//", f"//:{server.password}@")
    world = World(replace(settings, broker=broker), tmp_path)
    world.start_worker()
    world.index()
    yield world
    world.end()


def waits(seen) -> list[str]:
    """What the client was told while nothing happened."""
    progress = [event for event in seen.events if event.kind == "progress"]
    return [event.message for event in progress if event.stage == "Waiting"]


def assert_complete_and_once(world: World, seen) -> None:
    request = rank_request(QUESTIONS)
    qids = [question.qid for question in request.questions]
    assert [row.qid for row in seen.rows] == qids
    entries = [fields for _, fields in world.redis.xrange(f"bonsai:rows:{request.run_id}")]
    assert sum(b'"kind":"row"' in fields.get(b"event", b"") for fields in entries) == QUESTIONS
    assert sum(b"end" in fields for fields in entries) == 1
    assert set(seen.blobs) == {f"heatmap:{qid}" for qid in qids}
    alone = InProcessRunner(world.settings).run(
        request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
    )
    assert timeless(seen.result) == timeless(alone)


def end(keeper: EmbeddedServer, folder: Path, how: signal.Signals) -> None:
    os.kill(keeper.start().pid, how)
    eventually(lambda: find_running(folder / "broker") is None)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_is_started_again_finds_the_rank_going_on(world, keeper, how):
    with world.running(rank_request(QUESTIONS)) as seen:
        eventually(lambda: len(seen.rows) >= 5)
        end(keeper, world.folder, how)
        time.sleep(2)
        keeper.start()
    assert_complete_and_once(world, seen)
    assert world.workers[0].poll() is None


def test_a_server_that_is_away_for_a_minute_finds_the_rank_going_on(world, keeper):
    with world.running(rank_request(QUESTIONS)) as seen:
        eventually(lambda: len(seen.rows) >= 5)
        end(keeper, world.folder, signal.SIGKILL)
        time.sleep(60)
        assert not seen.outcome
        assert "the server does not answer" in waits(seen)
        keeper.start()
    assert_complete_and_once(world, seen)


def test_a_rank_waits_while_the_server_is_full_and_then_goes_on(world):
    with world.running(rank_request(QUESTIONS)) as seen:
        eventually(lambda: len(seen.rows) >= 5)
        world.redis.config_set("maxmemory", "100kb")
        eventually(lambda: "the memory of the server is full" in waits(seen))
        time.sleep(20)  # longer than a worker may be silent before its job goes to another
        assert not seen.outcome
        world.redis.config_set("maxmemory", 0)
    assert_complete_and_once(world, seen)
    assert world.workers[0].poll() is None


def test_a_job_for_a_full_server_is_refused_and_can_be_asked_for_later(world):
    world.redis.config_set("maxmemory", "100kb")
    error = world.run(rank_request(QUESTIONS)).error
    assert type(error) is BrokerError
    assert "memory of the Redis server" in error.what
    world.redis.config_set("maxmemory", 0)
    assert_complete_and_once(world, world.run(rank_request(QUESTIONS)))
    assert world.workers[0].poll() is None
