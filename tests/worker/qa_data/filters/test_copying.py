import pytest

from tests.worker.qa_data.samples import JAPANESE, TEXT, pair, passage
from worker.qa_data.filters.copying import COPIED, copied


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("The last ferryman, Aldo Brix, kept a log of every passenger?", "Yes."),
        ("the last ferryman aldo brix kept a log of every passenger, right?", "Yes."),
        (
            "How long was it that for a century and a half it had crossed the river on a chain?",
            "Long.",
        ),
        ("Who was the last ferryman at Tamsel?", TEXT),
    ],
)
def test_what_is_copied_is_rejected(question: str, answer: str):
    rejection = copied(pair(question, answer))
    assert rejection is not None
    assert rejection.filter == COPIED


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who was the last ferryman at Tamsel?", "Aldo Brix, who kept a log of every passenger."),
        ("In which year was the busiest day the cattle fair on the Tamsel ferry?", "In 1911."),
        ("Who?", ""),
        ("", ""),
    ],
)
def test_a_few_words_of_the_passage_are_no_copy(question: str, answer: str):
    assert copied(pair(question, answer)) is None


def test_a_question_that_the_passage_asks_itself_is_copied():
    asking = passage("Who owns the sea? Nobody knew, and nobody asked twice.")
    assert copied(pair("Who owns the sea?", "Nobody.", of=asking)) is not None


@pytest.mark.parametrize(
    ("question", "rejected"),
    [
        ("工事には二年かかり、村人は年貢の代わりに石を運んだのですか？", True),
        ("霧谷の村人は何の代わりに石を運びましたか？", False),
    ],
)
def test_japanese_is_counted_by_its_characters(question: str, rejected: bool):
    assert (copied(pair(question, "はい。", of=passage(JAPANESE))) is not None) is rejected
