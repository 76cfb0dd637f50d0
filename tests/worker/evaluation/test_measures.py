import pytest

from worker.evaluation.measures import GivenAnswer, crag_score, judge, measure
from worker.evaluation.questions import KnownQuestion


def asked(facts="", sources=""):
    return KnownQuestion(
        id="E1",
        text="Who, and when?",
        answerable=bool(facts),
        kind="plain" if facts else "adjacent",
        facts=tuple((fact,) for fact in facts.split(";") if fact),
        sources=frozenset(sources.split()),
    )


ARLE = asked("Arle;1764", "bridge.txt")
UNTOLD = asked()


def given(text, cited="", question=ARLE):
    return GivenAnswer(question, text, frozenset(cited.split()))


RIGHT = given("Arle, in 1764.", "bridge.txt")
HALF = given("Arle, in 1763.", "bridge.txt flood.txt")
SILENT = given("I dont know")
REFUSED = given("I dont know", question=UNTOLD)
INVENTED = given("It was painted by Horl.", "fire.txt", question=UNTOLD)


def test_an_answer_is_right_only_with_every_fact():
    assert [judge(answer) for answer in (RIGHT, HALF, SILENT)] == ["right", "wrong", "abstained"]


def test_an_answer_with_every_fact_is_right_whatever_it_admits_beside():
    answer = given("Arle, in 1764. The passages do not say who paid him.")
    assert judge(answer) == "right"


def test_the_crag_score_prices_a_wrong_answer_below_none():
    assert [crag_score(answer) for answer in (RIGHT, SILENT, HALF)] == [1, 0, -1]


def test_an_unanswerable_question_is_won_by_abstaining_and_lost_by_any_answer():
    assert [crag_score(answer) for answer in (REFUSED, INVENTED)] == [1, -1]


def test_a_half_told_answer_to_an_unanswerable_question_is_wrong():
    partial = KnownQuestion("E2", "Who, and his son?", False, "partial", (("Arle",),), frozenset())
    assert crag_score(given("Arle, and his son Tam.", question=partial)) == -1
    assert crag_score(given("Arle; no mention of a son.", question=partial)) == 1


def test_all_measures_of_five_answers():
    measures = measure([RIGHT, HALF, SILENT, REFUSED, INVENTED])
    assert measures.fact_recall.value == pytest.approx(3 / 6)  # two, one and none of two each
    assert measures.abstention_recall.value == 1 / 2
    assert measures.false_abstention.value == pytest.approx(1 / 3)
    assert measures.citation_precision.value == pytest.approx(2 / 3)  # one of one, one of two
    assert measures.crag.value == 0  # 1 - 1 + 0 + 1 - 1
    assert measures.crag_answerable.value == 0
    assert measures.uncited == 0


def test_each_measure_says_over_how_many_questions_it_goes():
    measures = measure([RIGHT, HALF, SILENT, REFUSED, INVENTED])
    assert measures.fact_recall.questions == 3
    assert measures.abstention_recall.questions == 2
    assert measures.citation_precision.questions == 2
    assert measures.crag.questions == 5


def test_answers_without_citations_are_counted_beside_the_precision():
    measures = measure([RIGHT, given("Arle, in 1764."), SILENT])
    assert measures.citation_precision.value == 1
    assert measures.uncited == 1


def test_a_measure_over_nothing_is_none():
    measures = measure([REFUSED])
    assert measures.fact_recall is None
    assert measures.citation_precision is None
    assert measures.abstention_recall.value == 1


def test_intervals_hold_the_value_narrow_with_more_questions_and_stay_the_same():
    few, many = ([RIGHT, HALF] * count for count in (5, 50))
    narrow, wide = measure(many).crag_answerable, measure(few).crag_answerable
    assert wide.low < narrow.low < 0 < narrow.high < wide.high
    assert measure(many) == measure(many)


def test_an_interval_over_a_hundred_even_odds_is_the_binomial_one():
    crag = measure([RIGHT, HALF] * 50).crag
    assert crag.high == pytest.approx(1.96 * 0.1, abs=0.03)  # ±1 with equal odds: sd 1, n = 100
