"""What a client makes of a run whose worker does not speak its language."""

from __future__ import annotations

import json

import pytest

from tests.worker.queueing.worlds import World, rank_request
from worker.contract import IndexResult, RankResult, RunStamp
from worker.errors import ProtocolError
from worker.queueing.broker.packing import pack
from worker.queueing.job import RESULT_BLOB

STAMP = RunStamp(
    run_id="rank-run", time="now", code_version="1", collection="c", index_version="v", embedder="e"
)


def end(world: World, result: IndexResult) -> None:
    """End the submitted run with a result, as its worker would."""
    payload = pack(result.model_dump_json().encode(), "result")
    world.redis.set(f"bonsai:blob:rank-run:{RESULT_BLOB}", payload)
    world.redis.hset("bonsai:run:rank-run", mapping={"state": "done"})
    world.redis.xadd("bonsai:rows:rank-run", {"end": "done"})


def test_a_row_of_no_known_kind_is_refused_in_three_sentences(world: World):
    world.runs.submit(rank_request(1))
    row = {"kind": "row", "row": {"kind": "opinion", "qid": "Q0"}}
    world.redis.xadd("bonsai:rows:rank-run", {"event": json.dumps(row)})
    end(world, RankResult(run=STAMP, questions=()))

    seen = world.run(rank_request(1))

    assert seen.result.questions == ()
    assert seen.rows == []
    (refused,) = seen.events
    assert refused.problem.code == ProtocolError.code
    assert "a kind that is not known here" in str(refused.problem)


@pytest.mark.parametrize("run_id", ["rank-run", "another-run"])
def test_a_result_that_does_not_fit_its_request_is_refused(world: World, run_id: str):
    world.runs.submit(rank_request(1))
    stamp = STAMP.model_copy(update={"run_id": run_id})
    end(world, IndexResult(run=stamp, sources=(), chunks=0, embedded=0))

    assert isinstance(world.run(rank_request(1)).error, ProtocolError)
