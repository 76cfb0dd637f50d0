"""What is said beside an answer whose models cannot read what they were given."""

import pytest

from worker.contract import AnswerRequest, PointOfView, Question, RankedChunk, RankRequest
from worker.pipeline.unread_texts import unread_texts

ENGLISH, JAPANESE = "Old oil tankers change their flags.", "古い石油タンカーは旗を替える。"


def told(mode, question=ENGLISH, passage=ENGLISH, pov=ENGLISH, **models: str) -> str:
    """All that is said of an answer, with these models where the usual ones read both."""
    ranking = RankRequest(
        run_id="r",
        collection="c",
        embedder=models.get("embedder", "onnx:e5-small"),
        scoring_embedder=models.get("scorer", ""),
        questions=(Question(qid="Q1", text=question),),
        povs=(PointOfView(pov_id="P1", text=pov),),
    )
    request = AnswerRequest(run_id="r", ranking=ranking, llm=models.get("llm", "hf:Qwen/Qwen3-4B"))
    row = RankedChunk(
        chunk_id="c", rank=1, sexy=0, classic=0, query_similarity=0, query_rank=1, relevance=0,
        top_povs=(), source="a.txt", page=None, start=0, text=passage,
    )  # fmt: skip
    contexts = [] if mode == "no-rag" else [row]
    return "; ".join(unread_texts(request, ranking.questions[0], contexts, mode))


@pytest.mark.parametrize("mode", ["rag", "sexy"])
def test_japanese_questions_and_passages_for_an_english_embedding_model(mode):
    assert told(mode, question=JAPANESE, embedder="onnx:minilm") == (
        "Japanese question: the embedding model onnx:minilm reads English, onnx:e5-small reads both"
    )
    both = told(mode, question=JAPANESE, passage=JAPANESE, embedder="onnx:minilm")
    assert both.startswith("Japanese question and passages: the embedding model")


def test_points_of_view_matter_where_they_choose_the_passages():
    assert told("rag", pov=JAPANESE, embedder="onnx:minilm") == ""
    assert "Japanese points of view" in told("sexy", pov=JAPANESE, embedder="onnx:minilm")


def test_a_model_that_scores_alone_is_judged_by_what_it_reads():
    said = told("sexy", question=JAPANESE, pov=JAPANESE, scorer="st:BAAI/bge-small-en-v1.5")
    assert said.startswith("Japanese points of view: the embedding model st:BAAI/bge-small-en")
    assert told("rag", question=JAPANESE, pov=JAPANESE, scorer="onnx:minilm") == ""


@pytest.mark.parametrize("mode", ["no-rag", "rag", "sexy"])
def test_an_english_language_model_is_named_in_every_mode(mode):
    said = told(mode, question=JAPANESE, llm="gguf:smollm2")
    assert said.startswith("Japanese question: the language model gguf:smollm2 reads English")


def test_without_passages_the_embedding_model_has_no_part():
    assert told("no-rag", question=JAPANESE, embedder="onnx:minilm") == ""


@pytest.mark.parametrize("mode", ["no-rag", "rag", "sexy"])
def test_nothing_is_said_of_english_texts_or_of_models_that_read_both(mode):
    assert told(mode, embedder="onnx:minilm", llm="gguf:smollm2") == ""
    assert told(mode, question=JAPANESE, passage=JAPANESE, pov=JAPANESE) == ""
