import pytest

from worker.answering.prompts import NO_ANSWER
from worker.evaluation.abstention import abstains


@pytest.mark.parametrize(
    "answer",
    [
        NO_ANSWER,
        "I don't know.",
        "I don’t know who painted it.",
        "I do not know.",
        "The answer is not in the passages.",
        "That is not mentioned in the provided context.",
        "The passages do not say who painted the bridge.",
        "The text doesn't explicitly mention a painter.",
        "The provided information does not include the price.",
        "There is no information about the painter.",
        "There is not enough information to answer.",
        "The painter is not stated.",
        "This cannot be determined from the passages.",
        "I could not find the painter's name.",
        "",
        "  \n",
    ],
)
def test_an_answer_that_says_it_does_not_know_abstains(answer):
    assert abstains(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "Tobbin Arle finished it in 1764.",
        "Perhaps it was Arle, but I am not sure.",
        "Nobody knew the way, so he did not go.",
        "The bridge was not open to carts.",
        "She did not know the number.",
        "The document was signed on a barge.",
        "He could not swim.",
    ],
)
def test_doubt_and_plain_denials_are_answers(answer):
    assert not abstains(answer)
