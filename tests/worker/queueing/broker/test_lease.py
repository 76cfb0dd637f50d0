"""Every step of a write is done again if the server broke it off; nothing is written twice."""

from __future__ import annotations

import pytest
from redis.client import Pipeline
from redis.exceptions import ConnectionError as Away
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError, WatchError

from tests.worker.contract_samples.rank import RANKING
from tests.worker.queueing.worlds import World, rank_request
from worker.contract import RowReady
from worker.errors import BrokerError, InputError
from worker.queueing.broker.connection import broker_errors, is_outage
from worker.queueing.broker.lease import Lease
from worker.queueing.broker.runs import Runs
from worker.queueing.job import State


@pytest.fixture
def lease(world: World) -> Lease:
    world.runs.submit(rank_request(1))
    lease = Lease.take(world.redis, "rank-run")
    assert lease
    return lease


@pytest.mark.parametrize("step", ["watch", "get", "execute"])
def test_a_step_that_was_broken_off_is_done_again(
    world: World, lease: Lease, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands in for a server that goes away between two steps: the client raises just this."""
    real, broken = getattr(Pipeline, step), []

    def breaking(self: Pipeline, *args: object, **options: object) -> object:
        if len(broken) < 2:
            broken.append(step)
            raise WatchError("A BusyLoadingError occurred while watching one or more keys")
        return real(self, *args, **options)

    monkeypatch.setattr(Pipeline, step, breaking)
    lease.add_event(RowReady(row=RANKING))
    monkeypatch.undo()

    assert len(broken) == 2
    assert world.stored_rows("rank-run") == 1


def test_a_run_that_is_stopped_while_a_worker_takes_it_is_cancelled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.runs.submit(rank_request(1))
    seen = Runs.state

    def stopped_just_after(runs: Runs, run_id: str) -> State | None:
        state = seen(runs, run_id)
        world.runs.stop(run_id)
        return state

    monkeypatch.setattr(Runs, "state", stopped_just_after)
    assert Lease.take(world.redis, "rank-run") is None
    monkeypatch.undo()

    assert world.runs.state("rank-run") == "cancelled"
    assert "asked" in world.runs.problem("rank-run")


OUTAGES = {
    "away": Away("Connection refused."),
    "full": OutOfMemoryError("command not allowed when used memory > 'maxmemory'."),
    "a copy": ReadOnlyError("You can't write against a read only replica."),
    "disk full": ResponseError("MISCONF Redis is configured to save RDB snapshots"),
    "busy": ResponseError("BUSY Redis is busy running a script."),
    "alone": ResponseError("NOREPLICAS Not enough good replicas to write."),
    "in a pipeline": ResponseError("Command # 1 (SET a b) of pipeline caused error: MISCONF Redis"),
    "broken off": WatchError("A TimeoutError occurred while watching one or more keys"),
}
LASTING = {
    "another kind": ResponseError("WRONGTYPE Operation against a key holding the wrong kind"),
    "no number": ResponseError("value is not an integer or out of range"),
    "no number in a hash": ResponseError("hash value is not an integer"),
}


@pytest.mark.parametrize("error", OUTAGES.values(), ids=OUTAGES.keys())
def test_an_outage_is_called_one_and_may_pass(error: Exception) -> None:
    assert is_outage(error)
    with pytest.raises(BrokerError), broker_errors("redis://here"):
        raise error


@pytest.mark.parametrize("error", LASTING.values(), ids=LASTING.keys())
def test_a_bad_record_is_no_outage(error: Exception) -> None:
    assert not is_outage(error)
    with pytest.raises(InputError, match="cannot be read"), broker_errors("redis://here"):
        raise error
