"""Splitting: LangChain's chunks, at offsets that are exact."""

from __future__ import annotations

import random
import tracemalloc

import pytest
import sentencex
from langchain_text_splitters import RecursiveCharacterTextSplitter

from tests.conftest import SAMPLE
from worker.documents.folder import look_into
from worker.documents.readers import read_document
from worker.documents.splitting import Passage, split_sentences, split_text

ENGLISH = [path for path in look_into(SAMPLE).documents.values() if ".ja." not in path.name]
SIZES = pytest.mark.parametrize(
    ("size", "overlap"),
    [(1000, 60), (2000, 120), (100, 20), (50, 0)],
    ids=["1000/60", "2000/120", "100/20", "50/0"],
)
PIECES = ("aa", "b", "ccc dd", " ", "\n", "\n\n", "x" * 30, "long " * 12, "\t", "雨が降る")


def _oracle(text: str, size: int, overlap: int) -> list[str]:
    splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=overlap)
    return splitter.split_text(text)


def _texts(passages: list[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def _random_texts() -> list[str]:
    chance = random.Random(20240819)
    return ["".join(chance.choices(PIECES, k=chance.randint(0, 400))) for _ in range(60)]


def _assert_offsets_are_exact(text: str, passages: list[Passage]) -> None:
    for passage in passages:
        assert text[passage.start : passage.start + len(passage.text)] == passage.text
        assert passage.text == passage.text.strip() != ""
    starts = [passage.start for passage in passages]
    assert starts == sorted(set(starts))


@SIZES
def test_sample_documents_are_split_as_langchain_splits_them(size: int, overlap: int) -> None:
    for path in ENGLISH:
        text = read_document(path.read_bytes(), path.name).text

        passages = split_text(text, size=size, overlap=overlap)

        assert _texts(passages) == _oracle(text, size, overlap), path.name
        _assert_offsets_are_exact(text, passages)


@SIZES
def test_random_texts_are_split_as_langchain_splits_them(size: int, overlap: int) -> None:
    for text in _random_texts():
        passages = split_text(text, size=size, overlap=overlap)

        assert _texts(passages) == _oracle(text, size, overlap)
        _assert_offsets_are_exact(text, passages)


@SIZES
def test_no_word_is_lost_and_no_passage_too_long(size: int, overlap: int) -> None:
    for path in look_into(SAMPLE).documents.values():
        text = read_document(path.read_bytes(), path.name).text
        covered = [False] * len(text)

        for passage in split_text(text, size=size, overlap=overlap):
            assert len(passage.text) <= size
            end = passage.start + len(passage.text)
            covered[passage.start : end] = [True] * len(passage.text)

        lost = [c for c, is_covered in zip(text, covered, strict=True) if not is_covered]
        assert "".join(lost).strip() == ""


def test_pieces_are_joined_up_to_the_size_and_overlap_by_whole_pieces() -> None:
    text = "one two three four five"

    passages = split_text(text, size=13, overlap=6)

    assert passages == [
        Passage("one two three", 0),
        Passage("three four", 8),
        Passage("four five", 14),
    ]


def test_paragraphs_come_before_lines_and_lines_before_words() -> None:
    text = "aaaa bbbb\ncccc dddd\n\neeee ffff"

    assert _texts(split_text(text, size=20, overlap=0)) == ["aaaa bbbb\ncccc dddd", "eeee ffff"]
    assert _texts(split_text(text, size=12, overlap=0)) == ["aaaa bbbb", "cccc dddd", "eeee ffff"]


def test_sentences_that_repeat_get_offsets_that_rise() -> None:
    sentence = "The rain fell all night long."
    text = "\n\n".join([sentence] * 4)

    passages = split_text(text, size=40, overlap=0)

    assert passages == [Passage(sentence, number * (len(sentence) + 2)) for number in range(4)]


def test_copies_inside_an_overlap_keep_their_own_places() -> None:
    text = " ".join(["tick"] * 12)

    passages = split_text(text, size=24, overlap=10)

    _assert_offsets_are_exact(text, passages)
    assert _texts(passages) == _oracle(text, 24, 10)
    assert len(set(_texts(passages))) < len(passages)
    assert passages[-1].start + len(passages[-1].text) == len(text)


def test_a_japanese_full_stop_ends_the_chunk_of_its_sentence() -> None:
    text = "雨が静かに降る。犬が遠くで鳴く。夜はまだ長い。"

    passages = split_text(text, size=12, overlap=0)

    assert passages == [
        Passage("雨が静かに降る。", 0),
        Passage("犬が遠くで鳴く。", 8),
        Passage("夜はまだ長い。", 16),
    ]


def test_japanese_sentences_are_joined_up_to_the_size_with_overlap() -> None:
    text = "雨が静かに降る。犬が遠くで鳴く。夜はまだ長い。"

    passages = split_text(text, size=16, overlap=8)

    assert passages == [
        Passage("雨が静かに降る。犬が遠くで鳴く。", 0),
        Passage("犬が遠くで鳴く。夜はまだ長い。", 8),
    ]


def test_a_closing_sentence_without_a_full_stop_is_kept() -> None:
    assert split_text("雨が降る。夜", size=6, overlap=0) == [Passage("雨が降る。夜", 0)]
    assert _texts(split_text("雨が降る。夜", size=5, overlap=0))[-1].endswith("夜")


@pytest.mark.parametrize("size", [1000, 100])  # no sentence there is longer
def test_the_shipped_japanese_documents_are_cut_at_full_stops(size: int) -> None:
    for path in (path for path in look_into(SAMPLE).documents.values() if ".ja." in path.name):
        text = read_document(path.read_bytes(), path.name).text

        passages = split_text(text, size=size, overlap=size // 5)

        _assert_offsets_are_exact(text, passages)
        for passage in passages:
            end = passage.start + len(passage.text)
            assert passage.text.endswith("。") or text[end : end + 1] in ("\n", "")


def test_a_text_without_any_separator_is_cut_by_characters() -> None:
    assert split_text("abcdefgh", size=3, overlap=1) == [
        Passage("abc", 0),
        Passage("cde", 2),
        Passage("efg", 4),
        Passage("gh", 6),
    ]


def test_a_short_text_is_one_passage_without_outer_white_space() -> None:
    assert split_text("\n  a short text \n", size=1000, overlap=60) == [Passage("a short text", 3)]


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", " " * 5000, "\u3000" * 100])
def test_white_space_alone_gives_nothing(text: str) -> None:
    assert split_text(text, size=50, overlap=10) == []


def _sentence_texts(text: str, size: int, overlap: int = 0) -> list[str]:
    return [passage.text for passage in split_sentences(text, size=size, overlap=overlap)]


def test_sentences_are_kept_whole_where_they_fit() -> None:
    text = 'Dr. Ito paid $3.50, e.g. for tea. He left at 5 p.m. Then it rained! "Is it over?" Yes.'

    assert _sentence_texts(text, 40) == [
        "Dr. Ito paid $3.50, e.g. for tea.",
        "He left at 5 p.m. Then it rained!",
        '"Is it over?" Yes.',
    ]


def test_japanese_sentences_are_kept_whole_with_their_closing_marks() -> None:
    text = "雨が降る。静けさ！「もう終わり？」カメラは動かない。"

    assert _sentence_texts(text, 10) == [
        "雨が降る。静けさ！",
        "「もう終わり？」",
        "カメラは動かない。",
    ]


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    text = "Short one. " + "many words follow each other here " * 3 + "at last. Done."

    texts = _sentence_texts(text, 40)

    assert max(len(passage) for passage in texts) <= 40
    assert texts[0] == "Short one."
    assert texts[-1] == "Done."
    assert " ".join(texts) == " ".join(text.split())


def test_neighbours_share_whole_sentences_alone() -> None:
    text = "The rain fell. It fell long. The river rose. We left."

    assert _sentence_texts(text, 30, overlap=16) == [
        "The rain fell. It fell long.",
        "It fell long. The river rose.",
        "The river rose. We left.",
    ]


def test_offsets_of_sentences_count_signs_outside_the_basic_plane_once() -> None:
    text = "😀 Rain fell. 😀 It stopped. 雨。"

    passages = split_sentences(text, size=14, overlap=0)

    assert all(text.startswith(passage.text, passage.start) for passage in passages)
    assert [passage.text for passage in passages] == ["😀 Rain fell.", "😀 It stopped.", "雨。"]


@pytest.mark.parametrize("unit", ["x", "雨", "word ", "line\n", "雨。"])
def test_memory_is_that_of_the_passages(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    tracemalloc.start()
    try:
        passages = split_text(text, size=1000, overlap=60)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(passages) > 1000
    assert peak < 10_000_000, "the passages, and not an object for each character or word"


def test_sentences_are_looked_for_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    find, lengths = sentencex.get_sentence_boundaries, []

    def watch(language: str, text: str):
        lengths.append(len(text))
        return find(language, text)

    monkeypatch.setattr(sentencex, "get_sentence_boundaries", watch)
    split_sentences("雨が降る。" * 4000 + "word " * 4000, size=1000, overlap=60)
    assert max(lengths) <= 4000
    assert sum(lengths) < 4 * 40_000


@pytest.mark.parametrize(
    "sentence", ["The harbour had 3 ships, said Mr. Smith. ", "港には船が三隻いた。"]
)
def test_sentences_of_a_long_text_are_whole(sentence: str) -> None:
    passages = split_sentences(sentence * 1000, size=len(sentence), overlap=0)
    assert _texts(passages) == [sentence.strip()] * 1000


def test_a_sentence_longer_than_a_window_is_one() -> None:
    long = "The ship " + "and the next ship " * 600 + "left."
    passages = split_sentences(f"It rained. {long} It rained again.", size=20_000, overlap=0)
    assert len(passages) == 1
    passages = split_sentences(f"It rained. {long} It rained again.", size=len(long) + 2, overlap=0)
    assert _texts(passages) == ["It rained.", long, "It rained again."]
