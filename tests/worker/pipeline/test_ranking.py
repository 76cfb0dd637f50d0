import io
import shutil

import numpy as np
import pytest
from PIL import Image

from tests.worker.pipeline.conftest import Watched
from worker.contract import PointOfView, Question, RankRequest
from worker.errors import CollectionError, InputError
from worker.pipeline.ranking import rank
from worker.retrieval.base import Embedder


class CountingEmbedder:
    """The real embedder, counting what it is asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.documents = 0
        self.queries: list[str] = []

    def __getattr__(self, name: str):
        return getattr(self._embedder, name)

    def embed_documents(self, texts):
        self.documents += len(texts)
        return self._embedder.embed_documents(texts)

    def embed_queries(self, texts):
        self.queries += texts
        return self._embedder.embed_queries(texts)


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


def test_what_touches_a_point_of_view_comes_first(rank_request: RankRequest, watched: Watched):
    result = rank(rank_request, watched.context)
    top = {row.source: row.top_povs[0].pov_id for row in result.questions[0].rows[:3]}
    assert top == {"tanker.txt": "P1", "kettle.txt": "P2", "goal.txt": "P3"}


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


def test_each_question_has_a_heatmap(rank_request: RankRequest, watched: Watched):
    rank(rank_request, watched.context)
    assert set(watched.blobs) == {"heatmap:Q1", "heatmap:Q2"}
    assert Image.open(io.BytesIO(watched.blobs["heatmap:Q1"])).format == "PNG"


def test_the_matrix_stands_in_the_order_of_the_rows(rank_request: RankRequest, watched: Watched):
    ranking = rank(rank_request, watched.context).questions[0]
    assert ranking.matrix.chunk_ids == tuple(row.chunk_id for row in ranking.rows)
    assert ranking.matrix.pov_ids == ("P1", "P2", "P3")
    assert np.array(ranking.matrix.contrast).shape == (6, 3)


def test_the_same_request_gives_the_same_ranking(rank_request: RankRequest, watched: Watched):
    first, second = (rank(rank_request, watched.context) for _ in range(2))
    assert first.questions == second.questions
    assert first.run.povs_hash == second.run.povs_hash


def test_the_stamp_tells_changed_inputs_apart(rank_request: RankRequest, watched: Watched):
    changed = rank_request.model_copy(update={"povs": rank_request.povs[:2], "top_k": 3})
    before, after = (rank(r, watched.context).run for r in (rank_request, changed))
    assert before.povs_hash != after.povs_hash
    assert before.settings_hash != after.settings_hash
    assert before.questions_hash == after.questions_hash
    assert before.index_version == after.index_version


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


def test_statistics_are_kept_until_the_index_changes(rank_request: RankRequest, watched: Watched):
    folder = watched.runtime.settings.statistics
    povs = (*rank_request.povs, PointOfView(pov_id="P4", text="A pencil can draw blood."))
    request = rank_request.model_copy(update={"povs": povs})
    before = len(list(folder.glob("*.npz"))) if folder.is_dir() else 0
    first = rank(request, watched.context)
    second = rank(request, watched.context)
    assert len(list(folder.glob("*.npz"))) == before + 2, "this version's and the latest"
    assert first.questions == second.questions


def test_damaged_statistics_are_computed_again(rank_request: RankRequest, watched: Watched):
    before = rank(rank_request, watched.context)
    for file in watched.runtime.settings.statistics.iterdir():
        file.write_bytes(b"half a file")
    assert rank(rank_request, watched.context).questions == before.questions


def test_a_home_that_cannot_be_written_stops_no_ranking(
    rank_request: RankRequest, watched: Watched
):
    folder = watched.runtime.settings.statistics
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("no folder")
    try:
        assert rank(rank_request, watched.context).questions
    finally:
        folder.unlink()
