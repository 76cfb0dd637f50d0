import pytest

from worker.answering.evidence.scale import NeededEvidence, needed_evidence, stand_ins


def test_sentences_stand_in_for_questions():
    texts = [
        "Short one. The keeper of the mill at Ost was called Ada Renn.",
        "no name is here at all",
    ]
    assert stand_ins(texts) == [(0, "The keeper of the mill at Ost was called Ada Renn")]


def test_most_sentences_without_their_document_must_be_recognised():
    needed = needed_evidence([(place / 100, place / 50) for place in range(101)])
    assert (needed.fact, needed.judgement) == pytest.approx((0.94, 0.6))


def test_too_few_sentences_teach_nothing():
    assert needed_evidence([(0.9, 0.9)] * 5).fact == 0.55


@pytest.mark.parametrize(
    "question",
    [
        "Can regional bodies give weaker states a stronger voice?",
        "Why do exporters stay poor?",
        "How did the fishermen prove it?",
        "What should a negotiator know?",
        "なぜ橋は流されたのか。",
    ],
)
def test_reasons_ways_and_judgements_need_less(question: str):
    assert NeededEvidence(fact=0.6, judgement=0.3).to(question) == 0.3


@pytest.mark.parametrize(
    "question",
    [
        "In which year did it open?",
        "How many arches are there?",
        "Who was it?",
        "橋はどこにあるか。",
    ],
)
def test_facts_need_more(question: str):
    assert NeededEvidence(fact=0.6, judgement=0.3).to(question) == 0.6
