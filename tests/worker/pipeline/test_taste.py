"""The taste job: what is learnt from Keep marks, and that a ranking follows without embedding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from tests.worker.pipeline.conftest import TEXTS, CountingEmbedder, Watched
from worker.contract import Label, PointOfView, RankRequest, ScoreRequest, TasteRequest
from worker.errors import CollectionError, InputError, SettingError
from worker.models.registry import Registry
from worker.pipeline.job_context import JobContext
from worker.pipeline.ranking import rank
from worker.pipeline.taste import learn_taste
from worker.pipeline.text_scoring import score_texts
from worker.retrieval.base import EmbeddedChunk
from worker.tuning.taste import MAP_FROM


@pytest.fixture
def stored(rank_request: RankRequest, watched: Watched) -> dict[str, EmbeddedChunk]:
    """All passages of the index by the name of their file."""
    embedder = watched.runtime.embedder(rank_request.embedder)
    collection = watched.runtime.store(rank_request.store).open("small", embedder)
    return {each.chunk.source: each for each in collection.sample(100)}


def asked(
    rank_request: RankRequest,
    stored: dict[str, EmbeddedChunk],
    liked: Sequence[str],
    disliked: Sequence[str] = (),
    **fields: object,
) -> TasteRequest:
    marks = [(name, True) for name in liked] + [(name, False) for name in disliked]
    labels = tuple(
        Label(qid="Q1", chunk_id=stored[name].chunk.chunk_id, source=name, liked=kept)
        for name, kept in marks
    )
    usual: dict[str, object] = {
        "run_id": "taste-run",
        "name": "films",
        "collection": rank_request.collection,
        "embedder": rank_request.embedder,
        "store": rank_request.store,
        "povs": rank_request.povs,
        "labels": labels,
    }
    return TasteRequest(**(usual | fields))


def gone(name: str = "old.txt", *, liked: bool = True, qid: str = "Q1") -> Label:
    return Label(qid=qid, chunk_id="no such passage", source=name, liked=liked)


def test_a_taste_is_kept_with_what_it_was_learnt_from(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    request = asked(rank_request, stored, ["kettle.txt", "goal.txt"], ["coins.txt"], strength=0.5)
    result = learn_taste(request, watched.context)
    kept = Registry(watched.runtime.settings.made).find("taste:films")
    embedder = watched.runtime.embedder(rank_request.embedder)
    assert (kept.base, kept.base_revision) == (embedder.name, embedder.revision)
    assert kept.documents == ("goal.txt", "kettle.txt")
    assert kept.counts["passages"] == 2
    assert kept.counts["disliked"] == 1
    assert kept.settings["strength"] == 0.5
    assert (result.model, result.liked, result.disliked) == ("taste:films", 2, 1)


def test_a_passage_is_liked_for_what_top_povs_names_first(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    ranked = rank(rank_request, watched.context).questions[0].rows
    first = Counter(row.top_povs[0].pov_id for row in ranked if row.top_povs)
    result = learn_taste(asked(rank_request, stored, list(TEXTS)), watched.context)
    assert {each.pov_id: each.passages for each in result.learnt if each.passages} == first
    assert result.labels_left_out == len(TEXTS) - sum(first.values())


def test_nothing_is_liked_for_a_point_of_view_that_pushes_down_or_does_not_count(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    for weight in (-1.0, 0.0):
        first = rank_request.povs[0].model_copy(update={"weight": weight})
        povs = (first, *rank_request.povs[1:])
        result = learn_taste(asked(rank_request, stored, list(TEXTS), povs=povs), watched.context)
        learnt = {each.pov_id: each.passages for each in result.learnt}
        assert learnt["P1"] == 0
        assert sum(learnt.values()) > 0


def test_learning_and_ranking_by_it_embed_points_of_view_and_no_passage(
    rank_request: RankRequest,
    stored: dict[str, EmbeddedChunk],
    watched: Watched,
    monkeypatch: pytest.MonkeyPatch,
):
    counting = CountingEmbedder(watched.runtime.embedder(rank_request.embedder))
    monkeypatch.setattr(watched.runtime, "_query_vectors", {})
    monkeypatch.setitem(watched.runtime._warm, ("embedder", rank_request.embedder), ("", counting))
    learn_taste(asked(rank_request, stored, ["kettle.txt", "goal.txt"]), watched.context)
    povs = [pov.text for pov in rank_request.povs]
    assert sorted(counting.queries) == sorted(povs)
    counting.queries.clear()
    by_taste = rank_request.model_copy(update={"scoring_embedder": "taste:films"})
    rank(by_taste, watched.context)
    questions = [question.text for question in rank_request.questions]
    assert sorted(counting.queries) == sorted(questions + povs)
    assert counting.documents == 0


def scores(request: RankRequest, watched: Watched) -> dict[str, float]:
    context = JobContext(watched.runtime, lambda _event: None, lambda: False)
    return {row.source: row.sexy for row in rank(request, context).questions[0].rows}


def test_the_ranking_follows_the_taste_and_its_strength(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    learn_taste(asked(rank_request, stored, ["cocoa.txt"]), watched.context)
    names = ("taste:films@0", "taste:films@0.25", "taste:films@0.5", "taste:films@1")
    found = [
        scores(rank_request.model_copy(update={"scoring_embedder": n}), watched) for n in names
    ]
    base = scores(rank_request, watched)
    assert found[0] == base
    liked = [each["cocoa.txt"] for each in found]
    assert liked == sorted(liked)
    assert liked[-1] > liked[0]


def test_questions_are_found_as_before(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    learn_taste(asked(rank_request, stored, ["cocoa.txt"]), watched.context)
    by_taste = rank_request.model_copy(update={"scoring_embedder": "taste:films"})
    before, after = rank(rank_request, watched.context), rank(by_taste, watched.context)
    for one, other in zip(before.questions, after.questions, strict=True):
        assert {row.chunk_id: row.query_rank for row in one.rows} == {
            row.chunk_id: row.query_rank for row in other.rows
        }


def test_a_taste_that_is_learnt_anew_is_ranked_by_at_once(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    by_taste = rank_request.model_copy(update={"scoring_embedder": "taste:films"})
    learn_taste(asked(rank_request, stored, ["cocoa.txt"]), watched.context)
    first, stamp = scores(by_taste, watched), rank(by_taste, watched.context).run.embedder
    learn_taste(asked(rank_request, stored, ["tanker.txt", "border.txt"]), watched.context)
    assert scores(by_taste, watched) != first
    assert ", scored by taste:films@" in stamp
    assert rank(by_taste, watched.context).run.embedder != stamp


def test_a_passage_kept_in_one_question_and_not_in_another_is_named_and_left_out(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    request = asked(rank_request, stored, ["kettle.txt", "goal.txt"], ["goal.txt"])
    result = learn_taste(request, watched.context)
    assert (result.liked, result.disliked, result.labels_left_out) == (1, 0, 1)
    assert any("goal.txt" in remark and "yes for one" in remark for remark in result.remarks)


def test_a_passage_that_the_index_has_no_longer_is_named_and_left_out(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    request = asked(rank_request, stored, ["kettle.txt"])
    request = request.model_copy(update={"labels": (*request.labels, gone())})
    result = learn_taste(request, watched.context)
    assert (result.liked, result.labels_left_out) == (1, 1)
    assert any("old.txt" in remark and "no longer" in remark for remark in result.remarks)


def test_no_liked_passage_at_all_is_refused_in_three_parts_with_what_there_is(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    request = asked(rank_request, stored, ["goal.txt"], ["goal.txt", "coins.txt"], name="nothing")
    request = request.model_copy(update={"labels": (*request.labels, gone())})
    with pytest.raises(InputError) as refused:
        learn_taste(request, watched.context)
    for said in ("1 are marked no", "1 both yes and no", "1 marked yes are no longer"):
        assert said in refused.value.why
    assert refused.value.next_step
    assert not Registry(watched.runtime.settings.made).version("taste:nothing")


def test_passages_that_touch_no_point_of_view_teach_nothing(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    only = (rank_request.povs[1].model_copy(update={"weight": -1.0}),)
    with pytest.raises(InputError, match="nothing to learn"):
        learn_taste(asked(rank_request, stored, ["kettle.txt"], povs=only), watched.context)


def test_few_labels_say_how_many_more_would_help(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    result = learn_taste(asked(rank_request, stored, ["kettle.txt", "goal.txt"]), watched.context)
    said = " ".join(result.remarks)
    assert f"{MAP_FROM - 2} more would help" in said
    assert "learnt from fewer than 3 documents" in said
    assert "of 2 documents" in said
    assert result.comparisons == ()


def test_enough_documents_are_measured_with_an_interval_and_a_verdict(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    povs = tuple(PointOfView(pov_id=name, text=text) for name, text in TEXTS.items())
    result = learn_taste(asked(rank_request, stored, list(TEXTS), povs=povs), watched.context)
    assert {line.model for line in result.comparisons} == {"taste:films"}
    for line in result.comparisons:
        assert line.low <= line.change <= line.high
        assert line.counted == len(TEXTS)
    kept = Registry(watched.runtime.settings.made).find("taste:films")
    assert kept.comparisons == result.comparisons
    assert watched.kinds().count("row") == len(result.comparisons)


def test_the_name_of_a_taste_of_another_index_is_taken(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    request = asked(rank_request, stored, ["kettle.txt"])
    learn_taste(request, watched.context)
    with pytest.raises(SettingError, match="taken") as refused:
        learn_taste(request.model_copy(update={"collection": "other"}), watched.context)
    assert "'small'" in refused.value.why
    assert "bonsai tuned delete taste:films" in refused.value.next_step


@pytest.mark.parametrize("name", ["", "../films", "a b", "films@0.5"])
def test_a_name_that_is_none_is_refused_before_anything_is_read(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched, name: str
):
    with pytest.raises(SettingError, match="cannot be used"):
        learn_taste(asked(rank_request, stored, ["kettle.txt"], name=name), watched.context)
    assert watched.events == []


def test_a_taste_is_refused_as_the_embedder_of_an_index(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    learn_taste(asked(rank_request, stored, ["kettle.txt"]), watched.context)
    with pytest.raises(SettingError, match="Scoring embedder"):
        rank(rank_request.model_copy(update={"embedder": "taste:films"}), watched.context)


def test_an_index_that_is_absent_is_named(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    with pytest.raises(CollectionError, match="absent"):
        learn_taste(
            asked(rank_request, stored, ["kettle.txt"], collection="absent", name="absent"),
            watched.context,
        )


def test_a_point_of_view_that_is_too_long_is_reported_and_the_others_learn(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    povs = (*rank_request.povs, PointOfView(pov_id="P4", text="word " * 5000))
    result = learn_taste(asked(rank_request, stored, ["kettle.txt"], povs=povs), watched.context)
    assert [problem.code for problem in result.problems] == ["prompt_too_long"]
    assert {each.pov_id for each in result.learnt} == {"P1", "P2", "P3"}


def test_the_same_sentence_twice_is_one_point_of_view(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    twin = rank_request.povs[1].model_copy(update={"pov_id": "P4"})
    request = asked(rank_request, stored, ["kettle.txt"], povs=(*rank_request.povs, twin))
    learnt = learn_taste(request, watched.context).learnt
    assert [each.pov_id for each in learnt] == ["P1", "P2", "P3"]


def test_worksheet_scores_go_by_a_taste_as_well(
    rank_request: RankRequest, stored: dict[str, EmbeddedChunk], watched: Watched
):
    learn_taste(asked(rank_request, stored, ["cocoa.txt"]), watched.context)

    def cosine(embedder: str) -> np.ndarray:
        request = ScoreRequest(
            run_id="score",
            embedder=embedder,
            texts=(stored["cocoa.txt"].chunk.text,),
            povs=rank_request.povs,
            score="classic",
        )
        return np.array(score_texts(request, watched.context).cosine)

    base = cosine(rank_request.embedder)
    assert np.array_equal(cosine("taste:films@0"), base)
    assert cosine("taste:films").max() > base.max()
