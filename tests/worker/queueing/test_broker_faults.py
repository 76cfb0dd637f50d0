"""The server goes away or is full in the middle of a job: nothing is lost, nothing done twice."""

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import Seen, World, eventually, quick_settings, rank_request
from worker.contract import OVERVIEW_BLOB, RankRequest, heatmap_blob
from worker.errors import BrokerError
from worker.queueing.broker.embedded_server import EmbeddedServer

ROWS = 10
LONG = QUICK.silence + 1.5  # seconds: more than a worker may be silent before it loses its job
AWAY, FULL = "the server does not answer", "the memory of the server is full"


@pytest.fixture(scope="module")
def broker_folder(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broker")


@pytest.fixture(scope="module")
def keeper(broker_folder: Path) -> Iterator[EmbeddedServer]:
    """A server of this file's own, which tests may end and start again."""
    keeper = EmbeddedServer(broker_folder)
    yield keeper
    keeper.stop()


@pytest.fixture(scope="module")
def one_worker(
    keeper: EmbeddedServer, small_store: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A worker at that server, with an index. It lives through everything."""
    server, folder = keeper.start(), tmp_path_factory.mktemp("faults")
    broker = server.url.replace("//", f"//:{server.password}@")
    world = World(replace(quick_settings(folder, broker), store=small_store), folder)
    world.wait_for(world.start_worker())
    yield world
    world.end()


@pytest.fixture
def world(one_worker: World, keeper: EmbeddedServer) -> World:
    """That worker, and a server that is there and has room."""
    keeper.start()
    one_worker.redis.config_set("maxmemory", 0)
    return one_worker


@pytest.fixture
def ranking() -> RankRequest:
    return rank_request(ROWS, secrets.token_hex(4))


@pytest.fixture
def end_server(keeper: EmbeddedServer) -> Callable[[signal.Signals], None]:
    def end(how: signal.Signals) -> None:
        os.kill(keeper.start().pid, how)
        assert keeper._process
        keeper._process.wait(60)  # one that is about to leave may have stopped answering already

    return end


def assert_complete_and_once(
    world: World, ranking: RankRequest, seen: Seen, *, was_killed: bool = False
) -> None:
    """See that a run lost nothing. A server that is killed may forget what its disk was late with.

    That is a second or two (`appendfsync everysec`); the result holds such rows as well.
    """
    qids = [question.qid for question in ranking.questions]
    assert [row.qid for row in seen.rows] == qids
    stored = world.stored_rows(ranking.run_id)
    assert stored <= ROWS if was_killed else stored == ROWS
    assert world.ends(ranking.run_id) == 1
    assert [ranking.qid for ranking in seen.result.questions] == qids
    assert set(seen.blobs) == {OVERVIEW_BLOB, *map(heatmap_blob, qids)}
    assert world.workers[0].poll() is None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_is_started_again_finds_the_rank_going_on(
    world, ranking, keeper, end_server, how
):
    with world.running(ranking) as seen:
        seen.wait_for_rows(2)
        end_server(how)
        keeper.start()
    assert_complete_and_once(world, ranking, seen, was_killed=how is signal.SIGKILL)


def test_a_server_that_is_killed_again_and_again_loses_no_run(world, keeper, end_server):
    """It holds enough to take a while to load, and refuses all commands meanwhile."""
    for number in range(50):
        world.redis.set(f"load:{number}", secrets.token_bytes(1_000_000))
    rankings = [rank_request(ROWS, secrets.token_hex(4)) for _ in range(3)]
    with ExitStack() as stack:
        runs = [stack.enter_context(world.running(ranking)) for ranking in rankings]
        for kill in range(1, 6):
            eventually(lambda kill=kill: sum(len(seen.rows) for seen in runs) >= 4 * kill)
            end_server(signal.SIGKILL)
            keeper.start()
    for ranking, seen in zip(rankings, runs, strict=True):
        assert_complete_and_once(world, ranking, seen, was_killed=True)
    world.redis.delete(*(f"load:{number}" for number in range(50)))


def test_a_server_that_stalls_finds_the_rank_going_on(world, ranking, keeper):
    with world.running(ranking) as seen:
        seen.wait_for_rows(2)
        server = keeper.start()
        os.kill(server.pid, signal.SIGSTOP)
        time.sleep(LONG)
        os.kill(server.pid, signal.SIGCONT)
    assert_complete_and_once(world, ranking, seen)


def test_a_rank_waits_while_the_server_may_not_write(world, ranking):
    """As where its disk is full, or a copy of it is away."""
    with world.running(ranking) as seen:
        seen.wait_for_rows(2)
        world.redis.config_set("min-replicas-to-write", 1)
        since = time.monotonic()
        eventually(lambda: time.monotonic() - since > LONG)
        assert not seen.outcome
        world.redis.config_set("min-replicas-to-write", 0)
    assert_complete_and_once(world, ranking, seen)


def test_a_server_that_is_away_for_long_finds_the_rank_going_on(world, ranking, keeper, end_server):
    with world.running(ranking) as seen:
        seen.wait_for_rows(2)
        end_server(signal.SIGKILL)
        since = time.monotonic()
        eventually(lambda: AWAY in seen.waits and time.monotonic() - since > LONG)
        assert not seen.outcome
        keeper.start()
    assert_complete_and_once(world, ranking, seen, was_killed=True)


def test_a_client_gives_up_at_last_and_finds_the_result_later(world, ranking, keeper, end_server):
    with world.running(ranking, replace(QUICK, away=0.5)) as seen:
        seen.wait_for_rows(2)
        end_server(signal.SIGKILL)
    assert type(seen.error) is BrokerError
    assert "It has been away for" in seen.error.why
    assert ranking.run_id in seen.error.next_step
    keeper.start()
    assert_complete_and_once(world, ranking, world.run(ranking))


def test_a_rank_waits_while_the_server_is_full_and_then_goes_on(world, ranking):
    with world.running(ranking) as seen:
        seen.wait_for_rows(2)
        world.redis.config_set("maxmemory", "100kb")
        since = time.monotonic()
        eventually(lambda: FULL in seen.waits and time.monotonic() - since > LONG)
        assert not seen.outcome
        world.redis.config_set("maxmemory", 0)
    assert_complete_and_once(world, ranking, seen)


def test_a_job_for_a_full_server_is_refused_and_can_be_asked_for_later(world, ranking):
    world.redis.config_set("maxmemory", "100kb")
    error = world.run(ranking).error
    assert type(error) is BrokerError
    assert "memory of the Redis server" in error.what
    world.redis.config_set("maxmemory", 0)
    assert_complete_and_once(world, ranking, world.run(ranking))
