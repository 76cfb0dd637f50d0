import pytest

from worker.answering.evidence.vocabulary import vocabulary

TEXTS = [
    "The mill stood at Heron Weir. Mills were rare.",
    "A mill ground barley for the BBC. Below Heron Weir the heron fishes.",
    "Barley is sown in May; nobody knows why.",
    "We drove to Heron Weir.",
]
WORDS = vocabulary(TEXTS)


@pytest.mark.parametrize(
    "typed", ["who saw heron weir and the bbc", "WHO SAW HERON WEIR AND THE BBC"]
)
def test_names_are_spelt_as_the_texts_spell_them(typed: str):
    assert WORDS.spelt(typed).removeprefix("who ").removeprefix("saw ") == "Heron Weir and the BBC"


def test_a_capital_at_the_beginning_of_a_sentence_makes_no_name():
    assert WORDS.spelt("Mills, price and age") == "mills, price and age"
    assert WORDS.spelt("the price of Barley") == "the price of barley"


def test_a_capital_that_was_typed_stays_where_the_texts_may_mean_a_name():
    assert WORDS.spelt("Who sold the Heron?") == "who sold the Heron?"
    assert WORDS.spelt("Who sold the heron?") == "who sold the Heron?"
    assert WORDS.spelt("Who grew up among Mills?") == "who grew up among Mills?"


def test_words_that_are_not_known_stay_as_they_are():
    assert WORDS.spelt("Where is Lake Ullen?") == "where is Lake Ullen?"


def test_marks_and_spaces_stay():
    assert WORDS.spelt("heron  weir’s MILL?!") == "Heron  Weir’s mill?!"


def test_a_word_in_few_texts_is_rarer():
    assert WORDS.rarity("barley") > WORDS.rarity("weir") > 0
    assert WORDS.rarity("ullen") > WORDS.rarity("barley")
    assert WORDS.rarity("Mill's") == WORDS.rarity("mill")


def test_no_texts_have_no_words():
    empty = vocabulary([])
    assert empty.spelt("Any Words") == "any Words"
    assert empty.rarity("word") > 0
