import pytest

from tests.worker.qa_data.samples import JAPANESE, TEXT
from worker.qa_data.targets import choose_target

LINE = "The line was drawn by a London barrister, Cyril Radcliffe, who had never been to India."
VISA = (
    "Since 2019 a corridor has taken pilgrims from Amritsar to the shrine at Kartarpur. "
    "It closed because the river Ravi had flooded the road in the autumn."
)
REASON = "Harwick lost its trade with Tollen because the railway had come to the other bank."
LIST = "The hosts were five countries of one mind: Indonesia, India, Pakistan, Burma and Ceylon."


def words(passage: str, kind="fact", number: int = 1) -> str:
    target = choose_target(passage, kind, number)
    assert target is not None
    return target.words


def test_a_name_of_several_words_is_asked_for_first():
    assert words(LINE) == "Cyril Radcliffe"


def test_what_a_sentence_gives_as_a_reason_is_asked_for_where_a_reason_is_wanted():
    assert words(REASON, "reason") == "the railway had come to the other bank"
    assert words(f"{REASON} {LINE}", "consequence") == "Cyril Radcliffe"


def test_a_sentence_that_points_back_is_not_asked_about():
    assert words(VISA, "reason") == "2019"


def test_names_in_a_list_are_not_asked_for():
    assert choose_target(LIST, "fact", 1) is None


def test_a_sentence_that_names_nothing_besides_is_not_asked_about():
    assert choose_target("The old man went down to the grey harbour in Tollen.", "fact", 1) is None


def test_each_number_takes_another_sentence():
    text = f"{LINE} {REASON}"
    assert words(text, "reason", 1) == "the railway had come to the other bank"
    assert words(text, "reason", 2) == "Cyril Radcliffe"
    assert choose_target(text, "reason", 3) is None


@pytest.mark.parametrize("text", ["", "12", "No names are here. None at all."])
def test_where_nothing_is_clear_there_is_no_target(text: str):
    assert choose_target(text, "fact", 1) is None


def test_the_samples_in_both_languages_have_targets():
    assert words(TEXT) in TEXT
    assert words(JAPANESE) in JAPANESE
