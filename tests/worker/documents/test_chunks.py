"""Ids of chunks: the same words keep their id, different chunks never share one."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import pytest

from tests.conftest import SAMPLE
from worker.documents.chunks import Chunk, Splitting, content_hash, split_document
from worker.documents.document import Document
from worker.documents.folder import look_into
from worker.documents.readers import read_document

RAIN = "The rain fell all night."
DOGS = "Dogs barked by the river."
SHIP = "A ship left the old port."
NEWS = "Nobody had read the news."


def _chunks(*paragraphs: str, source: str = "a.txt") -> list[Chunk]:
    """Each paragraph, shorter than 30 characters, becomes one chunk."""
    return split_document(Document(source, "\n\n".join(paragraphs)), Splitting(30, 0))


def _ids(*paragraphs: str, source: str = "a.txt") -> list[str]:
    return [chunk.chunk_id for chunk in _chunks(*paragraphs, source=source)]


def test_a_chunk_knows_where_it_stands() -> None:
    chunks = _chunks(RAIN, DOGS, source="日本/雨.txt")

    assert [(chunk.text, chunk.start) for chunk in chunks] == [(RAIN, 0), (DOGS, 26)]
    assert {(chunk.source, chunk.page) for chunk in chunks} == {("日本/雨.txt", None)}


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ((NEWS, RAIN, DOGS, SHIP), (1, 2, 3)),
        ((RAIN, NEWS, DOGS, SHIP), (0, 2, 3)),
        ((RAIN, DOGS, SHIP, NEWS), (0, 1, 2)),
        (("  " + RAIN, DOGS, SHIP + "\n"), (0, 1, 2)),
    ],
    ids=["inserted before", "inserted between", "added behind", "white space around"],
)
def test_ids_survive_changes_elsewhere_in_the_file(
    changed: tuple[str, ...], kept: tuple[int, ...]
) -> None:
    before = _ids(RAIN, DOGS, SHIP)

    after = _ids(*changed)

    assert [after[position] for position in kept] == before


@pytest.mark.parametrize("splitter", ["recursive", "sentence"])
@pytest.mark.parametrize("paragraphs", [(RAIN, DOGS, SHIP), ("雨" * 100,), (f" {RAIN}\n",)])
def test_a_document_up_to_a_length_is_one_chunk(
    splitter: Literal["recursive", "sentence"], paragraphs: tuple[str, ...]
) -> None:
    text = "\n\n".join(paragraphs)
    document = Document("a.txt", text)
    (whole,) = split_document(document, Splitting(20, 0, splitter, whole=len(text)))
    assert whole.text == text.strip()
    longer = Splitting(20, 0, splitter, whole=len(text) - 1)
    split = split_document(document, longer)
    assert split == split_document(document, Splitting(20, 0, splitter))
    assert len(split) > 1


def test_other_words_get_another_id() -> None:
    assert _ids(RAIN) != _ids(RAIN.replace("rain", "snow"))


def test_a_text_that_repeats_gets_numbers_behind_its_id() -> None:
    first, dogs, second, third = _ids(RAIN, DOGS, RAIN, RAIN)

    assert (second, third) == (f"{first}-2", f"{first}-3")
    assert dogs == _ids(DOGS)[0]


def test_the_same_words_in_another_file_get_another_id() -> None:
    assert not set(_ids(RAIN, DOGS)) & set(_ids(RAIN, DOGS, source="sub/a.txt"))


def test_ids_are_the_same_on_every_machine_and_day() -> None:
    assert _ids(RAIN) == ["18b7cb-84c61afdaa20"]  # heads of SHA-256 of name and text


@pytest.mark.parametrize(("size", "overlap"), [(1000, 60), (100, 20)], ids=["1000/60", "100/20"])
def test_no_two_chunks_of_the_sample_share_an_id(size: int, overlap: int) -> None:
    chunks = [
        chunk
        for path in look_into(SAMPLE).documents.values()
        for chunk in split_document(
            read_document(path.read_bytes(), path.name), Splitting(size, overlap)
        )
    ]

    uses = Counter(chunk.chunk_id for chunk in chunks)

    assert len(chunks) > len(look_into(SAMPLE).documents)
    assert [chunk_id for chunk_id, count in uses.items() if count > 1] == []


def test_a_hash_is_short_and_takes_any_text() -> None:
    assert content_hash("") == "e3b0c44298fc1c14"  # the head of SHA-256 of nothing
    assert len(content_hash("broken \ud83d half of a sign")) == 16
    assert content_hash("雨") != content_hash("雪")


def test_a_chunk_has_the_page_of_its_first_character() -> None:
    document = Document("a.pdf", f"{RAIN}\n{DOGS}\n\n{SHIP}", (0, 25, 51, 52))

    chunks = split_document(document, Splitting(30, 0))

    assert [chunk.page for chunk in chunks] == [1, 2, 4]


@pytest.mark.parametrize("splitter", ["recursive", "sentence"])
def test_chunks_stand_in_the_text_where_they_say(
    splitter: Literal["recursive", "sentence"],
) -> None:
    for path in look_into(SAMPLE).documents.values():
        document = read_document(path.read_bytes(), path.name)
        for chunk in split_document(document, Splitting(200, 30, splitter)):
            assert document.text.startswith(chunk.text, chunk.start)
