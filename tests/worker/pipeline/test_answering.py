from collections.abc import Sequence

import pytest

from tests.worker.pipeline.conftest import KilledError, Watched, timeless
from worker.contract import AnswerRequest, Question, RankRequest
from worker.errors import CancelledError, SettingError
from worker.inference.base import Prompt, Sampling
from worker.pipeline.answering import answer


@pytest.fixture
def answer_request(rank_request: RankRequest) -> AnswerRequest:
    question = Question(qid="Q1", text="What do old oil tankers do to get around sanctions?")
    ranking = rank_request.model_copy(update={"questions": (question,)})
    return AnswerRequest(
        run_id="answer-run", ranking=ranking, llm="scripted:quoting", contexts=2, max_tokens=60
    )


def test_the_three_modes_stand_side_by_side(answer_request: AnswerRequest, watched: Watched):
    result = answer(answer_request, watched.context)
    assert [given.mode for given in result.answers] == ["no-rag", "rag", "sexy"]
    assert all(
        given.text and given.seconds.generate > 0 and given.tokens for given in result.answers
    )
    assert watched.kinds().count("row") == 1 + 3, "one ranking, three answers"


def test_what_was_asked_for_alone_is_all_that_is_written(
    answer_request: AnswerRequest, watched: Watched
):
    only = answer_request.model_copy(update={"only": (("Q1", "rag"),)})
    result = answer(only, watched.context)
    assert [(given.qid, given.mode) for given in result.answers] == [("Q1", "rag")]
    whole = answer(answer_request, watched.context)
    assert result.run.settings_hash == whole.run.settings_hash


def test_the_contexts_of_rag_are_the_most_similar_and_those_of_sexy_the_best_ranked(
    answer_request: AnswerRequest, watched: Watched
):
    result = answer(answer_request, watched.context)
    rows = result.questions[0].rows
    cited = {given.mode: [c.chunk_id for c in given.citations] for given in result.answers}
    assert cited["no-rag"] == []
    nearest = sorted(rows, key=lambda row: row.query_rank)[:2]
    assert set(cited["rag"]) == {row.chunk_id for row in nearest}
    assert set(cited["sexy"]) == {row.chunk_id for row in rows[:2]}


def test_a_passage_that_the_user_left_out_is_not_used(
    answer_request: AnswerRequest, watched: Watched
):
    first = answer(answer_request, watched.context)
    unwanted = first.questions[0].rows[0].chunk_id
    question = answer_request.ranking.questions[0]
    excluding = question.model_copy(update={"excluded_chunk_ids": (unwanted,)})
    ranking = answer_request.ranking.model_copy(update={"questions": (excluding,)})
    second = answer(answer_request.model_copy(update={"ranking": ranking}), watched.context)
    assert unwanted not in {c.chunk_id for given in second.answers for c in given.citations}


def test_the_answer_arrives_piece_by_piece(answer_request: AnswerRequest, watched: Watched):
    result = answer(answer_request.model_copy(update={"modes": ("no-rag",)}), watched.context)
    pieces = [event.text for event in watched.events if event.kind == "text"]
    assert len(pieces) > 3
    assert "".join(pieces).strip() == result.answers[0].text.removesuffix("…").strip()


def test_the_original_layout_can_be_chosen_by_name(answer_request: AnswerRequest, watched: Watched):
    request = answer_request.model_copy(update={"prompt": "alpaca", "modes": ("sexy",)})
    given = answer(request, watched.context).answers[0]
    assert given.text
    assert "###" not in given.text


def test_a_prompt_of_ones_own_reaches_the_model(
    answer_request: AnswerRequest, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    model = watched.runtime.language_model("scripted:quoting")
    generate, seen = model.generate, []

    def remember(prompts: Sequence[Prompt], sampling: Sampling, **more):
        seen.extend(prompt.text for prompt in prompts)
        return generate(prompts, sampling, **more)

    monkeypatch.setattr(model, "generate", remember)
    request = answer_request.model_copy(
        update={"prompt": "Passages: {context} Task: {question}", "modes": ("rag",), "contexts": 1}
    )
    rows = answer(request, watched.context).questions[0].rows
    nearest = min(rows, key=lambda row: row.query_rank).text
    question = answer_request.ranking.questions[0].text
    assert seen == [f"Passages: [1] {nearest} Task: {question}"]


def test_an_unusable_prompt_is_refused_before_anything_runs(
    answer_request: AnswerRequest, watched: Watched
):
    request = answer_request.model_copy(update={"prompt": "Say {something}"})
    with pytest.raises(SettingError, match="'Prompt'"):
        answer(request, watched.context)
    assert watched.events == []


def test_a_prompt_longer_than_the_model_reads_fails_in_its_row_alone(
    answer_request: AnswerRequest, watched: Watched
):
    prompt = "{question} {context} " + "harbour " * 500
    ranking = answer_request.ranking.model_copy(
        update={"questions": (*answer_request.ranking.questions, Question(qid="Q2", text="Why?"))}
    )
    request = answer_request.model_copy(
        update={
            "llm": "scripted:counting",
            "prompt": prompt,
            "modes": ("rag",),
            "ranking": ranking,
        }
    )
    result = answer(request, watched.context)
    assert [given.problem.code for given in result.answers] == ["prompt_too_long"] * 2
    assert "question Q1" in result.answers[0].problem.what


def test_stopping_keeps_the_answers_that_are_done(answer_request: AnswerRequest, watched: Watched):
    watched.stop = lambda: watched.kinds().count("row") >= 2
    with pytest.raises(CancelledError):
        answer(answer_request, watched.context)
    assert watched.kinds().count("row") == 2, "the ranking and the first answer"


@pytest.mark.parametrize(
    ("how", "error"), [("kill", KilledError), ("stop", CancelledError)], ids=["killed", "stopped"]
)
@pytest.mark.parametrize("rows", [1, 3], ids=["while it ranked", "while it answered"])
def test_an_answer_run_that_ended_early_goes_on_after_its_last_row(
    answer_request: AnswerRequest,
    watched: Watched,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    error: type,
    rows: int,
):
    questions = (*answer_request.ranking.questions, Question(qid="Q2", text="Who sings?"))
    ranking = answer_request.ranking.model_copy(update={"questions": questions})
    request = answer_request.model_copy(
        update={"ranking": ranking, "modes": ("no-rag", "sexy"), "max_tokens": 8}
    )
    whole = answer(request, Watched(watched.runtime).context)
    model = watched.runtime.language_model("scripted:quoting")
    generate, asked = model.generate, []

    def count(prompts: Sequence[Prompt], sampling: Sampling, **more):
        for reply in generate(prompts, sampling, **more):
            asked.append(reply)
            yield reply

    monkeypatch.setattr(model, "generate", count)
    watched.end_after(how, rows)
    with pytest.raises(error):
        answer(request, watched.context)
    again = watched.next_try()
    result = answer(request, again.context)
    assert timeless(result) == timeless(whole)
    told = watched.kinds() + again.kinds()
    assert [told.count(kind) for kind in ("started", "row")] == [1, 2 + 4]
    assert len(asked) == 4, "each answer was written once"


def test_what_a_model_cannot_read_is_said_in_each_answer_also_where_nobody_is_asked(
    answer_request: AnswerRequest, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    # No stub has the name of an English model, so here every name is taken for one.
    monkeypatch.setattr("worker.language.reads_english_only", lambda model: True)
    question = Question(qid="Q1", text="中央銀行はなぜ金を買ったのか。")
    ranking = answer_request.ranking.model_copy(update={"questions": (question,)})
    result = answer(answer_request.model_copy(update={"ranking": ranking}), watched.context)
    by_mode = {given.mode: given.support.unread for given in result.answers}
    assert [line.partition(":")[0] for line in by_mode["no-rag"]] == ["Japanese question"]
    for mode in ("rag", "sexy"):
        assert ["embedding" in line for line in by_mode[mode]] == [True, False]
    assert any(given.support.reason for given in result.answers), "one abstained"
