"""Workers that die, sleep or leave in the middle: no job is lost, no row is made twice."""

import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.worker.pipeline.conftest import timeless
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import (
    LANGUAGE_MODEL,
    World,
    eventually,
    rank_request,
    score_request,
)
from worker.contract import AnswerRequest
from worker.errors import CancelledError

QUEUE = "rq:queue:bonsai:cpu"
ROWS = 10


@pytest.fixture
def indexed(world: World, small_store: str) -> World:
    """A world with an index of the small corpus."""
    world.settings = replace(world.settings, store=small_store)
    return world


def test_a_rank_whose_worker_is_killed_goes_on_after_its_last_row(indexed: World):
    victim = indexed.start_worker()
    request = rank_request(ROWS)
    with indexed.running(request) as seen:
        seen.wait_for_rows(3)
        victim.kill()
        victim.wait()
        assert 3 <= indexed.stored_rows(request.run_id) < ROWS
        indexed.start_worker()
    assert indexed.stored_rows(request.run_id) == ROWS  # each computed once, over both tries
    assert [row.qid for row in seen.rows] == [f"Q{number}" for number in range(ROWS)]
    assert timeless(seen.result) == timeless(indexed.run_in_process(request))


def test_an_answer_whose_worker_is_killed_goes_on_after_its_last_row(indexed: World):
    victim = indexed.start_worker()
    ranking = rank_request(3, "answer-run")
    request = AnswerRequest(
        run_id="answer-run", ranking=ranking, llm=LANGUAGE_MODEL, max_tokens=60, gate=False
    )
    given = 3 + 3 * len(request.modes)  # rankings, and an answer in each mode
    with indexed.running(request) as seen:
        seen.wait_for_rows(5)
        victim.kill()
        victim.wait()
        assert 5 <= indexed.stored_rows("answer-run") < given
        indexed.start_worker()
    assert indexed.stored_rows("answer-run") == len(seen.rows) == given
    assert timeless(seen.result) == timeless(indexed.run_in_process(request))


def test_a_worker_that_dies_while_it_cleans_up_after_others_stops_nobody(indexed: World):
    victim = indexed.start_worker()
    request = rank_request(ROWS)
    with indexed.running(request) as seen:
        seen.wait_for_rows(1)
        lock = "rq:clean_registries:bonsai:cpu"  # as one holds it that was killed just now
        assert indexed.redis.set(lock, 1, nx=True, ex=QUICK.clean_up)
        victim.kill()
        victim.wait()
        indexed.start_worker()
    assert indexed.stored_rows(request.run_id) == len(seen.rows) == ROWS


def test_a_worker_that_was_paused_too_long_writes_nothing_more(indexed: World):
    sleeper = indexed.start_worker()
    request = rank_request(ROWS)
    with indexed.running(request) as seen:
        seen.wait_for_rows(1)
        sleeper.send_signal(signal.SIGSTOP)
        indexed.start_worker()
        kept = indexed.stored_rows(request.run_id)
        eventually(lambda: indexed.stored_rows(request.run_id) > kept)
        sleeper.send_signal(signal.SIGCONT)
    indexed.wait_for(sleeper)  # it is back at the queue, and alive
    assert indexed.stored_rows(request.run_id) == len(seen.rows) == ROWS
    assert len(seen.result.questions) == ROWS


MONTH = 31 * 86_400


def worker_with_clock(world: World, wrong_by: float) -> subprocess.Popen[bytes]:
    module = "tests.worker.queueing.quick_worker"
    return world.start_worker(command=[sys.executable, "-m", module, "cpu", str(wrong_by)])


@pytest.mark.parametrize("wrong_by", [MONTH, -MONTH], ids=["ahead", "behind"])
def test_a_worker_whose_clock_is_wrong_takes_over_no_live_job(indexed: World, wrong_by: float):
    indexed.start_worker()
    request = rank_request(ROWS)
    with indexed.running(request) as seen:
        seen.wait_for_rows(1)
        indexed.wait_for(worker_with_clock(indexed, wrong_by))
    assert indexed.redis.get(f"bonsai:lease:{request.run_id}") == b"1", "nobody else had it"
    assert indexed.stored_rows(request.run_id) == len(seen.rows) == ROWS
    assert indexed.runs.jobs()[0].run_id == request.run_id


@pytest.mark.parametrize("wrong_by", [MONTH, -MONTH], ids=["ahead", "behind"])
def test_the_job_of_a_dead_worker_goes_on_whatever_their_clocks_say(
    indexed: World, wrong_by: float
):
    victim = worker_with_clock(indexed, wrong_by)
    request = rank_request(ROWS)
    with indexed.running(request) as seen:
        seen.wait_for_rows(1)
        victim.kill()
        victim.wait()
        worker_with_clock(indexed, -wrong_by)
    assert indexed.stored_rows(request.run_id) == len(seen.rows) == ROWS


def test_a_worker_that_is_asked_to_leave_hands_its_job_to_the_next(indexed: World):
    leaver = indexed.start_worker()
    request = rank_request(ROWS)
    with indexed.running(request) as seen:
        seen.wait_for_rows(1)
        leaver.send_signal(signal.SIGTERM)
        assert leaver.wait(60) == 0
        assert indexed.runs.job(request.run_id).state == "queued"
        indexed.start_worker()
    assert indexed.stored_rows(request.run_id) == len(seen.rows) == ROWS
    assert len(seen.result.questions) == ROWS


def test_a_job_between_queue_and_worker_is_put_back(world: World):
    request = score_request("stranded")
    with world.running(request) as seen:  # of a worker that died between taking and starting it
        eventually(lambda: world.redis.llen(QUEUE))
        assert world.redis.lmove(QUEUE, f"{QUEUE}:intermediate") == b"stranded"
        world.start_worker()
    assert len(seen.result.scores) == 1


def test_a_job_that_waits_ends_at_once_when_it_is_stopped(world: World):
    request = score_request("stopped")
    with world.running(request) as seen:
        eventually(lambda: world.runs.state("stopped") == "queued")
        seen.stop.set()
    assert isinstance(seen.error, CancelledError)
    world.start_worker()
    assert world.run(score_request("next")).result.scores
    assert world.redis.llen(QUEUE) == 0  # the worker has passed the stopped run over
    assert world.runs.job("stopped").state == "cancelled"
    assert world.ends("stopped") == 0  # nothing was written by the worker


def test_two_workers_do_two_hundred_jobs_once_each(world: World):
    workers = [world.start_worker(), world.start_worker()]
    for worker in workers:
        world.wait_for(worker)
    run_ids = submit_scores(world, range(200))
    wait_until_done(world, run_ids)
    assert [world.ends(run_id) for run_id in run_ids] == [1] * 200


def test_ten_killed_workers_leave_every_result_there_once(world: World):
    world.start_worker()
    run_ids: list[str] = []
    for kill in range(10):
        victim = world.start_worker()
        world.wait_for(victim)
        batch = submit_scores(world, range(kill * 20, kill * 20 + 20))
        wait_until_done(world, batch, 2 * kill)  # it dies at another moment each time
        victim.kill()
        victim.wait()
        run_ids += batch
    wait_until_done(world, run_ids)
    assert [world.ends(run_id) for run_id in run_ids] == [1] * 200


def submit_scores(world: World, numbers: range) -> list[str]:
    requests = [score_request(f"score-{number}", f"Tanker {number}.") for number in numbers]
    for request in requests:
        world.runs.submit(request)
    return [request.run_id for request in requests]


def wait_until_done(world: World, run_ids: list[str], count: int | None = None) -> None:
    """Wait for so many ends of runs, or all; say where each of the others is if they never come."""

    def unfinished() -> list[str]:
        return [run_id for run_id in run_ids if world.runs.job(run_id).state != "done"]

    def lost() -> str:
        lock = world.redis.ttl("rq:clean_registries:bonsai:cpu")
        alive = [worker.pid for worker in world.workers if worker.poll() is None]
        lines = [world.whereabouts(run_id) for run_id in unfinished()]
        return "\n".join([f"alive {alive}, clean-up locked for {lock} s", *lines, world.log()])

    most = 0 if count is None else len(run_ids) - count
    eventually(lambda: len(unfinished()) <= most, otherwise=lost)
