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


@pytest.mark.parametrize(
    "sentence",
    [
        "Brunei joined the circle in 1984 and Vietnam in 1995, after a war with its American foe.",
        "In Tollen the river rose that year; by 1867 the old bridge of Harwick had been rebuilt.",
        "More than half of Aldo's men at Harwick were too old to work, or so it was told there.",
        "The Dutch planters left Harwick one evening and were not seen again by those who stayed.",
    ],
)
def test_what_could_be_asked_of_two_things_is_not_asked_for(sentence: str):
    target = choose_target(sentence, "fact", 1)
    assert target is None or target.words in ("Vietnam", "Harwick")


def test_a_sentence_without_pronouns_comes_first():
    points_back = "In 1867 the men of Tollen took it to their harbour at Harwick with Aldo Brix."
    plain = "In 1871 the men of Tollen built a harbour at Harwick with Ilse Brandt of Agano."
    assert words(f"{points_back} {plain}") in plain


def test_a_name_is_asked_for_without_the_small_word_before_it():
    assert words("When Ilse Brandt came to Harwick, the ferry of Tollen stopped for good.") == (
        "Ilse Brandt"
    )


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
