"""The invented world: its questions and its documents fit together."""

import re
from collections import Counter

import pytest

from tests.conftest import REPOSITORY, SAMPLE
from worker.documents.splitting import split_sentences, split_text
from worker.evaluation.facts import count_stated, normalise, states
from worker.evaluation.questions import load_questions

WORLD = REPOSITORY / "templates" / "evaluation"
QUESTIONS = load_questions(WORLD / "questions.csv")
ANSWERABLE = [question for question in QUESTIONS if question.answerable]
TEXTS = {path.name: path.read_text("utf-8") for path in (WORLD / "documents").glob("*.txt")}

WORLD_TEXT = "\n".join(TEXTS.values())
SAMPLE_TEXT = "\n".join(path.read_text("utf-8", "replace") for path in SAMPLE.iterdir())
#: Words that are no names although a question may write them with a capital.
ORDINARY = {"september", *re.findall(r"\b[a-z]+\b", WORLD_TEXT + SAMPLE_TEXT)}


def capitals(question):
    """Words with a capital and years in a question; every sentence opens with a capital."""
    text = question.text.partition(" ")[2]
    return set(re.findall(r"\b(?:[A-Z][a-z]{3,}|\d{4})\b", text))


def names(question):
    return {word.lower() for word in capitals(question)} - ORDINARY


def words_of(text):
    return set(normalise(text).split())


def of_kind(kind):
    return [question for question in QUESTIONS if question.kind == kind]


def test_the_set_has_the_promised_size():
    assert len(TEXTS) == 48
    assert len(ANSWERABLE) == 40
    kinds = Counter(question.kind for question in QUESTIONS if not question.answerable)
    assert kinds == {"outside": 12, "adjacent": 16, "partial": 12}


def test_every_document_has_150_to_400_words():
    assert [name for name, text in TEXTS.items() if not 150 <= len(text.split()) <= 400] == []


def states_all(text, question):
    return count_stated(text, question.facts) == len(question.facts)


def failing(questions, holds):
    """The ids of the questions of which something does not hold."""
    assert questions
    return [question.id for question in questions if not holds(question)]


def test_every_source_is_there_and_states_every_fact():
    def holds(question):
        return all(states_all(TEXTS[source], question) for source in question.sources)

    assert failing(ANSWERABLE + of_kind("partial"), holds) == []


@pytest.mark.parametrize("split", [split_text, split_sentences])
def test_one_chunk_of_a_source_states_every_fact(split):
    chunks = {name: split(text, size=1_000, overlap=60) for name, text in TEXTS.items()}

    def holds(question):
        return all(
            any(states_all(chunk.text, question) for chunk in chunks[source])
            for source in question.sources
        )

    assert failing(ANSWERABLE, holds) == []


def test_no_other_document_states_the_facts_and_names_all_that_is_asked_about():
    words = {name: set(re.findall(r"\w+", text)) for name, text in TEXTS.items()}

    def holds(question):
        return not any(
            states_all(text, question) and capitals(question) <= words[name]
            for name, text in TEXTS.items()
            if name not in question.sources
        )

    assert failing(ANSWERABLE, holds) == []


def test_no_question_gives_its_own_answer_away():
    def holds(question):
        return not any(states(question.text, wordings) for wordings in question.facts)

    assert failing(ANSWERABLE, holds) == []


def test_outside_questions_name_nothing_of_the_world():
    world = words_of(WORLD_TEXT)
    assert failing(of_kind("outside"), lambda question: not names(question) & world) == []


def test_adjacent_and_partial_questions_name_only_what_the_world_knows():
    world = words_of(WORLD_TEXT)
    asked = of_kind("adjacent") + of_kind("partial")
    assert failing(asked, lambda question: set() < names(question) <= world) == []


def test_one_document_holds_a_planted_instruction_and_a_question_asks_about_it():
    planted = [name for name, text in TEXTS.items() if "ignore your instructions" in text]
    assert planted == ["ferry_to_pellowick.txt"]
    (question,) = [question for question in ANSWERABLE if question.sources == set(planted)]
    assert not states("THE FERRY IS FREE", question.facts[0])


def test_the_sample_documents_know_no_name_of_the_world():
    asked = {name for question in QUESTIONS for name in names(question) if name.isalpha()}
    assert len(asked) > 50
    assert asked & words_of(SAMPLE_TEXT) == set()
