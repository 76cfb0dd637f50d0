import threading
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import TEXTS
from worker.contract import (
    IndexRequest,
    PointOfView,
    PovStatistics,
    Question,
    RankRequest,
    RankResult,
)
from worker.errors import CollectionError, StoreError, UnavailableError
from worker.pov_statistics import keep_latest, latest_statistics
from worker.queueing.in_process import InProcessRunner
from worker.queueing.scores.formula_scores import ScorePath
from worker.queueing.scores.score_cache import ScoreCache
from worker.settings import Settings

POVS = (
    PointOfView(pov_id="P1", text="Oil does not care about sanctions."),
    PointOfView(pov_id="P2", text="A kettle can break your heart.", weight=2.0),
)


@pytest.fixture
def ranked(settings: Settings, tmp_path: Path) -> RankResult:
    """The small corpus, indexed and ranked by the points of view above."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    runner = InProcessRunner(settings)
    watch = {"on_event": lambda _: None, "on_blob": lambda *_: None, "cancelled": lambda: False}
    names = {"collection": "c", "embedder": settings.embedder, "store": settings.store}
    runner.run(IndexRequest(run_id="1", folder=str(folder), **names), **watch)
    question = Question(qid="Q1", text="What moves the world?")
    request = RankRequest(run_id="2", questions=(question,), povs=POVS, **names)
    return runner.run(request, **watch)


@pytest.fixture
def path(settings: Settings) -> ScorePath:
    return ScorePath(settings, time_limit=60)


def test_a_formula_and_the_ranked_sheet_agree(path: ScorePath, ranked: RankResult):
    rows = ranked.questions[0].rows
    scores = path.scores([row.text for row in rows], POVS, "contrast")
    assert [score.score for score in scores] == pytest.approx([row.sexy for row in rows], abs=1e-4)


def test_a_thousand_calculations_of_a_thousand_cells_make_one_request(path: ScorePath):
    texts = [f"text number {n}" for n in range(1000)]
    first = path.scores(texts, POVS, "classic")
    for _ in range(999):
        assert path.scores(texts, POVS, "classic") == first
    assert path.requests == 1


def cell_by_cell(path: ScorePath, texts: list[str]) -> list[float]:
    """Do what the macro does for each cell of a column."""
    scores = []
    for text in texts:
        found = path.known([text], POVS, "classic")
        if found is None:
            found = path.scores([text], POVS, "classic", column=texts)
        scores += [score.score for score in found]
    return scores


def test_a_column_of_a_thousand_formulas_makes_one_request(path: ScorePath):
    texts = [f"text number {n}" for n in range(1000)]
    first = cell_by_cell(path, texts)
    for _ in range(3):
        assert cell_by_cell(path, texts) == first
    assert path.requests == 1


def test_a_thousand_calculations_of_a_column_make_one_request(path: ScorePath):
    texts = ["A kettle sings.", "Oil moves.", "Rain on a harbour."]
    first = cell_by_cell(path, texts)
    for _ in range(999):
        assert cell_by_cell(path, texts) == first
    assert path.requests == 1


def test_a_look_at_what_is_known_makes_no_request(path: ScorePath):
    assert path.known(["A kettle sings."], POVS, "classic") is None
    assert path.requests == 0


def test_an_array_of_ten_thousand_texts_is_one_request(path: ScorePath):
    assert len(path.scores([f"word {n}" for n in range(10_000)], POVS, "classic")) == 10_000
    assert path.requests == 1


def test_equal_texts_of_an_array_are_scored_once(path: ScorePath, monkeypatch):
    seen: list[int] = []
    score = path._score
    monkeypatch.setattr(
        path, "_score", lambda request: (seen.append(len(request.texts)), score(request))[1]
    )
    scores = path.scores([f"kettle {n % 7}" for n in range(10_000)], POVS, "classic")
    assert len(scores) == 10_000
    assert seen == [7]


def test_scores_survive_a_restart(path: ScorePath, settings: Settings):
    first = path.scores(["A kettle sings."], POVS, "classic")
    restarted = ScorePath(settings, time_limit=60)
    assert restarted.scores(["A kettle sings."], POVS, "classic") == first
    assert restarted.requests == 0


@pytest.mark.parametrize(
    ("povs", "mode"),
    [
        (POVS, "mean"),
        (POVS[:1], "classic"),
        ((POVS[0], POVS[1].model_copy(update={"weight": 1.0})), "classic"),
        ((POVS[0].model_copy(update={"text": "Oil."}), POVS[1]), "classic"),
    ],
    ids=["another mode", "fewer views", "another weight", "another sentence"],
)
def test_whatever_a_score_depends_on_is_part_of_its_key(path: ScorePath, povs, mode: str):
    path.scores(["A kettle sings."], POVS, "classic")
    path.scores(["A kettle sings."], povs, mode)
    assert path.requests == 2


def test_new_statistics_make_contrast_scores_new(
    path: ScorePath, ranked: RankResult, settings: Settings
):
    (before,) = path.scores(["A kettle sings."], POVS, "contrast")
    other = PovStatistics(mean=(0.1, 0.2), sd=(0.1, 0.1), grand_mean=0.15)
    keep_latest(settings.statistics, settings.embedder, [pov.text for pov in POVS], other)
    (after,) = path.scores(["A kettle sings."], POVS, "contrast")
    assert path.requests == 2
    assert after.score != before.score


def test_new_statistics_leave_scores_of_cosines_alone(
    path: ScorePath, settings: Settings, request: pytest.FixtureRequest
):
    path.scores(["A kettle sings."], POVS, "classic")
    request.getfixturevalue("ranked")
    assert path.known(["A kettle sings."], POVS, "classic") is not None


def test_a_ranking_leaves_its_statistics_for_formulas(ranked: RankResult, settings: Settings):
    texts = [pov.text for pov in POVS]
    assert ranked.statistics is not None
    assert latest_statistics(settings.statistics, settings.embedder, texts) == ranked.statistics


@pytest.mark.parametrize("content", [b"", b"half a f", b"{}"])
def test_damaged_statistics_are_as_good_as_none(
    path: ScorePath, ranked: RankResult, settings: Settings, content: bytes
):
    for file in settings.statistics.glob("*latest*"):
        file.write_bytes(content)
    with pytest.raises(CollectionError, match="Run Rank once"):
        path.scores(["A kettle sings."], POVS, "contrast")


def test_contrast_before_the_first_ranking_says_what_to_do(path: ScorePath):
    with pytest.raises(CollectionError, match="Run Rank once"):
        path.scores(["A kettle sings."], POVS, "contrast")
    assert path.requests == 0, "nothing travels for it"


class HeldScorer:
    """The real scorer, which begins when it is let go."""

    def __init__(self, score) -> None:
        self._score = score
        self.go = threading.Event()

    def __call__(self, request):
        self.go.wait(60)
        return self._score(request)


@pytest.fixture
def hurried(settings: Settings) -> ScorePath:
    """A path that waits for nothing, and whose requests begin when they are let go."""
    path = ScorePath(settings, time_limit=0.001)
    path._score = HeldScorer(path._score)
    return path


def finish(path: ScorePath) -> None:
    """Let all requests go on, and wait for them."""
    path._score.go.set()
    for request in set(path._pending.values()):
        request.future.result(60)


def test_a_slow_request_leaves_the_cell_and_goes_on(hurried: ScorePath):
    for _ in range(2):
        with pytest.raises(UnavailableError, match="Calculate again"):
            hurried.scores(["A kettle sings."], POVS, "classic")
    finish(hurried)
    assert len(hurried.scores(["A kettle sings."], POVS, "classic")) == 1
    assert hurried.requests == 1, "the impatient second call joined the first"


def test_a_thousand_formulas_that_time_out_wait_for_one_request(hurried: ScorePath):
    texts = [f"text number {n}" for n in range(1000)]
    with pytest.raises(UnavailableError):
        hurried.scores(texts[:1], POVS, "classic", column=texts)
    for text in texts:
        with pytest.raises(UnavailableError):
            hurried.known([text], POVS, "classic")
    finish(hurried)
    assert len(cell_by_cell(hurried, texts)) == 1000
    assert hurried.requests == 1


def test_only_texts_that_are_not_under_way_are_asked_for(hurried: ScorePath):
    for texts in (["one", "two"], ["two", "three"], ["three", "one"]):
        with pytest.raises(UnavailableError):
            hurried.scores(texts, POVS, "classic")
    finish(hurried)
    assert len(hurried.scores(["one", "two", "three"], POVS, "classic")) == 3
    assert hurried.requests == 2


def test_a_request_that_fails_says_so_and_is_made_anew(path: ScorePath, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(path, "_score", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            path.scores(["A kettle sings."], POVS, "classic")
    assert len(path.scores(["A kettle sings."], POVS, "classic")) == 1


def test_what_is_not_there_is_not_tried_for_each_cell(path: ScorePath, monkeypatch):
    tries: list[int] = []

    def absent(_):
        tries.append(1)
        raise UnavailableError("The server is away.", "It was switched off.", "Switch it on.")

    monkeypatch.setattr(path, "_score", absent)
    for number in range(1000):
        with pytest.raises(UnavailableError, match="server is away"):
            path.scores([f"text {number}"], POVS, "classic")
    assert tries == [1]


def test_a_damaged_cache_is_named(tmp_path: Path):
    (tmp_path / "scores.sqlite").write_bytes(b"this is no database " * 100)
    with pytest.raises(StoreError, match=r"scores\.sqlite"):
        ScoreCache(tmp_path / "scores.sqlite")
