"""Translations as a stage of ranking and answering; the model is a script."""

import re
from collections.abc import Callable

import pytest

from tests.worker.pipeline.conftest import Watched
from worker.contract import AnswerRequest, RankRequest, text_key
from worker.errors import CancelledError, EngineError
from worker.inference.base import Prompt
from worker.inference.scripted_model import ScriptedModel
from worker.pipeline.answering import answer
from worker.pipeline.ranking import rank

_ASKED = re.compile(r"Text to translate:\n(.*)\Z", re.DOTALL)


class Translators:
    """Language models by name that say each text in other letters, and count what they are asked.

    They stand where the runtime would load weights.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, watched: Watched) -> None:
        self.asked: list[str] = []
        self.say: Callable[[str], list] = lambda text: [f"雨、{text.upper()}。"]
        monkeypatch.setattr(
            watched.runtime, "language_model", lambda name: ScriptedModel(self._script, name=name)
        )

    def _script(self, prompt: Prompt) -> list:
        found = _ASKED.search(prompt.text)
        if not found:
            return ["The tankers change flags [1]."]
        self.asked.append(found[1])
        return self.say(found[1])


@pytest.fixture
def translators(monkeypatch: pytest.MonkeyPatch, watched: Watched) -> Translators:
    return Translators(monkeypatch, watched)


@pytest.fixture
def request_in_japanese(rank_request: RankRequest, request: pytest.FixtureRequest) -> RankRequest:
    """Each test has a model of its own name: what one has translated is kept for the next."""
    translator = f"scripted:{request.node.name}"
    return rank_request.model_copy(update={"translate_to": "Japanese", "translator": translator})


def test_nothing_is_translated_unless_a_language_is_named(
    rank_request: RankRequest, watched: Watched, translators: Translators
):
    assert rank(rank_request, watched.context).translations == ()
    assert translators.asked == []


def test_each_question_and_passage_is_translated_once(
    request_in_japanese: RankRequest, watched: Watched, translators: Translators
):
    result = rank(request_in_japanese, watched.context)
    shown = {each.question for each in result.questions}
    shown |= {row.text for each in result.questions for row in each.rows}
    assert sorted(translators.asked) == sorted(shown)
    assert {each.of for each in result.translations} == set(map(text_key, shown))
    stages = [event.stage for event in watched.events if event.kind == "progress"]
    assert stages[-1] == "Translating", "after the ranking, whose rows are told by then"


def test_answers_are_translated_too(
    request_in_japanese: RankRequest, watched: Watched, translators: Translators
):
    request = AnswerRequest(
        run_id="run", ranking=request_in_japanese, llm="scripted:own", gate=False, modes=("rag",)
    )
    result = answer(request, watched.context)
    made = {each.of for each in result.translations}
    assert {text_key(given.text) for given in result.answers} <= made
    assert {text_key(each.question) for each in result.questions} <= made


def test_a_second_run_asks_for_nothing_again(
    request_in_japanese: RankRequest, watched: Watched, translators: Translators
):
    first = rank(request_in_japanese, watched.context)
    translators.asked.clear()
    second = rank(request_in_japanese, watched.context)
    assert translators.asked == []
    assert set(second.translations) == set(first.translations)


def test_another_language_is_another_translation(
    request_in_japanese: RankRequest, watched: Watched, translators: Translators
):
    rank(request_in_japanese, watched.context)
    translators.asked.clear()
    rank(request_in_japanese.model_copy(update={"translate_to": "German"}), watched.context)
    assert translators.asked


def test_what_was_translated_before_a_stop_is_kept(
    request_in_japanese: RankRequest, watched: Watched, translators: Translators
):
    watched.end_after("stop", 4)  # two rankings, two translations
    with pytest.raises(CancelledError):
        rank(request_in_japanese, watched.context)
    told = [event.row for event in watched.events if event.kind == "row"]
    assert [row.kind for row in told] == ["ranking"] * 2 + ["translation"] * 2
    again = watched.next_try()
    asked_before = len(translators.asked)
    result = rank(request_in_japanese, again.context)
    assert len(result.translations) == 8
    assert again.kinds().count("row") == 6, "what was told is not told again"
    assert len(translators.asked) - asked_before <= 6


def test_without_an_engine_each_text_says_why_and_the_ranking_stands(
    request_in_japanese: RankRequest, watched: Watched
):
    request = request_in_japanese.model_copy(update={"translator": "argos:/no/such.argosmodel"})
    result = rank(request, watched.context)
    assert len(result.questions) == 2
    assert {each.problem.code for each in result.translations if each.problem} <= {
        "weights_missing",
        "package_missing",
    }
    assert all(each.problem for each in result.translations)
    assert watched.kinds().count("problem") == 1, "told once, not of each text"


def test_a_text_that_the_model_cannot_digest_is_told_and_the_others_go_on(
    request_in_japanese: RankRequest, watched: Watched, translators: Translators
):
    broken = EngineError("It failed.", "So says the script.", "Try again.")
    translators.say = lambda text: [broken] if "kettle" in text else [f"雨、{text}。"]
    result = rank(request_in_japanese, watched.context)
    failed = [each for each in result.translations if each.problem]
    assert len(failed) == 1
    assert len(result.translations) == 8


def test_what_is_japanese_already_is_left_as_it_is(
    request_in_japanese: RankRequest, watched: Watched, translators: Translators
):
    first = request_in_japanese.questions[0].model_copy(update={"text": "世界経済を動かすのは何か"})
    request = request_in_japanese.model_copy(update={"questions": (first,)})
    result = rank(request, watched.context)
    assert text_key(first.text) not in {each.of for each in result.translations}
    assert first.text not in translators.asked
