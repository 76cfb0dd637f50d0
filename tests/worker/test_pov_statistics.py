from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.worker.test_sqlite_file import DAMAGES
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
from worker.errors import CollectionError
from worker.pov_statistics import (
    LATEST,
    Figures,
    KeptStatistics,
    keep_statistics,
    score_statistics,
)
from worker.settings import Settings

MODEL = "onnx:minilm"
USUAL = PovStatistics(mean=(0.1, 0.3), sd=(0.05, 1 / 3))
RANKING = RankRequest(
    run_id="1",
    collection="c",
    embedder=MODEL,
    questions=(Question(qid="Q1", text="What?"),),
    povs=tuple(PointOfView(pov_id=f"P{n}", text=f"view {n}") for n in (1, 2, 3)),
)
STAMP = RunStamp(
    run_id="1", time="", code_version="", collection="c", index_version="v", embedder=MODEL
)


def questions(statistics: PovStatistics) -> tuple[QuestionRanking, ...]:
    """One ranking, by the points of view that could be read."""
    matrix = PovMatrix(
        chunk_ids=(), pov_ids=("P1", "P3"), cosine=(), contrast=(), statistics=statistics
    )
    return (QuestionRanking(qid="Q1", question="What?", rows=(), matrix=matrix),)


RANKED = RankResult(run=STAMP, questions=questions(USUAL))


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", store="", models=tmp_path)


@pytest.fixture
def kept(home: Settings) -> Iterator[KeptStatistics]:
    with closing(KeptStatistics(home.statistics)) as file:
        yield file


def latest(kept: KeptStatistics, *texts: str) -> PovStatistics | None:
    return score_statistics(kept, MODEL, texts, "contrast")


def test_statistics_are_kept_for_the_points_of_view_that_could_be_read(
    home: Settings, kept: KeptStatistics
):
    keep_statistics(home, RANKING, RANKED)
    assert latest(kept, "view 1", "view 3") == USUAL
    with pytest.raises(CollectionError, match=r"1 of 3 points of view \('view 2' first\)"):
        latest(kept, "view 1", "view 2", "view 3")


def test_any_order_and_any_part_of_them_is_known(home: Settings, kept: KeptStatistics):
    keep_statistics(home, RANKING, RANKED)
    assert latest(kept, "view 3", "view 1") == PovStatistics(mean=(0.3, 0.1), sd=(1 / 3, 0.05))
    assert latest(kept, "view 3") == PovStatistics(mean=(0.3,), sd=(1 / 3,))
    twice = latest(kept, "view 1", "view 1")
    assert twice == PovStatistics(mean=(0.1, 0.1), sd=(0.05, 0.05))


def test_scores_on_cosines_need_none(kept: KeptStatistics):
    assert score_statistics(kept, MODEL, ["view 1"], "classic") is None


def test_the_newest_ranking_is_the_latest(home: Settings, kept: KeptStatistics):
    newer = USUAL.model_copy(update={"mean": (0.4, 0.5)})
    for statistics in (USUAL, newer):
        ranked = RANKED.model_copy(update={"questions": questions(statistics)})
        keep_statistics(home, RANKING, ranked)
    assert latest(kept, "view 1", "view 3") == newer


def test_an_answer_run_keeps_those_of_its_ranking(home: Settings, kept: KeptStatistics):
    request = AnswerRequest(run_id="1", ranking=RANKING, llm="gguf:smollm2")
    result = AnswerResult(run=STAMP, questions=questions(USUAL), answers=())
    keep_statistics(home, request, result)
    assert latest(kept, "view 1", "view 3") == USUAL


def test_a_run_that_ranked_nothing_leaves_what_is_kept(home: Settings, kept: KeptStatistics):
    keep_statistics(home, RANKING, RANKED)
    keep_statistics(home, RANKING, RANKED.model_copy(update={"questions": ()}))
    assert latest(kept, "view 1", "view 3") == USUAL


def test_a_home_that_cannot_be_written_loses_no_result(home: Settings, caplog):
    home.home.mkdir(parents=True)
    (home.home / "cache").write_text("no folder")
    keep_statistics(home, RANKING, RANKED)
    assert "cannot be kept" in caplog.text


def test_models_and_versions_have_figures_of_their_own(kept: KeptStatistics):
    kept.keep(MODEL, "1", {"view": Figures(0.1, 0.2)})
    assert kept.find(MODEL, "2", ["view"]) == {}
    assert kept.find("onnx:e5-small", "1", ["view"]) == {}
    assert kept.find(MODEL, "1", ["view", "other"]) == {"view": Figures(0.1, 0.2)}


def test_figures_of_old_versions_go_when_there_are_too_many(kept: KeptStatistics, monkeypatch):
    monkeypatch.setattr("worker.pov_statistics._MOST_KEPT", 3)
    for version in range(5):
        kept.keep("m", str(version), {"Taste.": Figures(0.5, 0.25)})
        kept.keep("m", LATEST, {"Taste.": Figures(0.5, version)})
    known = [version for version in range(5) if kept.find("m", str(version), ["Taste."])]
    assert known == [4]
    assert kept.find("m", LATEST, ["Taste."]) == {"Taste.": Figures(0.5, 4)}


def test_five_thousand_sentences_are_kept_to_the_last_digit(kept: KeptStatistics):
    figures = {f"view {n} of \udc80": Figures(1 / (n + 3), 0.1 + 0.2 * n) for n in range(5000)}
    kept.keep(MODEL, LATEST, figures)
    assert kept.find(MODEL, LATEST, figures) == figures


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_file_that_is_damaged_is_made_anew(home: Settings, damage):
    many = {f"view {n}": Figures(0.1, 0.2) for n in range(500)}
    with closing(KeptStatistics(home.statistics)) as kept:
        kept.keep(MODEL, LATEST, many)
    damage(home.statistics)
    with closing(KeptStatistics(home.statistics)) as kept:
        kept.find(MODEL, LATEST, many)
        kept.keep(MODEL, LATEST, {"view": Figures(0.3, 0.4)})
        assert kept.find(MODEL, LATEST, ["view"]) == {"view": Figures(0.3, 0.4)}
