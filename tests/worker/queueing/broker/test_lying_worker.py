"""A worker that sends what was not asked for: each lie is refused and named, the rest is kept."""

from __future__ import annotations

import json

import pytest

from tests.worker.contract_samples.rank import RANK_RESULT, RANKING, TRANSLATING
from tests.worker.queueing.worlds import World
from tests.worker.test_contract_checks import PICTURES, RANKINGS, changed, png
from worker.contract import RankResult, RowReady, Started
from worker.errors import ProtocolError
from worker.queueing.broker.packing import pack
from worker.queueing.broker.queue_runner import _MOST_REFUSED
from worker.queueing.job import RESULT_BLOB


@pytest.fixture
def world(world: World) -> World:
    """A world with a run that waits."""
    world.runs.submit(TRANSLATING)
    return world


def tell(world: World, **fields: str | bytes) -> None:
    world.redis.xadd(f"bonsai:rows:{TRANSLATING.run_id}", fields)


def put(world: World, name: str, data: bytes) -> None:
    world.redis.set(f"bonsai:blob:{TRANSLATING.run_id}:{name}", data)
    tell(world, blob=name)


def end(world: World, result: RankResult = RANK_RESULT) -> None:
    put(world, RESULT_BLOB, pack(result.model_dump_json().encode(), "result"))
    world.redis.hset(f"bonsai:run:{TRANSLATING.run_id}", mapping={"state": "done"})


def test_every_lie_is_refused_and_the_true_rows_are_kept(world: World) -> None:
    tell(world, event=Started(run=RANK_RESULT.run).model_dump_json())
    for change, _ in RANKINGS.values():
        row = {"kind": "row", "row": changed(RANKING, change)}
        tell(world, event=json.dumps(row))
    tell(world, event=RowReady(row=RANKING).model_dump_json())
    for junk in (b"\xff\xfe", b"{", b"[]", b"5"):
        tell(world, event=junk)
    end(world)

    seen = world.run(TRANSLATING)

    assert seen.rows == [RANKING]
    refused = [event.problem for event in seen.events if event.kind == "problem"]
    assert len(refused) == len(RANKINGS) + 4
    assert {problem.code for problem in refused} == {ProtocolError.code}
    assert seen.result == RANK_RESULT


def test_pictures_that_are_none_are_refused_and_the_true_ones_kept(world: World) -> None:
    for data in PICTURES.values():
        put(world, "heatmap:1", pack(data, "picture"))
    put(world, "heatmap:2", pack(png(), "picture"))
    put(world, "heatmap:9", pack(png(), "picture"))
    put(world, "../../x", pack(png(), "picture"))
    put(world, "heatmap:1", b"not packed")
    end(world)

    seen = world.run(TRANSLATING)

    assert set(seen.blobs) == {"heatmap:2"}
    assert len([event for event in seen.events if event.kind == "problem"]) >= 3
    assert seen.result == RANK_RESULT


def test_a_lie_in_the_result_is_left_out_of_it(world: World) -> None:
    unknown = RANKING.model_copy(update={"qid": "9"})
    end(world, RANK_RESULT.model_copy(update={"questions": (unknown, RANKING)}))

    result = world.run(TRANSLATING).result

    assert result.questions == (RANKING,)
    assert "'9' was not asked" in str(result.problems[-1])


def test_an_end_that_nobody_wrote_into_the_record_is_none(world: World) -> None:
    tell(world, end="done")
    tell(world, event=RowReady(row=RANKING).model_dump_json())
    with world.running(TRANSLATING) as seen:
        while not seen.rows:
            assert seen.outcome is None
        end(world)
    assert seen.result == RANK_RESULT


def test_a_flood_of_lies_ends_the_run(world: World) -> None:
    with world.redis.pipeline() as pipe:
        for _ in range(_MOST_REFUSED + 1):
            pipe.xadd(f"bonsai:rows:{TRANSLATING.run_id}", {"event": "{}"})
        pipe.execute()

    error = world.run(TRANSLATING).error

    assert isinstance(error, ProtocolError)
    assert "what was not asked for" in str(error)
