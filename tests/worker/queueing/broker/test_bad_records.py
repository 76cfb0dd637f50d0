"""One bad record harms itself alone, under whatever key: it is set aside or named, the rest runs.

Whoever can write to the server can write anything. Each test writes what does not belong there,
while a worker lives, and then runs an honest job.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from redis import Redis

from tests.worker.queueing.worlds import World, eventually, rank_request, score_request
from worker.contract import Problem
from worker.queueing.broker.packing import pack
from worker.queueing.broker.records import shared_kinds
from worker.queueing.broker.runs import ENTRY

NO_TEXT = b"\xff\xfe\x00no text"
HUGE = b"x" * 2_000_000

Plant = Callable[[Redis, str], object]

#: Records of each kind that Redis knows.
KINDS: dict[str, Plant] = {
    "string": lambda server, key: server.set(key, NO_TEXT),
    "huge": lambda server, key: server.set(key, HUGE),
    "list": lambda server, key: server.rpush(key, NO_TEXT, "x"),
    "set": lambda server, key: server.sadd(key, NO_TEXT, "x"),
    "zset": lambda server, key: server.zadd(key, {NO_TEXT: 1, "x": float("inf")}),
    "hash": lambda server, key: server.hset(key, mapping={NO_TEXT: NO_TEXT, "state": "x"}),
    "stream": lambda server, key: server.xadd(key, {"event": NO_TEXT, "end": "done"}),
}

EACH_KIND = pytest.mark.parametrize("plant", KINDS.values(), ids=KINDS.keys())


def assert_honest_work_goes_on(world: World) -> None:
    worker = world.workers[0]
    assert len(world.run(score_request(secrets.token_hex(4))).result.scores) == 1
    assert worker.poll() is None, world.log()
    assert "Traceback" not in world.log()


@EACH_KIND
@pytest.mark.parametrize("key", shared_kinds("bonsai:cpu"))
def test_what_all_workers_share_stops_nobody(served: World, key: str, plant: Plant) -> None:
    """The worker waits at its queue meanwhile, or looks after the others."""
    _plant_anew(served.redis, key, plant)
    eventually(lambda: _is_usable(served, key))

    assert_honest_work_goes_on(served)


def _plant_anew(server: Redis, key: str, plant: Plant) -> None:
    """Plant a record in place of what is there, before a worker can make its own again."""
    with server.pipeline() as at_once:
        at_once.delete(key)
        plant(at_once, key)
        at_once.execute()


def _is_usable(world: World, key: str) -> bool:
    kind = world.redis.type(key)
    return kind in (b"none", shared_kinds("bonsai:cpu")[key])


@EACH_KIND
def test_a_worker_starts_in_spite_of_what_is_there(world: World, plant: Plant) -> None:
    for key in shared_kinds("bonsai:cpu"):
        _plant_anew(world.redis, key, plant)

    worker = world.start_worker()
    eventually(lambda: all(_is_usable(world, key) for key in shared_kinds("bonsai:cpu")))
    world.wait_for(worker)

    assert_honest_work_goes_on(world)


@pytest.mark.parametrize(
    "entry", [NO_TEXT, b"", b"x y", b"a:b:c", HUGE, b"nobody"], ids=lambda entry: repr(entry[:8])
)
def test_an_entry_that_is_no_run_is_passed_over(served: World, entry: bytes) -> None:
    server = served.redis
    server.lpush("rq:queue:bonsai:cpu", entry)
    server.rpush("rq:queue:bonsai:cpu:intermediate", entry)
    server.zadd("rq:wip:bonsai:cpu", {entry: 1, entry + b":1": 2e9})
    server.sadd("rq:workers:bonsai:cpu", entry)
    server.sadd("rq:workers", entry)
    server.zadd("bonsai:runs", {entry: 1})
    server.sadd("bonsai:open:cpu", entry)

    assert_honest_work_goes_on(served)
    eventually(lambda: entry not in server.lrange("rq:queue:bonsai:cpu:intermediate", 0, -1))
    eventually(lambda: entry not in server.smembers("bonsai:open:cpu"))
    eventually(lambda: server.zscore("rq:wip:bonsai:cpu", entry) is None)
    assert all(job.run_id for job in served.runs.jobs())


@pytest.mark.parametrize("seconds", [None, 10**9], ids=["without an end", "for 30 years"])
def test_a_lock_that_outlives_everybody_is_nobodys(served: World, seconds: int | None) -> None:
    lock = "rq:clean_registries:bonsai:cpu"
    served.redis.set(lock, 1, ex=seconds)

    eventually(lambda: -1 < served.redis.ttl(lock) < 1000 or not served.redis.exists(lock))


def test_a_wish_that_all_workers_sleep_is_not_heard(served: World) -> None:
    served.redis.set("rq:suspended", 1)

    assert_honest_work_goes_on(served)
    served.redis.delete("rq:suspended")


FIELDS = {
    "no data": {},
    "no text": {"data": NO_TEXT, "origin": NO_TEXT, "created_at": NO_TEXT},
    "no date": {"data": b"x", "created_at": "yesterday"},
    "no number": {"data": b"x", "timeout": "soon", "result_ttl": "x"},
    "no state": {"data": b"x", "status": "half done"},
    "a foreign queue": {"data": b"x", "origin": "elsewhere"},
    "another function": {"data": b'["os.getcwd", null, [], {}]'},
    "no list": {"data": b"{}", "dependency_ids": "{"},
    "huge": {"data": HUGE, "description": HUGE},
}


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS.keys())
def test_a_run_whose_record_at_rq_is_damaged_gets_another(served: World, fields) -> None:
    server, request = served.redis, score_request(secrets.token_hex(4))
    key = f"rq:job:{request.run_id}"
    served.runs.submit(request.model_copy(update={"run_id": f"{request.run_id}-before"}))
    server.delete(key)
    server.hset(key, mapping={"junk": 1, **fields})
    server.lpush("rq:queue:bonsai:cpu", request.run_id)

    assert len(served.run(request).result.scores) == 1
    assert_honest_work_goes_on(served)


@EACH_KIND
def test_a_run_whose_record_at_rq_is_of_another_kind_gets_another(
    served: World, plant: Plant
) -> None:
    request = score_request(secrets.token_hex(4))
    plant(served.redis, f"rq:job:{request.run_id}")

    assert len(served.run(request).result.scores) == 1
    assert_honest_work_goes_on(served)


OWN = ["bonsai:lease", "bonsai:rows", "bonsai:live", "rq:results", "rq:executions"]


@EACH_KIND
@pytest.mark.parametrize("name", OWN)
def test_a_run_with_a_damaged_record_ends_in_any_case(
    served: World, name: str, plant: Plant
) -> None:
    """It has its result or a reason, and its client hears of it."""
    request = rank_request(2, secrets.token_hex(4))
    plant(served.redis, f"{name}:{request.run_id}")

    seen = served.run(request)

    assert seen.outcome is not None
    if isinstance(seen.outcome, BaseException):
        assert "cannot be read" in str(seen.error), seen.error
    eventually(lambda: served.runs.state(request.run_id) in ("done", "failed"))
    assert_honest_work_goes_on(served)


@EACH_KIND
def test_a_run_whose_own_record_is_damaged_is_ended(served: World, plant: Plant) -> None:
    run_id = secrets.token_hex(4)
    server, key = served.redis, f"bonsai:run:{run_id}"
    plant(server, key)
    server.sadd("bonsai:open:cpu", run_id)
    server.rpush("rq:queue:bonsai:cpu", run_id)

    assert_honest_work_goes_on(served)
    eventually(lambda: not server.sismember("bonsai:open:cpu", run_id))
    assert server.type(key) in (b"hash", b"none")


RUN_FIELDS = {
    "no request": {"request": b""},
    "no packed request": {"request": NO_TEXT},
    "no JSON": {"request": pack(b"{", "request")},
    "no text": {"request": pack(NO_TEXT, "request")},
    "a foreign version": {"request": pack(b'{"job":"rank","protocol":99}', "request")},
    "no count": {"losses": "many"},
    "no moments": {"submitted": "x", "heartbeat": "nan", "finished": "1e400"},
    "no problem": {"problem": "{", "progress": "}"},
}


@pytest.mark.parametrize("fields", RUN_FIELDS.values(), ids=RUN_FIELDS.keys())
def test_a_run_with_damaged_fields_ends_and_lists_are_shown(served: World, fields) -> None:
    request = score_request(secrets.token_hex(4))
    key = f"bonsai:run:{request.run_id}"
    served.redis.hset(key, mapping=fields)

    seen = served.run(request)

    if isinstance(seen.outcome, BaseException):
        problem = Problem.from_error(seen.error)
        assert problem.code in ("input", "protocol"), problem
    eventually(lambda: served.runs.state(request.run_id) in ("done", "failed"))
    assert served.runs.jobs() is not None
    assert_honest_work_goes_on(served)


def test_rows_that_somebody_else_wrote_end_the_run_with_the_reason(served: World) -> None:
    """Their ids come after all that a worker would write, so it could write nothing."""
    request = rank_request(3, secrets.token_hex(4))
    served.redis.xadd(f"bonsai:rows:{request.run_id}", {"event": "{}", "end": "done"})

    seen = served.run(request)

    assert "Somebody else writes rows of this run" in str(seen.error)
    assert served.runs.state(request.run_id) == "failed"
    assert_honest_work_goes_on(served)


def test_a_run_that_rq_has_forgotten_is_done_all_the_same(served: World) -> None:
    request = score_request(secrets.token_hex(4))
    with served.redis.pipeline() as pipe:  # as submit leaves it, but for rq's part
        key = f"bonsai:run:{request.run_id}"
        packed = pack(request.model_dump_json().encode(), "request")
        pipe.hset(key, mapping={"request": packed, "state": "queued", "submitted": 1})
        pipe.sadd("bonsai:open:cpu", request.run_id)
        pipe.hset(f"rq:job:{request.run_id}", mapping={"data": ENTRY, "status": "queued"})
        pipe.execute()

    assert len(served.run(request).result.scores) == 1


def test_a_picture_that_is_none_fails_alone(served: World) -> None:
    request = rank_request(2, secrets.token_hex(4))
    first = served.run(request)
    served.redis.set(f"bonsai:blob:{request.run_id}:heatmap:Q0", NO_TEXT)

    again = served.run(request)

    assert set(first.blobs) == {"heatmap:Q0", "heatmap:Q1", "overview"}
    assert set(again.blobs) == {"heatmap:Q1", "overview"}
    assert again.result == first.result
    (refused,) = [event.problem for event in again.events if event.kind == "problem"]
    assert "cannot be read" in refused.what
