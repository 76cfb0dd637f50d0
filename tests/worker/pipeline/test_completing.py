"""The engine here is a stand-in: what is tested is what happens when an engine fails."""

from __future__ import annotations

import pytest

from tests.worker.pipeline.test_drafts import NINE, draft, passage
from worker.answering.prompts import Layout
from worker.contract import Question
from worker.errors import CancelledError, EngineError, EngineLostError, PromptTooLongError
from worker.inference.base import Completion, Sampling
from worker.pipeline import completing
from worker.pipeline.completing import Asker
from worker.pipeline.job_context import JobContext

ECHO = Layout("echo", "completion", "{question} {context}", "{question}")
LOST = EngineLostError("The server is gone.", "It does not answer.", "Start it.")
LONG = PromptTooLongError("The prompt is too long.", "The model reads little.", "Shorten it.")


class ScriptedModel:
    """Stands for an engine: `say` gives the reply to a prompt, or raises what ends the batch."""

    name, has_chat_layout, streams = "scripted", False, 1

    def __init__(self, say) -> None:
        self.say = say
        self.asked: list[list[str]] = []

    def generate(self, prompts, sampling, *, on_text, cancelled):
        self.asked.append([prompt.text for prompt in prompts])
        for index, prompt in enumerate(prompts):
            reply = self.say(prompt.text)
            if isinstance(reply, str):
                on_text(index, reply)
                reply = Completion(reply, 1, 1, cut=False)
            yield index, reply


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completing, "_PAUSES", (0, 0, 0, 0))
    monkeypatch.setattr(completing, "_FIRST_PAUSES", (0, 0))


def asking(name: str, *passages):
    question = Question(qid=name, text=f"{name}?")
    made = draft("rag", passages)
    return type(made)(question, made.ranking, "rag", tuple(passages), None, 0.0)


def asked(model, *drafts, cancelled=lambda: False):
    pieces = []
    asker = Asker(model, ECHO, Sampling(9), JobContext(None, print, cancelled))
    replies = asker.ask(drafts, lambda draft, text: pieces.append((draft.question.qid, text)))
    return {draft.question.qid: (draft, what) for draft, what in replies}, pieces


def test_all_prompts_go_to_the_engine_as_one_batch():
    model = ScriptedModel(lambda text: text.upper())
    result, pieces = asked(model, asking("a"), asking("b"), asking("c"))
    assert model.asked == [["a?", "b?", "c?"]]
    assert {qid: what.text for qid, (_, what) in result.items()} == {
        "a": "A?",
        "b": "B?",
        "c": "C?",
    }
    assert pieces == [("a", "A?"), ("b", "B?"), ("c", "C?")]


def test_a_prompt_that_is_too_long_is_asked_again_with_fewer_passages_and_the_others_go_on():
    model = ScriptedModel(lambda text: LONG if text.count("nine") > 1 else "Nine.")
    result, _ = asked(
        model, asking("a", passage(1, 1), passage(2, 2), passage(3, 3)), asking("b", passage(1, 1))
    )
    assert [len(batch) for batch in model.asked] == [2, 1, 1]
    assert {qid: (len(made.contexts), made.left_out) for qid, (made, _) in result.items()} == {
        "a": (1, 2),
        "b": (1, 0),
    }


def test_a_question_that_is_too_long_without_any_passage_fails_alone():
    model = ScriptedModel(lambda text: LONG if text.startswith("a?") else "Nine.")
    result, _ = asked(model, asking("a", passage(1, 1, NINE * 10)), asking("b"))
    assert result["a"][1] is LONG
    assert result["b"][1].text == "Nine."


def test_a_prompt_that_the_engine_cannot_digest_fails_alone():
    broken = EngineError("It failed.", "Nobody knows.", "Try again.")
    model = ScriptedModel(lambda text: broken if text == "a?" else "Nine.")
    result, _ = asked(model, asking("a"), asking("b"))
    assert result["a"][1] is broken
    assert result["b"][1].text == "Nine."


def test_after_the_engine_was_lost_only_what_was_left_is_asked_again():
    deaths = iter([True])

    def say(text: str):
        if text == "b?" and next(deaths, False):
            raise LOST
        return "Nine."

    model = ScriptedModel(say)
    result, _ = asked(model, asking("a"), asking("b"), asking("c"))
    assert model.asked == [["a?", "b?", "c?"], ["b?", "c?"]]
    assert all(what.text == "Nine." for _, what in result.values())


def test_a_draft_that_was_made_smaller_is_not_lost_with_the_engine():
    deaths = iter([True])

    def say(text: str):
        if text == "b?" and next(deaths, False):
            raise LOST
        return LONG if text.count("nine") > 1 else "Nine."

    model = ScriptedModel(say)
    result, _ = asked(model, asking("a", passage(1, 1), passage(2, 2)), asking("b"))
    assert {qid: what.text for qid, (_, what) in result.items()} == {"a": "Nine.", "b": "Nine."}


def lose(_text: str):
    raise LOST


def test_an_engine_that_was_never_there_is_given_up_soon():
    model = ScriptedModel(lose)
    result, _ = asked(model, asking("a"), asking("b"))
    assert [what for _, what in result.values()] == [LOST, LOST]
    assert len(model.asked) == 3


def test_an_engine_that_has_answered_before_is_waited_for_longer():
    replies = iter(["Nine."])

    def say(_text: str):
        if reply := next(replies, ""):
            return reply
        raise LOST

    model = ScriptedModel(say)
    result, _ = asked(model, asking("a"), asking("b"))
    assert result["a"][1].text == "Nine."
    assert result["b"][1] is LOST
    assert len(model.asked) == 5


def test_who_waits_for_an_engine_can_still_stop(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(completing, "_FIRST_PAUSES", (3600,))
    with pytest.raises(CancelledError):
        asked(ScriptedModel(lose), asking("a"), cancelled=lambda: True)


def test_a_prompt_that_ends_the_engine_each_time_fails_alone():
    def say(text: str):
        return lose(text) if text == "a?" else "Nine."

    model = ScriptedModel(say)
    result, _ = asked(model, *(asking(name) for name in "abcdef"))
    assert result.pop("a")[1] is LOST
    assert [what.text for _, what in result.values()] == ["Nine."] * 5
