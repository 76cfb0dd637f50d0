import pytest

from worker.evaluation.facts import count_stated, normalise, states


def test_case_punctuation_and_citations_do_not_count():
    assert normalise("The Bridge -- Arle's own -- opened in 1764 [2].") == (
        "the bridge arles own opened in 1764"
    )


@pytest.mark.parametrize(
    ("text", "wordings"),
    [
        ("It ran 9,200 spindles.", ["9200"]),
        ("It ran 9200 spindles.", ["9,200"]),
        ("It is 388m long.", ["388"]),
        ("There were Seventy-Four days.", ["seventy four", "74"]),
        ("Losses of 4.6 million dovels.", ["4.6 million"]),
        ("What the tide brings: keep!", ["What the tide brings, keep"]),
    ],
)
def test_a_fact_is_found_however_it_is_written(text, wordings):
    assert states(text, wordings)


@pytest.mark.parametrize(
    ("text", "wordings"),
    [
        ("The year was 18710.", ["1871"]),
        ("Losses of 14.6 million dovels.", ["4.6 million"]),
        ("It took seventy-four days.", ["74"]),
        ("Built with care [9].", ["9"]),
        ("Built with care [3, 9].", ["9"]),
        ("The Arleman built it.", ["Arle"]),
    ],
)
def test_a_part_of_a_word_a_number_word_or_a_citation_is_no_fact(text, wordings):
    assert not states(text, wordings)


def test_every_fact_of_the_list_counts_once():
    facts = [["Tobbin Arle", "Arle"], ["1764"]]
    assert count_stated("Tobbin Arle finished it in 1764.", facts) == 2
    assert count_stated("Arle, yes, Tobbin Arle.", facts) == 1
    assert count_stated("Nobody knows.", facts) == 0
