from dataclasses import replace

import pytest

from tests.worker.qa_data.samples import JAPANESE, pair, passage
from worker.qa_data.filters.target import off_target
from worker.qa_data.pair import Target

YEAR = Target("Aldo Brix carried the last passenger in 1988.", "1988", asked_by=("when",))
NAME = Target("The last ferryman was Aldo Brix of Tollen.", "Aldo Brix")
RAILWAY = "Harwick lost its trade because the railway had come to the other bank of the river."
REASON = Target(RAILWAY, "the railway had come to the other bank", "reason")
FALL = passage("A covert operation overthrew Guatemala's president, Jacobo Árbenz, in 1954.")
FALLEN = Target(FALL.text, "1954", asked_by=("when", "year"))


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        (YEAR, "It was in 1988."),
        (NAME, "The last one was Brix, it is told: Aldo."),
        (REASON, "The railway came to the other bank of the river."),
        (None, "Nobody knows."),
    ],
)
def test_an_answer_that_says_what_was_asked_for_stays(target, answer):
    assert off_target(pair("Who or when or why?", answer), target) is None


@pytest.mark.parametrize(
    ("target", "answer"),
    [(YEAR, "It was in 1978."), (NAME, "It was a ferryman of Tollen."), (REASON, "It rained.")],
)
def test_an_answer_that_says_something_else_is_rejected(target, answer):
    rejection = off_target(pair("Who or when or why?", answer), target)
    assert rejection is not None
    assert f"“{target.words}”, which was asked for" in rejection.why


def test_a_question_that_asks_for_something_else_is_rejected():
    rejection = off_target(pair("Who carried the last passenger?", "Aldo Brix, in 1988."), YEAR)
    assert rejection is not None
    assert rejection.why == "The question does not ask when."


def test_a_question_that_gives_its_answer_away_is_rejected():
    rejection = off_target(pair("When in 1988 was it?", "In 1988."), YEAR)
    assert rejection is not None
    assert "gives its answer away" in rejection.why


@pytest.mark.parametrize(
    ("question", "own"),
    [
        ("When did Jacobo Árbenz become president?", "“become”"),
        ("When did rebels arrive to overthrow Árbenz?", "“rebels”, “arrive”"),
        ("When was the president overthrown?", ""),
        ("In what year was president Árbenz overthrown by an operation?", ""),
    ],
)
def test_a_question_that_brings_words_of_its_own_is_rejected(question: str, own: str):
    rejection = off_target(replace(pair(question, "In 1954."), passage=FALL), FALLEN)
    wanted = f"The passage does not say {own}; the question does." if own else ""
    assert (rejection.why if rejection else "") == wanted


@pytest.mark.parametrize(
    ("answer", "stays"),
    [
        ("The president was overthrown in 1954.", True),
        ("Jacobo Árbenz, the president, fell in 1954.", True),
        ("The bank and its young partners fell in 1954.", False),
    ],
)
def test_an_answer_that_strays_from_its_sentence_is_rejected(answer: str, stays: bool):
    asked = replace(pair("When was the president overthrown?", answer), passage=FALL)
    rejection = off_target(asked, FALLEN)
    assert (rejection is None) is stays
    assert stays or "“bank”" in (rejection.why if rejection else "")


def test_a_question_that_may_ask_anything_brings_no_words_of_its_own_either():
    asked = replace(pair("Why did Jacobo Árbenz become famous?", "He fell."), passage=FALL)
    rejection = off_target(asked, None)
    assert rejection is not None
    assert "“become”, “famous”" in rejection.why


def test_words_of_japanese_questions_are_not_compared():
    told = passage(JAPANESE)
    asked = replace(pair("いつ到着しましたか？", "1867年です。"), passage=told)
    assert off_target(asked, Target(JAPANESE, "1867")) is None
