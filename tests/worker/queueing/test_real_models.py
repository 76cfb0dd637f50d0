"""The real models behind a queue."""

from dataclasses import replace
from pathlib import Path

from tests.worker.pipeline.conftest import timeless
from tests.worker.queueing.worlds import World, rank_request
from worker.contract import OVERVIEW_BLOB, AnswerRequest
from worker.settings import Settings


def test_index_rank_and_answer_through_the_queue_give_what_they_give_in_process(
    settings: Settings, valkey: str, tmp_path: Path
):
    world = World(replace(settings, broker=valkey, threads=1), tmp_path)
    try:
        world.start_worker()
        world.index(settings.embedder)
        ranking = rank_request(2).model_copy(update={"embedder": settings.embedder})
        seen = world.run(ranking)
        assert timeless(seen.result) == timeless(world.run_in_process(ranking))
        assert [row.qid for row in seen.rows] == ["Q0", "Q1"]
        assert set(seen.blobs) == {"heatmap:Q0", "heatmap:Q1", OVERVIEW_BLOB}
        answer = AnswerRequest(
            run_id="answer-run", ranking=ranking, llm=settings.llm, max_tokens=8, repeatable=True
        )
        assert timeless(world.run(answer).result) == timeless(world.run_in_process(answer))
    finally:
        world.end()
