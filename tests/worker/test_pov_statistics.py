from pathlib import Path

import pytest

from worker.contract import (
    AnswerRequest,
    AnswerResult,
    PointOfView,
    PovMatrix,
    PovStatistics,
    Question,
    QuestionRanking,
    RankRequest,
    RankResult,
    RunStamp,
)
from worker.pov_statistics import keep_statistics, latest_statistics
from worker.settings import Settings

USUAL = PovStatistics(mean=(0.1, 0.3), sd=(0.05, 1 / 3), grand_mean=0.2)
RANKING = RankRequest(
    run_id="1",
    collection="c",
    embedder="onnx:minilm",
    questions=(Question(qid="Q1", text="What?"),),
    povs=tuple(PointOfView(pov_id=f"P{n}", text=f"view {n}") for n in (1, 2, 3)),
)
STAMP = RunStamp(
    run_id="1", time="", code_version="", collection="c", index_version="v", embedder="onnx:minilm"
)
MATRIX = PovMatrix(chunk_ids=(), pov_ids=("P1", "P3"), cosine=(), contrast=())
QUESTIONS = (QuestionRanking(qid="Q1", question="What?", rows=(), matrix=MATRIX),)
RANKED = RankResult(run=STAMP, questions=QUESTIONS, statistics=USUAL)


def latest(settings: Settings, *texts: str) -> PovStatistics | None:
    return latest_statistics(settings.statistics, "onnx:minilm", texts)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", store="", models=tmp_path)


def test_statistics_are_kept_for_the_points_of_view_that_could_be_read(home: Settings):
    keep_statistics(home, RANKING, RANKED)
    assert latest(home, "view 1", "view 3") == USUAL
    assert latest(home, "view 1", "view 2", "view 3") is None


def test_the_newest_ranking_is_the_latest(home: Settings):
    newer = USUAL.model_copy(update={"grand_mean": 0.4})
    for statistics in (USUAL, newer):
        keep_statistics(home, RANKING, RANKED.model_copy(update={"statistics": statistics}))
    assert latest(home, "view 1", "view 3") == newer


def test_an_answer_run_keeps_those_of_its_ranking(home: Settings):
    request = AnswerRequest(run_id="1", ranking=RANKING, llm="gguf:smollm2")
    result = AnswerResult(run=STAMP, questions=QUESTIONS, answers=(), statistics=USUAL)
    keep_statistics(home, request, result)
    assert latest(home, "view 1", "view 3") == USUAL


def test_a_home_that_cannot_be_written_loses_no_result(home: Settings, caplog):
    home.home.mkdir(parents=True)
    (home.home / "cache").write_text("no folder")
    keep_statistics(home, RANKING, RANKED)
    assert "cannot be kept" in caplog.text
