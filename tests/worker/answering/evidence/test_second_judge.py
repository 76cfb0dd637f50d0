import math

import pytest

from worker.answering.evidence.judge import Evidence
from worker.answering.evidence.second_judge import Weighing, log_odds

WEIGHING = Weighing(middle=0.5, weight=0.2, unsure=0.25)
YES, NO = {"Yes": 0.9, " yes": 0.05, "No": 0.01}, {"Yes": 0.1, "No": 0.8}


def test_odds_are_those_of_yes_and_no_in_whatever_letters():
    assert log_odds(YES) == pytest.approx(math.log(0.95 / 0.01), abs=0.02)
    assert log_odds({"The": 0.9}) == 0
    assert log_odds({}) == 0


def test_a_yes_lets_through_what_words_would_hold_back():
    after = WEIGHING.weighed(Evidence(0.5, 0.6, "no passage says enough of: weir"), YES)
    assert (after.enough, after.why) == (True, "")


def test_a_no_holds_back_what_words_would_let_through():
    after = WEIGHING.weighed(Evidence(0.65, 0.6, ""), NO)
    assert not after.enough
    assert after.why == "the language model finds no answer in the passages"


def test_what_words_lack_is_still_told_after_a_no():
    lacking = Evidence(0.5, 0.6, "no passage says enough of: weir")
    assert WEIGHING.weighed(lacking, NO).why == lacking.why


def test_evidence_stays_between_nothing_and_all():
    assert WEIGHING.weighed(Evidence(0.99, 0.8, ""), {"Yes": 1.0}).score == 1.0
    assert WEIGHING.weighed(Evidence(0.01, 0.2, "nothing"), {"No": 1.0}).score == 0.0


@pytest.mark.parametrize(("score", "asked"), [(0.3, False), (0.4, True), (0.8, True), (0.9, False)])
def test_a_model_is_asked_only_where_words_leave_it_open(score: float, asked: bool):
    assert WEIGHING.is_unsure(Evidence(score, 0.6, ""), "Who built it?") is asked


def test_a_model_is_not_asked_about_judgements():
    assert not WEIGHING.is_unsure(Evidence(0.6, 0.6, ""), "Why was it built?")
