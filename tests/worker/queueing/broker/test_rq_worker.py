"""One worker process, or two: what they do with jobs when they live, die, and come back."""

import signal
import time

from tests.conftest import SAMPLE
from tests.worker.pipeline.conftest import timeless
from tests.worker.queueing.worlds import World, eventually, index_request, rank_request
from worker.contract import Answer, AnswerRequest, QuestionRanking, ScoreRequest
from worker.errors import CancelledError, EngineError
from worker.queueing.in_process import InProcessRunner


def in_process(world: World, request):
    """The same request without a queue."""
    return InProcessRunner(world.settings).run(
        request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
    )


def score_request(number: int) -> ScoreRequest:
    request = rank_request(1)
    return ScoreRequest(
        run_id=f"score-{number}",
        embedder=request.embedder,
        texts=(f"Tanker number {number} changes its flag.",),
        povs=request.povs,
        score="classic",
    )


def stored_rows(world: World, run_id: str) -> int:
    entries = world.redis.xrange(f"bonsai:rows:{run_id}")
    return sum(b'"kind":"row"' in fields.get(b"event", b"") for _, fields in entries)


def test_index_and_rank_through_the_queue_give_what_they_give_in_process(world):
    world.start_worker()
    world.index()
    seen = world.run(rank_request(3))
    assert timeless(seen.result) == timeless(in_process(world, rank_request(3)))
    assert [row.qid for row in seen.rows] == ["Q0", "Q1", "Q2"]
    assert set(seen.blobs) == {"heatmap:Q0", "heatmap:Q1", "heatmap:Q2"}


def test_a_second_index_sends_only_what_has_changed(world):
    world.start_worker()
    world.index()
    documents = world.folder / "documents"
    (documents / "kettle.txt").write_text("The kettle is blue now.", encoding="utf-8")
    (documents / "goal.txt").unlink()
    seen = world.run(index_request(documents, "index-again"))
    assert seen.result.embedded == 1
    assert {row.file: row.status for row in seen.rows} == {
        "border.txt": "unchanged",
        "cocoa.txt": "unchanged",
        "coins.txt": "unchanged",
        "goal.txt": "removed",
        "kettle.txt": "indexed",
        "tanker.txt": "unchanged",
    }


def test_a_rank_whose_worker_is_killed_goes_on_after_its_last_row(world):
    worker = world.start_worker()
    world.index()
    request = rank_request(50)
    with world.running(request) as seen:
        eventually(lambda: len(seen.rows) >= 10)
        worker.kill()
        worker.wait()
        kept = stored_rows(world, request.run_id)
        assert 10 <= kept < 50
        world.start_worker()
        back = time.monotonic()
        eventually(lambda: stored_rows(world, request.run_id) > kept, seconds=30)
    assert time.monotonic() - back < 60
    assert stored_rows(world, request.run_id) == 50  # each computed once, over both tries
    assert [row.qid for row in seen.rows] == [f"Q{number}" for number in range(50)]
    assert timeless(seen.result) == timeless(in_process(world, request))


def test_a_worker_that_was_paused_too_long_writes_nothing_more(world):
    sleeper = world.start_worker()
    world.index()
    request = rank_request(30)
    with world.running(request) as seen:
        eventually(lambda: len(seen.rows) >= 5)
        sleeper.send_signal(signal.SIGSTOP)
        world.start_worker()
        kept = stored_rows(world, request.run_id)
        eventually(lambda: stored_rows(world, request.run_id) > kept, seconds=60)
        sleeper.send_signal(signal.SIGCONT)
    eventually(lambda: world.runs.workers(request) == 2)  # it is back at the queue, and alive
    assert stored_rows(world, request.run_id) == 30
    assert timeless(seen.result) == timeless(in_process(world, request))


def test_a_worker_that_is_asked_to_leave_hands_its_job_to_the_next(world):
    leaver = world.start_worker()
    world.index()
    request = rank_request(20)
    with world.running(request) as seen:
        eventually(lambda: len(seen.rows) >= 3)
        leaver.send_signal(signal.SIGTERM)
        assert leaver.wait(20) == 0
        assert world.runs.job(request.run_id).state == "queued"
        world.start_worker()
    assert stored_rows(world, request.run_id) == 20
    assert timeless(seen.result) == timeless(in_process(world, request))


def test_a_job_that_kills_every_worker_without_a_row_has_failed(world):
    world.start_worker()
    world.index()
    request = rank_request(2)
    world.redis.hset(f"bonsai:run:{request.run_id}", "losses", 3)  # three workers died of it
    error = world.run(request).error
    assert isinstance(error, EngineError)
    assert "without getting any further" in error.why


def test_a_job_between_queue_and_worker_is_put_back(world):
    world.start_worker()
    world.index()
    world.end()  # and now a worker that dies between taking a job and starting it
    request = rank_request(2)
    with world.running(request) as seen:
        eventually(lambda: world.redis.llen("rq:queue:bonsai:cpu"))
        queue = "rq:queue:bonsai:cpu"
        assert world.redis.lmove(queue, f"{queue}:intermediate") == request.run_id.encode()
        world.start_worker()
    assert len(seen.result.questions) == 2


def test_a_rank_that_is_stopped_keeps_its_rows(world):
    world.start_worker()
    world.index()
    request = rank_request(50)
    with world.running(request) as seen:
        eventually(lambda: len(seen.rows) >= 3)
        asked = time.monotonic()
        seen.stop.set()
        eventually(lambda: seen.outcome, seconds=5)
    assert isinstance(seen.error, CancelledError)
    assert time.monotonic() - asked < 10
    assert 3 <= stored_rows(world, request.run_id) < 50
    assert world.runs.job(request.run_id).state == "cancelled"


def test_an_index_that_is_stopped_keeps_the_files_it_has_done(world):
    world.start_worker()
    request = index_request(SAMPLE)
    with world.running(request) as seen:
        eventually(lambda: len(seen.rows) >= 2)
        seen.stop.set()
        eventually(lambda: seen.outcome, seconds=5)
    assert isinstance(seen.error, CancelledError)
    finished = {row.file for row in seen.rows}
    again = world.run(index_request(SAMPLE, "index-again"))
    unchanged = {row.file for row in again.rows if row.status == "unchanged"}
    assert finished <= unchanged
    assert len(again.rows) == len(list(SAMPLE.iterdir()))


def test_an_answer_that_is_stopped_keeps_its_rows(world):
    world.start_worker()
    world.index()
    request = AnswerRequest(
        run_id="answer-run", ranking=rank_request(8), llm="gguf:smollm2", max_tokens=400
    )
    with world.running(request) as seen:
        eventually(lambda: any(row for row in seen.rows if isinstance(row, Answer)), seconds=120)
        seen.stop.set()
        eventually(lambda: seen.outcome, seconds=5)
    assert isinstance(seen.error, CancelledError)
    assert len([row for row in seen.rows if isinstance(row, QuestionRanking)]) == 8
    assert stored_rows(world, "answer-run") == len(seen.rows) < 8 + 24


def test_an_answer_whose_worker_is_killed_goes_on_after_its_last_row(world):
    worker = world.start_worker()
    world.index()
    request = AnswerRequest(
        run_id="answer-run", ranking=rank_request(2), llm="gguf:smollm2", max_tokens=16
    )
    with world.running(request) as seen:
        eventually(lambda: any(isinstance(row, Answer) for row in seen.rows), seconds=120)
        worker.kill()
        worker.wait()
        world.start_worker()
    assert stored_rows(world, "answer-run") == 2 + 6
    assert timeless(seen.result) == timeless(in_process(world, request))


def test_a_job_that_waits_ends_at_once_when_it_is_stopped(world):
    request = rank_request(2)
    with world.running(request) as seen:
        eventually(lambda: world.runs.waits(request.run_id))
        seen.stop.set()
        eventually(lambda: seen.outcome, seconds=5)
    assert isinstance(seen.error, CancelledError)
    world.start_worker()
    world.index()  # the worker passes the stopped run over
    assert stored_rows(world, request.run_id) == 0


def test_somebody_else_can_stop_a_run(world):
    world.start_worker()
    world.index()
    request = rank_request(50)
    with world.running(request) as seen:
        eventually(lambda: len(seen.rows) >= 2)
        world.runs.stop(request.run_id)
        eventually(lambda: seen.outcome, seconds=5)
    assert isinstance(seen.error, CancelledError)


def test_a_job_ends_without_its_client_which_can_come_back_for_the_result(world):
    world.start_worker()
    world.index()
    request = rank_request(4)
    world.runs.submit(request)  # and the client is gone
    eventually(lambda: world.runs.job(request.run_id).state == "done")
    seen = world.run(request)
    assert len(seen.rows) == 4
    assert len(seen.blobs) == 4
    assert timeless(seen.result) == timeless(in_process(world, request))


def test_two_clients_that_submit_the_same_run_share_one_job(world):
    world.start_worker()
    world.index()
    request = rank_request(8)
    with world.running(request) as first, world.running(request) as second:
        pass
    assert first.result == second.result
    assert stored_rows(world, request.run_id) == 8


def test_two_workers_do_two_hundred_jobs_once_each(world):
    world.start_worker()
    world.start_worker()
    world.wait_for_workers(2)
    requests = [score_request(number) for number in range(200)]
    for request in requests:
        world.runs.submit(request)
    eventually(lambda: all_done(world, requests), seconds=120)
    assert [ends(world, request.run_id) for request in requests] == [1] * 200


def test_ten_killed_workers_leave_every_result_there_once(world):
    world.start_worker()
    requests = [score_request(number) for number in range(200)]
    for kill in range(10):
        victim = world.start_worker()
        for request in requests[kill * 20 : (kill + 1) * 20]:
            world.runs.submit(request)
        world.wait_for_workers(2)
        time.sleep(0.2 * kill)  # at another moment of its life each time
        victim.kill()
        victim.wait()
    eventually(lambda: all_done(world, requests), seconds=180)
    assert [ends(world, request.run_id) for request in requests] == [1] * 200


def all_done(world: World, requests) -> bool:
    return all(world.runs.job(request.run_id).state == "done" for request in requests)


def ends(world: World, run_id: str) -> int:
    """How often the end of a run was written."""
    return sum(b"end" in fields for _, fields in world.redis.xrange(f"bonsai:rows:{run_id}"))
