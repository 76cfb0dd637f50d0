from worker.qa_data.word_stems import word_stems, words_beyond


def test_forms_of_a_word_have_one_stem():
    assert word_stems("signed take fight").keys() == word_stems("sign took fought").keys()


def test_words_that_say_nothing_have_none():
    assert word_stems("Which of them were there, and when? 1867!") == {}


def test_a_stem_keeps_the_word_it_came_from():
    assert word_stems("Harbours arrived")["arri"] == "arrived"


def test_words_beyond_what_is_known_keep_their_order():
    assert words_beyond("Bells rang, ferries sank and horses swam.", "a ferry", "it had sunk") == [
        "bells",
        "rang",
        "horses",
        "swam",
    ]
