"""Meaning: what only the real models can show of ranking and answering."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import Watched
from worker.contract import AnswerRequest, Question, RankRequest
from worker.pipeline.answering import answer
from worker.pipeline.ranking import rank
from worker.runtime import Runtime


@pytest.fixture
def watched(warm_runtime: Runtime) -> Watched:
    return Watched(warm_runtime)


def test_dense_retrieval_is_by_meaning(watched: Watched, rank_request: RankRequest):
    question = Question(qid="Q1", text="Who is winning at sport?")
    request = rank_request.model_copy(
        update={"questions": (question,), "top_k": 3, "retrieval": "dense"}
    )
    (ranking,) = rank(request, watched.context).questions
    assert min(ranking.rows, key=lambda row: row.query_rank).source == "goal.txt"


def test_what_touches_a_point_of_view_comes_first(rank_request: RankRequest, watched: Watched):
    result = rank(rank_request, watched.context)
    top = {row.source: row.top_povs[0].pov_id for row in result.questions[0].rows[:3]}
    assert top == {"tanker.txt": "P1", "kettle.txt": "P2", "goal.txt": "P3"}


def test_an_answer_from_passages_uses_their_words(watched: Watched, rank_request: RankRequest):
    question = Question(qid="Q1", text="What do old oil tankers do to get around sanctions?")
    ranking = rank_request.model_copy(update={"questions": (question,)})
    llm = watched.runtime.settings.llm
    request = AnswerRequest(
        run_id="answer-run", ranking=ranking, llm=llm, contexts=2, max_tokens=40, modes=("rag",)
    )
    (given,) = answer(request, watched.context).answers
    assert given.tokens
    assert given.seconds.generate > 0
    assert any(word in given.text.lower() for word in ("flag", "name", "crude"))


def test_japanese_questions_to_an_english_model_are_remarked(
    watched: Watched, rank_request: RankRequest
):
    japanese = tuple(
        pov.model_copy(update={"text": f"{place}番の港の記憶は今も続いている。"})
        for place, pov in enumerate(rank_request.povs, start=1)
    )
    question = Question(qid="Q1", text="金利の引き上げで誰が得をするのか。")
    request = rank_request.model_copy(update={"povs": japanese, "questions": (question,)})
    (remark,) = rank(request, watched.context).remarks
    assert "onnx:e5-small" in remark
    assert rank(rank_request, watched.context).remarks == ()


def test_each_answer_to_a_japanese_question_names_the_models_that_read_it(
    watched: Watched, rank_request: RankRequest
):
    question = Question(qid="Q1", text="金利の引き上げで誰が得をするのか。")
    ranking = rank_request.model_copy(update={"questions": (question,)})
    request = AnswerRequest(
        run_id="r", ranking=ranking, llm="gguf:smollm2", modes=("no-rag", "rag"), max_tokens=8
    )
    alone, from_passages = answer(request, watched.context).answers
    (said,) = alone.support.unread
    assert "the language model gguf:smollm2 reads English, hf:Qwen" in said
    assert from_passages.support.unread == (
        "Japanese question: the embedding model onnx:minilm reads English, "
        "onnx:e5-small reads both",
        said,
    )


def test_a_real_language_model_is_asked_for_translations(
    watched: Watched, rank_request: RankRequest, tmp_path: Path, models: Path
):
    """The smallest one translates badly: what is shown is that the texts reach it and come back."""
    settings = replace(watched.runtime.settings, home=tmp_path / "home", models=models)
    watched.runtime = Runtime(settings)
    request = rank_request.model_copy(
        update={
            "questions": rank_request.questions[:1],
            "top_k": 1,
            "translate_to": "French",
            "translator": "gguf:smollm2",
        }
    )
    result = rank(request, watched.context)
    watched.runtime.close()
    assert len(result.translations) == 2
    assert all(each.text and not each.problem for each in result.translations)
