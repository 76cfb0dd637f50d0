"""What clients see of a worker that lives: jobs, results, the wish to stop."""

import secrets

import psutil

from tests.conftest import SAMPLE
from tests.worker.pipeline.conftest import timeless
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import (
    LANGUAGE_MODEL,
    World,
    eventually,
    index_request,
    rank_request,
    write_documents,
)
from tests.worker.regression.films import film_tables, regress_request
from worker.contract import (
    PROJECTION_BLOB,
    SCATTER_BLOB,
    Answer,
    AnswerRequest,
    QuestionRanking,
)
from worker.errors import CancelledError, EngineError
from worker.queueing.broker.packing import pack
from worker.queueing.broker.rq_worker import WarmWorker
from worker.queueing.in_process import InProcessRunner


def new_id() -> str:
    return secrets.token_hex(4)


def index_of_its_own(folder, run_id: str):
    return index_request(folder, run_id).model_copy(update={"collection": folder.name})


def test_a_second_index_sends_only_what_has_changed(served: World, tmp_path):
    documents = write_documents(tmp_path / "changing")
    served.run(index_of_its_own(documents, new_id()))
    (documents / "kettle.txt").write_text("The kettle is blue now.", encoding="utf-8")
    (documents / "goal.txt").unlink()
    seen = served.run(index_of_its_own(documents, new_id()))
    assert seen.result.embedded == 1
    assert {row.file: row.status for row in seen.rows} == {
        "border.txt": "unchanged",
        "cocoa.txt": "unchanged",
        "coins.txt": "unchanged",
        "goal.txt": "removed",
        "kettle.txt": "indexed",
        "tanker.txt": "unchanged",
    }


def test_a_job_that_kills_every_worker_without_a_row_has_failed(served: World):
    request = rank_request(2, new_id())
    served.redis.hset(f"bonsai:run:{request.run_id}", "losses", 3)  # three workers died of it
    error = served.run(request).error
    assert isinstance(error, EngineError)
    assert "without getting any further" in error.why


def test_a_rank_that_is_stopped_keeps_its_rows(served: World):
    request = rank_request(100, new_id())
    with served.running(request) as seen:
        seen.wait_for_rows(3)
        seen.stop.set()
    assert isinstance(seen.error, CancelledError)
    assert 3 <= served.stored_rows(request.run_id) < 100
    assert served.runs.job(request.run_id).state == "cancelled"


def test_an_index_that_is_stopped_keeps_the_files_it_has_done(served: World):
    request = index_request(SAMPLE, new_id()).model_copy(update={"collection": "stopped"})
    with served.running(request) as seen:
        seen.wait_for_rows(2)
        seen.stop.set()
    assert isinstance(seen.error, CancelledError)
    finished = {row.file for row in seen.rows}
    again = served.run(request.model_copy(update={"run_id": new_id()}))
    unchanged = {row.file for row in again.rows if row.status == "unchanged"}
    assert finished <= unchanged
    assert len(again.rows) == len(list(SAMPLE.iterdir()))


def test_an_answer_that_is_stopped_keeps_its_rows(served: World):
    ranking = rank_request(8, new_id())
    request = AnswerRequest(
        run_id=new_id(), ranking=ranking, llm=LANGUAGE_MODEL, max_tokens=100, repeatable=True
    )
    with served.running(request) as seen:
        eventually(lambda: any(row for row in seen.rows if isinstance(row, Answer)))
        seen.stop.set()
    assert isinstance(seen.error, CancelledError)
    assert len([row for row in seen.rows if isinstance(row, QuestionRanking)]) == 8
    assert served.stored_rows(request.run_id) == len(seen.rows) < 8 + 24


def test_somebody_else_can_stop_a_run(served: World):
    request = rank_request(100, new_id())
    with served.running(request) as seen:
        seen.wait_for_rows(2)
        served.runs.stop(request.run_id)
    assert isinstance(seen.error, CancelledError)


def test_a_wish_to_stop_that_comes_late_does_not_stop_the_next_run(served: World):
    worker = WarmWorker("cpu", served.redis, InProcessRunner(served.settings), QUICK)
    request = rank_request(4, new_id())
    served.redis.hset(
        f"bonsai:run:{request.run_id}",
        mapping={"state": "queued", "request": pack(request.model_dump_json().encode(), "request")},
    )
    worker.kill_horse()  # as rq does, for the run before
    worker.do(request.run_id)
    assert served.runs.state(request.run_id) == "done"
    assert served.stored_rows(request.run_id) == 4


def test_a_job_ends_without_its_client_which_can_come_back_for_the_result(served: World):
    request = rank_request(4, new_id())
    served.runs.submit(request)  # and the client is gone
    eventually(lambda: served.runs.job(request.run_id).state == "done")
    seen = served.run(request)
    assert len(seen.rows) == 4
    assert len(seen.blobs) == 5, "one of each question, and one of all"
    assert timeless(seen.result) == timeless(served.run_in_process(request))


def test_a_regression_reads_tables_here_and_has_a_worker_embed_their_texts(served: World, tmp_path):
    request = regress_request(film_tables(tmp_path), run_id=new_id())
    seen = served.run(request)
    assert timeless(seen.result) == timeless(served.run_in_process(request))
    assert seen.blobs.keys() == {SCATTER_BLOB, PROJECTION_BLOB}
    assert served.runs.job(request.run_id) is None, "no worker was asked for more than vectors"


def test_two_clients_that_submit_the_same_run_share_one_job(served: World):
    request = rank_request(8, new_id())
    with served.running(request) as first, served.running(request) as second:
        pass
    assert first.result == second.result
    assert served.stored_rows(request.run_id) == 8


def test_the_worker_gives_way_to_whoever_works_at_the_machine(served: World):
    [worker] = served.workers
    assert psutil.Process(worker.pid).nice() == 10
