from collections import Counter
from dataclasses import replace

import pytest

from tests.worker.qa_data.samples import passage
from worker.qa_data.pair import Passage
from worker.qa_data.passages import Selection, select_passages

SHORT = Selection(min_chars=2, max_chars=100)


def chosen(selection: Selection, *texts: str) -> list[str]:
    passages = [passage(text, f"c{number}") for number, text in enumerate(texts)]
    return [each.text for each in select_passages(passages, selection, seed=1)]


def many(**documents: int) -> list[Passage]:
    return [
        passage("words enough", f"{doc}-{number}", doc)
        for doc, count in documents.items()
        for number in range(count)
    ]


def test_the_usual_lengths_are_those_of_the_original():
    texts = ["x" * length for length in (1_000, 1_001, 1_999, 2_000)]
    assert [len(text) for text in chosen(Selection(), *texts)] == [1_001, 1_999]


def test_without_words_any_passage_will_do():
    assert chosen(SHORT, "about ferries", "about bells") == ["about ferries", "about bells"]


def test_one_of_the_words_is_enough_in_any_case_and_as_a_part_of_another():
    words = replace(SHORT, words=("film", "camera"))
    assert chosen(words, "Filmed at dawn", "two CAMERAS", "a novel") == [
        "Filmed at dawn",
        "two CAMERAS",
    ]


def test_whole_words_are_not_found_within_others():
    words = replace(SHORT, words=("film",), whole_words=True)
    assert chosen(words, "a film.", "filmed at dawn") == ["a film."]


def test_signs_in_a_word_are_what_they_are():
    assert chosen(replace(SHORT, words=("C++",)), "in C++ alone", "in Ccc") == ["in C++ alone"]


@pytest.mark.parametrize("words", [("",), (" ", "")])
def test_an_empty_word_is_no_word(words: tuple[str, ...]):
    assert chosen(replace(SHORT, words=words), "about ferries") == ["about ferries"]


def test_japanese_words_are_found():
    assert chosen(replace(SHORT, words=("映画",)), "この映画は長い", "本は長い") == [
        "この映画は長い"
    ]


def test_passages_are_drawn_evenly_over_the_documents():
    drawn = select_passages(many(a=50, b=3, c=3), replace(SHORT, limit=9), seed=1)
    assert Counter(each.doc_id for each in drawn) == {"a": 3, "b": 3, "c": 3}


def test_what_one_document_lacks_another_gives():
    drawn = select_passages(many(a=50, b=1), replace(SHORT, limit=9), seed=1)
    assert Counter(each.doc_id for each in drawn) == {"a": 8, "b": 1}


def test_passages_keep_their_order():
    passages = many(a=20, b=20)
    drawn = select_passages(passages, replace(SHORT, limit=10), seed=1)
    assert drawn == [each for each in passages if each in drawn]


def test_the_same_seed_chooses_the_same_and_another_one_others():
    passages, ten = many(a=50, b=50), replace(SHORT, limit=10)
    assert select_passages(passages, ten, 1) == select_passages(passages, ten, 1)
    assert select_passages(passages, ten, 1) != select_passages(passages, ten, 2)


def test_the_first_ones_are_taken_as_the_original_did():
    first = replace(SHORT, limit=4, order="first")
    passages = many(a=3, b=3)
    assert select_passages(passages, first, seed=1) == passages[:4]
