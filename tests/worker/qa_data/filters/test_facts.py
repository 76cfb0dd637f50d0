from tests.worker.qa_data.planted import unfounded
from tests.worker.qa_data.samples import JAPANESE, pair, passage
from worker.qa_data.filters.facts import FACTS, unfounded_facts


def test_a_number_that_the_passage_does_not_have_is_named():
    rejection = unfounded_facts(pair(answer="He retired in 1978."), unfounded)
    assert rejection is not None
    assert rejection.filter == FACTS
    assert "The passage does not have “1978”." in rejection.why


def test_a_name_that_the_passage_does_not_have_is_named():
    rejection = unfounded_facts(pair(answer="It was Gustaf Lindqvist."), unfounded)
    assert rejection is not None
    assert "Gustaf Lindqvist" in rejection.why


def test_a_question_may_make_nothing_up_either():
    rejection = unfounded_facts(pair("Who was the last ferryman in Vienna?"), unfounded)
    assert rejection is not None
    assert "“Vienna”" in rejection.why


def test_what_the_passage_says_stays():
    assert unfounded_facts(pair(answer="It was Aldo Brix, until 1988."), unfounded) is None


def test_an_answer_in_words_of_its_own_stays():
    told = "It was drawn over the river by a chain, with people and cattle."
    assert unfounded_facts(pair("How did the ferry at Tamsel work?", told), unfounded) is None


def test_an_answer_of_which_most_is_made_up_is_rejected():
    made_up = "It reflects a complex interplay of regional traditions, commerce and heritage."
    rejection = unfounded_facts(pair("What does the ferry stand for?", made_up), unfounded)
    assert rejection is not None
    assert rejection.why == (
        "The passage tells nothing of “reflects”, “complex”, “interplay”, “regional”, “traditions”."
    )


def test_a_japanese_year_is_looked_for():
    asked, of = "霧谷の石橋はいつ架けられましたか？", passage(JAPANESE)
    assert unfounded_facts(pair(asked, "一八五四年です。", of=of), unfounded) is None
    assert unfounded_facts(pair(asked, "1854年です。", of=of), unfounded) is None
    assert unfounded_facts(pair(asked, "一八六四年です。", of=of), unfounded) is not None
