import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.worker.pipeline.conftest import CountingEmbedder, KilledError, Watched, index, timeless
from worker.contract import (
    OVERVIEW_BLOB,
    IndexRequest,
    PictureWords,
    PointOfView,
    Question,
    RankRequest,
)
from worker.errors import CancelledError, CollectionError, InputError
from worker.pipeline.ranking import rank
from worker.scoring.corpus_statistics import CorpusStatistics
from worker.scoring.score_modes import contrast_values, score_chunks
from worker.scoring.similarity import cosine_matrix


def originals_order(chunk_vectors: np.ndarray, pov_vectors: np.ndarray) -> list[int]:
    """The original notebook's way: a double loop over pairs, then the norm of each row."""
    table = []
    for chunk in chunk_vectors:
        row = []
        for pov in pov_vectors:
            row.append(float(np.dot(chunk, pov) / (np.linalg.norm(chunk) * np.linalg.norm(pov))))
        table.append(row)
    norms = [float(np.linalg.norm(row)) for row in table]
    return sorted(range(len(norms)), key=lambda index: norms[index], reverse=True)


def stored_vectors(request: RankRequest, watched: Watched, texts: list[str]) -> np.ndarray:
    embedder = watched.runtime.embedder(request.embedder)
    collection = watched.runtime.store(request.store).open(request.collection, embedder)
    (hits,) = collection.nearest(embedder.embed_queries(["anything"]), 100)
    by_text = {hit.chunk.text: hit.vector for hit in hits}
    return np.array([by_text[text] for text in texts], dtype=np.float64)


def test_classic_scores_and_order_equal_the_original_loop(
    rank_request: RankRequest, watched: Watched
):
    request = rank_request.model_copy(update={"score": "classic"})
    result = rank(request, watched.context)
    povs = watched.runtime.embedder(request.embedder).embed_queries([p.text for p in request.povs])
    for ranking in result.questions:
        by_similarity = sorted(ranking.rows, key=lambda row: row.query_rank)
        vectors = stored_vectors(request, watched, [row.text for row in by_similarity])
        expected = originals_order(vectors, povs.astype(np.float64))
        assert [row.query_rank - 1 for row in ranking.rows] == expected
        cosine = np.array(ranking.matrix.cosine)
        assert [row.classic for row in ranking.rows] == pytest.approx(
            np.sqrt((cosine**2).sum(axis=1)), abs=1e-6
        )


def test_ordinary_similarity_would_have_ranked_otherwise(
    rank_request: RankRequest, watched: Watched
):
    rows = rank(rank_request, watched.context).questions[0].rows
    assert [row.rank for row in rows] == [1, 2, 3, 4, 5, 6]
    assert sorted(row.query_rank for row in rows) == [1, 2, 3, 4, 5, 6]
    assert [row.query_rank for row in rows] != [1, 2, 3, 4, 5, 6]


def test_a_share_of_zero_gives_the_order_of_similarity(rank_request: RankRequest, watched: Watched):
    request = rank_request.model_copy(update={"sexy_share": 0.0})
    rows = rank(request, watched.context).questions[0].rows
    assert [row.query_rank for row in rows] == [1, 2, 3, 4, 5, 6]


def test_a_negative_weight_sends_its_passage_to_the_bottom(
    rank_request: RankRequest, watched: Watched
):
    povs = (*rank_request.povs[1:], rank_request.povs[0].model_copy(update={"weight": -1.0}))
    rows = rank(rank_request.model_copy(update={"povs": povs}), watched.context).questions[0].rows
    assert rows[-1].source == "tanker.txt"


def test_ranking_embeds_questions_and_points_of_view_but_no_chunk(
    rank_request: RankRequest, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    counting = CountingEmbedder(watched.runtime.embedder(rank_request.embedder))
    monkeypatch.setattr(watched.runtime, "embedder", lambda _name: counting)
    monkeypatch.setattr(watched.runtime, "_query_vectors", {})
    rank(rank_request, watched.context)
    rank(rank_request, watched.context)
    assert counting.documents == 0
    assert sorted(counting.queries) == sorted(
        [question.text for question in rank_request.questions]
        + [pov.text for pov in rank_request.povs]
    )


@pytest.mark.parametrize(("most", "drawn"), [(0, 0), (1, 1), (2, 2), (3, 2)])
def test_as_many_questions_have_a_heatmap_as_asked_for(
    rank_request: RankRequest, watched: Watched, most: int, drawn: int
):
    result = rank(rank_request.model_copy(update={"heatmaps": most}), watched.context)
    of_questions = [name for name in watched.blobs if name != OVERVIEW_BLOB]
    assert of_questions == ["heatmap:Q1", "heatmap:Q2"][:drawn]
    assert (OVERVIEW_BLOB in watched.blobs) == (most > 0), "one of all questions"
    assert any("Heatmaps for the first" in remark for remark in result.remarks) == (drawn < 2)


def test_the_matrix_stands_in_the_order_of_the_rows(rank_request: RankRequest, watched: Watched):
    ranking = rank(rank_request, watched.context).questions[0]
    assert ranking.matrix.chunk_ids == tuple(row.chunk_id for row in ranking.rows)
    assert ranking.matrix.pov_ids == ("P1", "P2", "P3")
    assert np.array(ranking.matrix.contrast).shape == (6, 3)


def test_the_same_request_gives_the_same_ranking(rank_request: RankRequest, watched: Watched):
    first, second = (timeless(rank(rank_request, watched.context)) for _ in range(2))
    assert first == second


def test_the_stamp_tells_changed_inputs_apart(rank_request: RankRequest, watched: Watched):
    changed = rank_request.model_copy(update={"povs": rank_request.povs[:2], "top_k": 3})
    before, after = (rank(r, watched.context).run for r in (rank_request, changed))
    assert before.povs_hash != after.povs_hash
    assert before.settings_hash != after.settings_hash
    assert before.questions_hash == after.questions_hash
    assert before.index_version == after.index_version


def test_words_over_pictures_are_no_setting(rank_request: RankRequest, watched: Watched):
    japanese = rank_request.model_copy(update={"picture_words": PictureWords(question="文書")})
    before, after = (rank(r, watched.context).run for r in (rank_request, japanese))
    assert before.settings_hash == after.settings_hash


def test_an_overlong_question_is_named_and_the_others_are_ranked(
    rank_request: RankRequest, watched: Watched
):
    long = Question(
        qid="Q9", text="why " * 400, place="book.xlsx, sheet FBQ, row 9, column QInitial"
    )
    request = rank_request.model_copy(update={"questions": (long, *rank_request.questions)})
    result = rank(request, watched.context)
    assert [ranking.qid for ranking in result.questions] == ["Q1", "Q2"]
    assert "Q9 (book.xlsx, sheet FBQ, row 9, column QInitial)" in result.problems[0].what


def test_overlong_points_of_view_alone_are_an_error(rank_request: RankRequest, watched: Watched):
    povs = (PointOfView(pov_id="P1", text="because " * 400),)
    with pytest.raises(InputError, match="no point of view"):
        rank(rank_request.model_copy(update={"povs": povs}), watched.context)


def test_an_index_that_was_never_made_is_an_error(rank_request: RankRequest, watched: Watched):
    with pytest.raises(CollectionError, match="There is no index called 'other'"):
        rank(rank_request.model_copy(update={"collection": "other"}), watched.context)


@pytest.fixture
def columns(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many columns of cosines were computed for statistics, each time; none is known yet."""
    watched.runtime.settings.statistics.unlink(missing_ok=True)
    counts: list[int] = []

    def counted(chunks, povs):
        counts.append(len(povs))
        return cosine_matrix(chunks, povs)

    monkeypatch.setattr("worker.pipeline.statistics_cache.cosine_matrix", counted)
    return counts


def test_statistics_are_kept_until_the_index_changes(
    rank_request: RankRequest, watched: Watched, columns: list[int]
):
    first = rank(rank_request, watched.context)
    second = rank(rank_request, watched.context)
    assert timeless(first) == timeless(second)
    assert columns == [3]


def test_a_new_point_of_view_costs_one_column(
    rank_request: RankRequest, watched: Watched, columns: list[int]
):
    rank(rank_request, watched.context)
    new = PointOfView(pov_id="P4", text="A pencil can draw blood.")
    povs = (new, *reversed(rank_request.povs))
    result = rank(rank_request.model_copy(update={"povs": povs}), watched.context)
    assert columns == [3, 1]
    assert result.questions[0].matrix.pov_ids == ("P4", "P3", "P2", "P1")


def test_a_sentence_that_stands_there_twice_has_one_column(
    rank_request: RankRequest, watched: Watched, columns: list[int]
):
    again = rank_request.povs[0].model_copy(update={"pov_id": "P4"})
    result = rank(
        rank_request.model_copy(update={"povs": (*rank_request.povs, again)}), watched.context
    )
    assert columns == [3]
    usual = result.questions[0].matrix.statistics
    assert (usual.mean[3], usual.sd[3]) == (usual.mean[0], usual.sd[0])


def test_any_order_of_points_of_view_gives_the_same_scores(
    rank_request: RankRequest, watched: Watched
):
    usual = rank(rank_request, watched.context).questions[0].rows
    turned = rank_request.model_copy(update={"povs": tuple(reversed(rank_request.povs))})
    rows = rank(turned, watched.context).questions[0].rows
    assert [row.chunk_id for row in rows] == [row.chunk_id for row in usual]
    assert [row.sexy for row in rows] == pytest.approx([row.sexy for row in usual], abs=1e-6)


def test_the_statistics_that_come_with_a_ranking_are_those_of_its_contrast(
    rank_request: RankRequest, watched: Watched
):
    result = rank(rank_request, watched.context)
    matrix = result.questions[0].matrix
    usual = CorpusStatistics.from_wire(matrix.statistics)
    weights = np.array([pov.weight for pov in rank_request.povs])
    assert np.array(matrix.contrast) == pytest.approx(
        contrast_values(np.array(matrix.cosine), weights, usual), abs=1e-12
    )


def test_a_point_of_view_that_is_too_long_is_not_among_the_statistics(
    rank_request: RankRequest, watched: Watched
):
    povs = (PointOfView(pov_id="P0", text="because " * 400), *rank_request.povs)
    result = rank(rank_request.model_copy(update={"povs": povs}), watched.context)
    matrix = rank(rank_request, watched.context).questions[0].matrix
    assert result.questions[0].matrix.statistics == matrix.statistics


def test_damaged_statistics_are_computed_again(rank_request: RankRequest, watched: Watched):
    before = timeless(rank(rank_request, watched.context))
    watched.runtime.settings.statistics.write_bytes(b"half a file")
    assert timeless(rank(rank_request, watched.context)) == before


def test_a_home_that_cannot_be_written_stops_no_ranking(
    rank_request: RankRequest, watched: Watched
):
    file = watched.runtime.settings.statistics
    for there in file.parent.glob(f"{file.name}*"):
        there.unlink()
    file.mkdir(parents=True)
    try:
        assert rank(rank_request, watched.context).questions
    finally:
        shutil.rmtree(file)


@pytest.fixture
def five_questions(rank_request: RankRequest) -> RankRequest:
    texts = ("What moves the world?", "Who sings?", "What breaks?", "Who flees?", "What is gold?")
    questions = [Question(qid=f"Q{n}", text=text) for n, text in enumerate(texts, start=1)]
    long = Question(qid="Q9", text="why " * 400)
    return rank_request.model_copy(update={"questions": (long, *questions)})


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """The cosines of all passages that are scored, a question each."""
    cosines: list[np.ndarray] = []

    def score(cosine, *options):
        cosines.append(cosine)
        return score_chunks(cosine, *options)

    monkeypatch.setattr("worker.pipeline.hit_scorer.score_chunks", score)
    return cosines


@pytest.mark.parametrize(
    ("how", "error"), [("kill", KilledError), ("stop", CancelledError)], ids=["killed", "stopped"]
)
def test_a_ranking_that_ended_early_goes_on_after_its_last_row(
    five_questions: RankRequest, watched: Watched, scored: list[np.ndarray], how: str, error: type
):
    whole = rank(five_questions, Watched(watched.runtime).context)
    scored.clear()
    watched.end_after(how, rows=2)
    with pytest.raises(error):
        rank(five_questions, watched.context)
    again = watched.next_try()
    result = rank(five_questions, again.context)
    assert timeless(result) == timeless(whole)
    assert result.run.time == watched.events[0].run.time, "the stamp is that of the first try"
    told = watched.kinds() + again.kinds()
    assert [told.count(kind) for kind in ("started", "row", "problem")] == [1, 5, 1]
    assert len(scored) == 5, "each question once, in both tries together"
    assert set(again.blobs) == {OVERVIEW_BLOB, *(f"heatmap:Q{number}" for number in range(1, 6))}


def test_a_ranking_that_goes_on_embeds_only_the_questions_that_are_left(
    five_questions: RankRequest, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    watched.end_after("kill", rows=3)
    with pytest.raises(KilledError):
        rank(five_questions, watched.context)
    counting = CountingEmbedder(watched.runtime.embedder(five_questions.embedder))
    monkeypatch.setattr(watched.runtime, "embedder", lambda _name: counting)
    monkeypatch.setattr(watched.runtime, "_query_vectors", {})
    rank(five_questions, watched.next_try().context)
    povs = [pov.text for pov in five_questions.povs]
    assert sorted(counting.queries) == sorted(["Who flees?", "What is gold?", *povs])


def test_a_ranking_that_was_complete_is_given_again(five_questions: RankRequest, watched: Watched):
    whole = rank(five_questions, watched.context)
    again = watched.next_try()
    assert timeless(rank(five_questions, again.context)) == timeless(whole)
    assert set(again.kinds()) == {"progress"}


def test_a_ranking_starts_afresh_when_the_index_has_changed(
    five_questions: RankRequest, index_request: IndexRequest, documents: Path, watched: Watched
):
    watched.end_after("kill", rows=2)
    with pytest.raises(KilledError):
        rank(five_questions, watched.context)
    (documents / "goal.txt").write_text("The goalkeeper saved the last shot.")
    index(index_request, Watched(watched.runtime).context)
    again = watched.next_try()
    result = rank(five_questions, again.context)
    told = again.kinds()
    assert [told.count(kind) for kind in ("started", "row", "problem")] == [1, 5, 1]
    assert timeless(result) == timeless(rank(five_questions, Watched(watched.runtime).context))


def test_points_of_view_of_no_weight_are_an_error(rank_request: RankRequest, watched: Watched):
    povs = tuple(pov.model_copy(update={"weight": 0.0}) for pov in rank_request.povs)
    with pytest.raises(InputError, match="No point of view counts"):
        rank(rank_request.model_copy(update={"povs": povs}), watched.context)


def test_two_points_of_view_that_are_the_same_are_one_of_both_weights_and_named(
    rank_request: RankRequest, watched: Watched
):
    first, *others = rank_request.povs
    again = first.model_copy(update={"pov_id": "P9"})
    heavier = first.model_copy(update={"weight": 2 * first.weight})
    twice = rank(rank_request.model_copy(update={"povs": (first, *others, again)}), watched.context)
    once = rank(rank_request.model_copy(update={"povs": (heavier, *others)}), watched.context)
    assert "The points of view P1 and P9 are the same sentence" in twice.remarks[0]
    assert once.remarks == ()
    for both, one in zip(twice.questions, once.questions, strict=True):
        assert [row.sexy for row in both.rows] == pytest.approx([row.sexy for row in one.rows])


def test_a_point_of_view_of_one_word_scores(rank_request: RankRequest, watched: Watched):
    povs = (PointOfView(pov_id="P1", text="Kettle"),)
    rows = rank(rank_request.model_copy(update={"povs": povs}), watched.context).questions[0].rows
    assert len({row.sexy for row in rows}) > 1


def test_one_point_of_view_that_is_too_long_leaves_the_others_to_score(
    rank_request: RankRequest, watched: Watched
):
    long = PointOfView(pov_id="P9", text="because " * 400, weight=1e6)
    povs = (*rank_request.povs, long)
    result = rank(rank_request.model_copy(update={"povs": povs}), watched.context)
    usual = rank(rank_request, watched.context)
    assert timeless(result)["questions"] == timeless(usual)["questions"]
    assert "P9 has 400 tokens" in result.problems[0].what
