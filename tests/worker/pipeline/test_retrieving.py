"""What is retrieved before it is scored: filters, keywords, diversity, other models that score."""

import numpy as np
import pytest

from tests.worker.pipeline.conftest import CountingEmbedder, Watched, index, timeless
from worker.contract import ChunkFilter, Question, RankRequest
from worker.errors import CancelledError, CollectionError, PackageMissingError, SettingError
from worker.pipeline.ranking import _remarks, rank
from worker.retrieval.fusion import fused
from worker.scoring.score_modes import final_order


def ask(request: RankRequest, text: str, **changes) -> RankRequest:
    question = Question(qid="Q1", text=text)
    return request.model_copy(update={"questions": (question,), "top_k": 3, **changes})


def by_query_rank(watched: Watched, request: RankRequest) -> list[str]:
    (ranking,) = rank(request, watched.context).questions
    return [row.source for row in sorted(ranking.rows, key=lambda row: row.query_rank)]


def test_hybrid_retrieval_finds_a_rare_word_that_vectors_blur(watched, documents, index_request):
    (documents / "ledger.txt").write_text("Entry ZK-4471: paid in full.", encoding="utf-8")
    (documents / "ledger2.txt").write_text("Entry ZK-9313: paid in full.", encoding="utf-8")
    index(index_request, watched.context)
    request = RankRequest(
        run_id="hybrid",
        collection="small",
        embedder=index_request.embedder,
        store=index_request.store,
        questions=(Question(qid="Q1", text="money owed under ZK-9313"),),
        povs=({"pov_id": "P1", "text": "Debts must be paid."},),
        retrieval="hybrid",
        top_k=3,
    )
    assert by_query_rank(watched, request)[0] == "ledger2.txt"


def test_what_keywords_add_has_its_own_similarity_and_vector(watched, rank_request):
    request = ask(rank_request, "pencil", retrieval="hybrid", top_k=6)
    (ranking,) = rank(request, watched.context).questions
    dense = rank(ask(rank_request, "pencil", top_k=6), watched.context).questions[0]
    similarity = {row.chunk_id: row.query_similarity for row in dense.rows}
    for row in ranking.rows:
        assert row.query_similarity == pytest.approx(similarity[row.chunk_id], abs=1e-6)


@pytest.mark.parametrize("retrieval", ["dense", "hybrid"])
def test_a_filter_holds_for_every_way_to_retrieve(watched, rank_request, retrieval):
    only = ChunkFilter(files=("k*", "co*"))
    request = ask(rank_request, "oil tankers and football", retrieval=retrieval, only=only)
    assert set(by_query_rank(watched, request)) <= {"kettle.txt", "cocoa.txt", "coins.txt"}


@pytest.fixture
def marked_reranker(watched, monkeypatch):
    """Stands for a cross-encoder: the later in the alphabet a text begins, the better."""

    class ByLetters:
        def scores(self, question, texts):
            return np.array([float(sum(map(ord, text[:3]))) for text in texts])

    monkeypatch.setitem(watched.runtime._warm, ("reranker", "st:letters"), ("", ByLetters()))


@pytest.mark.parametrize(
    "changes",
    [
        {"retrieval": "dense"},
        {"retrieval": "hybrid"},
        {"retrieval": "hybrid", "reranker": "st:letters"},
        {"retrieval": "hybrid", "diversity": 0.6},
        {"retrieval": "dense", "diversity": 1.0},
    ],
    ids=str,
)
def test_at_a_share_of_zero_the_order_is_that_of_retrieval(
    watched, rank_request, marked_reranker, changes
):
    request = ask(rank_request, "Who drew the gold border?", sexy_share=0.0, **changes)
    rows = rank(request.model_copy(update={"top_k": 6}), watched.context).questions[0].rows
    assert [row.query_rank for row in rows] == [1, 2, 3, 4, 5, 6]
    similarity = [row.query_similarity for row in rows]
    by_cosine = similarity == sorted(similarity, reverse=True)
    assert by_cosine == (changes == {"retrieval": "dense"})


def test_hybrid_orders_by_the_sum_of_both_scores(watched, rank_request):
    text = "Who drew the gold border?"
    request = ask(rank_request, text, retrieval="hybrid", sexy_share=0.0, top_k=6)
    rows = rank(request, watched.context).questions[0].rows
    embedder = watched.runtime.embedder(request.embedder)
    collection = watched.runtime.store(request.store).open(request.collection, embedder)
    ids = [row.chunk_id for row in rows]
    keywords = watched.runtime.keywords(collection).scores(text, ids)
    both = fused(np.array([row.query_similarity for row in rows]), keywords)
    assert list(np.argsort(-both, kind="stable")) == [0, 1, 2, 3, 4, 5]


def test_a_share_in_between_mixes_what_retrieval_goes_by(watched, rank_request, monkeypatch):
    seen = []

    def order(relevance, sexy, share):
        seen.append(relevance)
        return final_order(relevance, sexy, share)

    monkeypatch.setattr("worker.pipeline.hit_scorer.final_order", order)
    request = ask(rank_request, "gold border", retrieval="hybrid", sexy_share=0.5, top_k=6)
    rows = rank(request, watched.context).questions[0].rows
    by_place = sorted(rows, key=lambda row: row.query_rank)
    assert list(seen[0]) == sorted(seen[0], reverse=True)
    assert seen[0] != pytest.approx([row.query_similarity for row in by_place])


def test_questions_are_found_in_blocks_that_leave_no_trace(watched, rank_request, monkeypatch):
    questions = tuple(Question(qid=f"Q{n}", text=f"gold border {n}") for n in range(7))
    request = rank_request.model_copy(update={"questions": questions, "retrieval": "hybrid"})
    whole = rank(request, watched.context)
    monkeypatch.setattr("worker.pipeline.retrieving._QUESTIONS_AT_ONCE", 3)
    again = Watched(watched.runtime)
    assert timeless(rank(request, again.context)) == timeless(whole)
    assert again.kinds().count("row") == 7


def test_a_ranking_can_be_stopped_between_blocks_and_keeps_its_rows(
    watched, rank_request, monkeypatch
):
    monkeypatch.setattr("worker.pipeline.retrieving._QUESTIONS_AT_ONCE", 2)
    questions = tuple(Question(qid=f"Q{n}", text=f"gold {n}") for n in range(7))
    request = rank_request.model_copy(update={"questions": questions})
    counting = CountingEmbedder(watched.runtime.embedder(request.embedder))
    monkeypatch.setattr(watched.runtime, "embedder", lambda _name: counting)
    watched.end_after("stop", rows=3)
    with pytest.raises(CancelledError):
        rank(request, watched.context)
    assert watched.kinds().count("row") == 3
    asked = [text for text in counting.queries if text.startswith("gold")]
    assert asked == ["gold 0", "gold 1", "gold 2", "gold 3"]


def test_points_of_view_are_read_in_blocks(watched, rank_request, monkeypatch):
    whole = rank(rank_request, watched.context)
    monkeypatch.setattr("worker.pipeline.read_inputs._POVS_AT_ONCE", 2)
    watched.events.clear()
    assert timeless(rank(rank_request, watched.context)) == timeless(whole)
    told = [event for event in watched.events if event.kind == "progress"]
    read = [event.done for event in told if event.stage == "Reading points of view"]
    assert read == [0, 2]


def test_a_filter_that_leaves_nothing_says_so(watched, rank_request):
    with pytest.raises(CollectionError, match="passes the filter"):
        rank(ask(rank_request, "oil", only=ChunkFilter(types=("pdf",))), watched.context)


def test_diversity_puts_something_else_before_a_repetition(watched, documents, index_request):
    text = (documents / "tanker.txt").read_text(encoding="utf-8")
    (documents / "tanker_again.txt").write_text(text + " Again.", encoding="utf-8")
    index(index_request, watched.context)
    base = RankRequest(
        run_id="mmr",
        collection="small",
        embedder=index_request.embedder,
        store=index_request.store,
        questions=(Question(qid="Q1", text="oil tankers"),),
        povs=({"pov_id": "P1", "text": "Oil does not care."},),
        top_k=2,
    )
    assert set(by_query_rank(watched, base)) == {"tanker.txt", "tanker_again.txt"}
    diverse = by_query_rank(watched, base.model_copy(update={"diversity": 0.7}))
    assert len({source.partition("_")[0].removesuffix(".txt") for source in diverse}) == 2


def test_another_model_may_score_and_its_vectors_are_made_once(watched, rank_request, monkeypatch):
    """A second name for the same model shows which vectors are used; it is no other model."""
    other = CountingEmbedder(watched.runtime.embedder(rank_request.embedder))
    other.name, other.revision = "onnx:other", "1"
    monkeypatch.setitem(watched.runtime._warm, ("embedder", "onnx:other"), ("", other))
    request = rank_request.model_copy(update={"scoring_embedder": "onnx:other"})
    first = rank(request, watched.context)
    assert other.documents == 6  # every chunk of the corpus once, the sample among them
    assert other.queries == [pov.text for pov in request.povs]
    again = rank(request.model_copy(update={"run_id": "again"}), watched.context)
    assert other.documents == 6
    assert timeless(again) == timeless(first)
    usual = rank(rank_request, watched.context)
    for one, two in zip(first.questions, usual.questions, strict=True):
        assert [row.chunk_id for row in one.rows] == [row.chunk_id for row in two.rows]


def test_ranking_embeds_no_chunk(watched, rank_request, monkeypatch):
    counting = CountingEmbedder(watched.runtime.embedder(rank_request.embedder))
    monkeypatch.setitem(watched.runtime._warm, ("embedder", "onnx:counting"), ("", counting))
    counting.name = rank_request.embedder
    rank(rank_request.model_copy(update={"embedder": "onnx:counting"}), watched.context)
    assert counting.documents == 0


def test_a_reranker_that_is_not_known_is_named(watched, rank_request):
    with pytest.raises(SettingError, match="no reranker called 'bm25'"):
        rank(rank_request.model_copy(update={"reranker": "bm25"}), watched.context)


def test_a_reranker_without_its_package_names_the_line_that_installs_it(watched, rank_request):
    try:
        import sentence_transformers  # noqa: F401
    except ImportError:
        with pytest.raises(PackageMissingError, match=r"sentence-transformers"):
            rank(rank_request.model_copy(update={"reranker": "st:any/model"}), watched.context)
    else:
        pytest.skip("needs a Python without sentence-transformers")


def test_classic_as_the_mean_in_disguise_is_remarked(watched, rank_request):
    request = rank_request.model_copy(update={"score": "classic"})
    (ranking, *_) = rank(request, watched.context).questions
    assert list(_remarks(request, [ranking])) == []
    narrow = tuple((0.77 + n / 1e3, 0.78 + n / 1e3, 0.76 + n / 1e3) for n in range(30))
    matrix = ranking.matrix.model_copy(update={"cosine": narrow})
    (remark,) = _remarks(request, [ranking.model_copy(update={"matrix": matrix})])
    assert "'contrast' shows them" in remark
