import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.queueing.worlds import quick_settings
from tests.worker.retrieval.test_taste_embedder import TEXTS, keep
from tests.worker.test_sqlite_file import DAMAGES
from worker.contract import (
    PointOfView,
    Question,
    RankRequest,
    RankResult,
)
from worker.errors import CollectionError, InputError, UnavailableError
from worker.pov_statistics import LATEST, Figures, KeptStatistics, score_statistics
from worker.queueing.in_process import InProcessRunner
from worker.queueing.patience import Patience
from worker.queueing.scores.formula_scores import FormulaScores
from worker.queueing.scores.score_cache import ScoreCache
from worker.runtime import Runtime
from worker.settings import IN_PROCESS, Settings

PATIENT = Patience(formula=60)

POVS = (
    PointOfView(pov_id="P1", text="Oil does not care about sanctions."),
    PointOfView(pov_id="P2", text="A kettle can break your heart.", weight=2.0),
)


TWO = tuple(PointOfView(pov_id=str(n), text=text) for n, text in enumerate(TEXTS))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home", IN_PROCESS)


@pytest.fixture
def ranked(settings: Settings, small_store: str) -> RankResult:
    """The small corpus, ranked by the points of view above."""
    request = RankRequest(
        run_id="ranked",
        collection="small",
        embedder=settings.embedder,
        store=small_store,
        questions=(Question(qid="Q1", text="What moves the world?"),),
        povs=POVS,
    )
    return InProcessRunner(settings).run(
        request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
    )


@pytest.fixture
def formulas(settings: Settings) -> FormulaScores:
    return FormulaScores(settings, PATIENT)


def test_a_formula_and_the_ranked_sheet_agree(formulas: FormulaScores, ranked: RankResult):
    rows = ranked.questions[0].rows
    scores = formulas.scores([row.text for row in rows], POVS, "contrast")
    assert [score.score for score in scores] == pytest.approx([row.sexy for row in rows], abs=1e-4)


def test_many_calculations_of_a_thousand_cells_make_one_request(formulas: FormulaScores):
    texts = [f"text number {n}" for n in range(1000)]
    first = formulas.scores(texts, POVS, "classic")
    for _ in range(20):
        assert formulas.scores(texts, POVS, "classic") == first
    assert formulas.requests == 1


def cell_by_cell(formulas: FormulaScores, texts: list[str]) -> list[float]:
    """Do what the macro does for each cell of a column."""
    scores = []
    for text in texts:
        found = formulas.known([text], POVS, "classic")
        if found is None:
            found = formulas.scores([text], POVS, "classic", column=texts)
        scores += [score.score for score in found]
    return scores


def test_a_column_of_a_thousand_formulas_makes_one_request(formulas: FormulaScores):
    texts = [f"text number {n}" for n in range(1000)]
    first = cell_by_cell(formulas, texts)
    for _ in range(3):
        assert cell_by_cell(formulas, texts) == first
    assert formulas.requests == 1


def test_a_thousand_calculations_of_a_column_make_one_request(formulas: FormulaScores):
    texts = ["A kettle sings.", "Oil moves.", "Rain on a harbour."]
    first = cell_by_cell(formulas, texts)
    for _ in range(999):
        assert cell_by_cell(formulas, texts) == first
    assert formulas.requests == 1


def test_a_look_at_what_is_known_makes_no_request(formulas: FormulaScores):
    assert formulas.known(["A kettle sings."], POVS, "classic") is None
    assert formulas.requests == 0


def test_an_array_of_ten_thousand_texts_is_one_request(formulas: FormulaScores):
    assert len(formulas.scores([f"word {n}" for n in range(10_000)], POVS, "classic")) == 10_000
    assert formulas.requests == 1


def test_equal_texts_of_an_array_are_scored_once(formulas: FormulaScores, monkeypatch):
    seen: list[int] = []
    score = formulas._score
    monkeypatch.setattr(
        formulas, "_score", lambda request: (seen.append(len(request.texts)), score(request))[1]
    )
    scores = formulas.scores([f"kettle {n % 7}" for n in range(10_000)], POVS, "classic")
    assert len(scores) == 10_000
    assert seen == [7]


def test_scores_survive_a_restart(formulas: FormulaScores, settings: Settings):
    first = formulas.scores(["A kettle sings."], POVS, "classic")
    restarted = FormulaScores(settings, PATIENT)
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
def test_whatever_a_score_depends_on_is_part_of_its_key(formulas: FormulaScores, povs, mode: str):
    formulas.scores(["A kettle sings."], POVS, "classic")
    formulas.scores(["A kettle sings."], povs, mode)
    assert formulas.requests == 2


def test_new_statistics_make_contrast_scores_new(
    formulas: FormulaScores, ranked: RankResult, settings: Settings
):
    (before,) = formulas.scores(["A kettle sings."], POVS, "contrast")
    other = {POVS[1].text: Figures(0.2, 0.1)}
    with closing(KeptStatistics(settings.statistics)) as kept:
        kept.keep(settings.embedder, LATEST, other)
    (after,) = formulas.scores(["A kettle sings."], POVS, "contrast")
    assert formulas.requests == 2
    assert after.score != before.score


def test_new_statistics_leave_scores_of_cosines_alone(
    formulas: FormulaScores, settings: Settings, request: pytest.FixtureRequest
):
    formulas.scores(["A kettle sings."], POVS, "classic")
    request.getfixturevalue("ranked")
    assert formulas.known(["A kettle sings."], POVS, "classic") is not None


def test_a_ranking_leaves_its_statistics_for_formulas(ranked: RankResult, settings: Settings):
    texts = [pov.text for pov in POVS]
    with closing(KeptStatistics(settings.statistics)) as kept:
        known = score_statistics(kept, settings.embedder, texts, "contrast")
    assert known == ranked.questions[0].matrix.statistics


def test_a_taste_that_was_learnt_anew_makes_scores_new(settings: Settings):
    by_taste = replace(settings, embedder="taste:films")
    runtime = Runtime(by_taste)
    keep(runtime)
    formulas = FormulaScores(by_taste, PATIENT)
    first = formulas.scores(["The kettle sings."], TWO, "classic")
    assert formulas.scores(["The kettle sings."], TWO, "classic") == first
    keep(runtime, data="d2", pull=0.1)
    assert formulas.scores(["The kettle sings."], TWO, "classic") != first
    assert formulas.requests == 2


def test_points_of_view_in_any_order_score_alike(formulas: FormulaScores, ranked: RankResult):
    turned = tuple(reversed(POVS))
    (usual,), (other,) = (
        formulas.scores(["A kettle sings."], povs, "contrast") for povs in (POVS, turned)
    )
    assert other.score == pytest.approx(usual.score, abs=1e-6)
    assert other.contrast == pytest.approx(usual.contrast[::-1], abs=1e-6)


def test_some_of_the_points_of_view_have_a_score(formulas: FormulaScores, ranked: RankResult):
    (score,) = formulas.scores(["A kettle sings."], POVS[1:], "contrast")
    assert len(score.contrast) == 1


def test_a_point_of_view_that_was_never_ranked_is_named(
    formulas: FormulaScores, ranked: RankResult
):
    new = PointOfView(pov_id="P3", text="Rain is older than roofs.")
    with pytest.raises(CollectionError, match=r"1 of 3 points of view \('Rain is older"):
        formulas.scores(["A kettle sings."], (*POVS, new), "contrast")


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_damaged_statistics_are_as_good_as_none(ranked: RankResult, settings: Settings, damage):
    damage(settings.statistics)
    formulas = FormulaScores(settings, PATIENT)
    with pytest.raises(CollectionError, match="Run Rank once"):
        formulas.scores(["A kettle sings."], POVS, "contrast")


def test_points_of_view_none_of_which_counts_are_refused(formulas: FormulaScores):
    nothing = tuple(pov.model_copy(update={"weight": 0.0}) for pov in POVS)
    with pytest.raises(InputError, match="All weights are 0"):
        formulas.scores(["A kettle sings."], nothing, "classic")


def test_contrast_before_the_first_ranking_says_what_to_do(formulas: FormulaScores):
    with pytest.raises(CollectionError, match="Run Rank once"):
        formulas.scores(["A kettle sings."], POVS, "contrast")
    assert formulas.requests == 0, "nothing travels for it"


class HeldScorer:
    """The real scorer, which begins when it is let go."""

    def __init__(self, score) -> None:
        self._score = score
        self.go = threading.Event()

    def __call__(self, request):
        self.go.wait(60)
        return self._score(request)


@pytest.fixture
def hurried(settings: Settings) -> FormulaScores:
    """Formulas that wait for nothing, and whose requests begin when they are let go."""
    formulas = FormulaScores(settings, Patience(formula=0.001))
    formulas._score = HeldScorer(formulas._score)
    return formulas


def finish(formulas: FormulaScores) -> None:
    """Let all requests go on, and wait for them."""
    formulas._score.go.set()
    for request in set(formulas._pending.values()):
        request.future.result(60)


def test_a_slow_request_leaves_the_cell_and_goes_on(hurried: FormulaScores):
    for _ in range(2):
        with pytest.raises(UnavailableError, match="Calculate again"):
            hurried.scores(["A kettle sings."], POVS, "classic")
    finish(hurried)
    assert len(hurried.scores(["A kettle sings."], POVS, "classic")) == 1
    assert hurried.requests == 1, "the impatient second call joined the first"


def test_a_thousand_formulas_that_time_out_wait_for_one_request(hurried: FormulaScores):
    texts = [f"text number {n}" for n in range(1000)]
    with pytest.raises(UnavailableError):
        hurried.scores(texts[:1], POVS, "classic", column=texts)
    for text in texts:
        with pytest.raises(UnavailableError):
            hurried.known([text], POVS, "classic")
    finish(hurried)
    assert len(cell_by_cell(hurried, texts)) == 1000
    assert hurried.requests == 1


def test_only_texts_that_are_not_under_way_are_asked_for(hurried: FormulaScores):
    for texts in (["one", "two"], ["two", "three"], ["three", "one"]):
        with pytest.raises(UnavailableError):
            hurried.scores(texts, POVS, "classic")
    finish(hurried)
    assert len(hurried.scores(["one", "two", "three"], POVS, "classic")) == 3
    assert hurried.requests == 2


def test_a_request_that_fails_says_so_and_is_made_anew(formulas: FormulaScores, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(formulas, "_score", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            formulas.scores(["A kettle sings."], POVS, "classic")
    assert len(formulas.scores(["A kettle sings."], POVS, "classic")) == 1


def test_what_is_not_there_is_not_tried_for_each_cell(formulas: FormulaScores, monkeypatch):
    tries: list[int] = []

    def absent(_):
        tries.append(1)
        raise UnavailableError("The server is away.", "It was switched off.", "Switch it on.")

    monkeypatch.setattr(formulas, "_score", absent)
    for number in range(1000):
        with pytest.raises(UnavailableError, match="server is away"):
            formulas.scores([f"text {number}"], POVS, "classic")
    assert tries == [1]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_cache_that_is_damaged_is_made_anew(tmp_path: Path, damage):
    path = tmp_path / "scores.sqlite"
    ScoreCache(path).keep({f"key {number}": [0.5, [0.1] * 99, []] for number in range(200)})
    damage(path)
    cache = ScoreCache(path)
    cache.find(f"key {number}" for number in range(200))
    cache.keep({"key": [0.25, [], []]})
    assert cache.find(["key"]) == {"key": [0.25, [], []]}


def test_a_score_that_cannot_be_read_is_as_good_as_none(tmp_path: Path):
    cache = ScoreCache(tmp_path / "scores.sqlite")
    cache.keep({"good": 1, "bad": 2})
    with sqlite3.connect(tmp_path / "scores.sqlite") as database:
        database.execute("UPDATE scores SET value = '{半' WHERE key = 'bad'")
    assert cache.find(["good", "bad"]) == {"good": 1}
