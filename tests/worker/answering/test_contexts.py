"""Which chunks go into a prompt: the best ones, each said once."""

from __future__ import annotations

import pytest

from worker.answering.contexts import choose_contexts
from worker.contract import PovTouch, RankedChunk

RAIN = "The rain fell all night and the river rose above the bridge by morning."
GOLD = "Central banks bought more gold that year than in any year since the war."
PORT = "A company from abroad leased the deep port for ninety-nine years."
JAPANESE = "雨は一晩中降りつづき、朝には川が橋の上まで来ていた。村の人は誰も眠らなかった。"


def _rows(*texts: str) -> list[RankedChunk]:
    """Rows in ranked order, called a, b, c, …"""
    return [
        RankedChunk(
            chunk_id="abcdefgh"[position],
            rank=position + 1,
            sexy=1.0,
            classic=1.0,
            query_similarity=0.5,
            query_rank=1,
            relevance=0.0,
            top_povs=(),
            source="a.txt",
            page=None,
            start=0,
            text=text,
        )
        for position, text in enumerate(texts)
    ]


def _chosen(rows: list[RankedChunk], limit: int = 9, excluded: tuple[str, ...] = ()) -> str:
    return "".join(row.chunk_id for row in choose_contexts(rows, limit, excluded))


def test_chunks_that_differ_are_taken_in_ranked_order() -> None:
    assert _chosen(_rows(RAIN, GOLD, PORT)) == "abc"


def test_the_rows_themselves_are_handed_on() -> None:
    rows = _rows(RAIN, GOLD)

    assert choose_contexts(rows, 2) == rows


@pytest.mark.parametrize(
    ("limit", "chosen"), [(1, "a"), (2, "ab"), (3, "abc"), (4, "abc")], ids=lambda v: str(v)
)
def test_no_more_than_the_limit_are_taken(limit: int, chosen: str) -> None:
    assert _chosen(_rows(RAIN, GOLD, PORT), limit) == chosen


def test_a_chunk_the_user_excluded_makes_room_for_the_next() -> None:
    assert _chosen(_rows(RAIN, GOLD, PORT), 2, excluded=("a",)) == "bc"


def test_an_excluded_chunk_does_not_keep_its_double_out() -> None:
    assert _chosen(_rows(RAIN, RAIN, GOLD), excluded=("a",)) == "bc"


@pytest.mark.parametrize(
    "double",
    [RAIN, RAIN.upper(), RAIN.replace(" ", "\n  "), "So: " + RAIN, RAIN.replace("The", "Then")],
    ids=["same", "capitals", "other white space", "words before", "one word changed"],
)
def test_a_near_duplicate_is_dropped_and_the_next_taken(double: str) -> None:
    assert _chosen(_rows(RAIN, double, GOLD), 2) == "ac"


def test_a_near_duplicate_in_japanese_is_dropped() -> None:
    assert _chosen(_rows(JAPANESE, "そして" + JAPANESE, GOLD)) == "ac"


def test_a_duplicate_of_any_earlier_chunk_is_dropped() -> None:
    assert _chosen(_rows(RAIN, GOLD, PORT, "So: " + RAIN)) == "abc"


def test_chunks_that_open_with_the_same_fifty_characters_count_as_one() -> None:
    opening = "Chapter one, in which the story of the port begins"
    assert len(opening) == 50

    same = _rows(opening + RAIN + RAIN[::-1], opening + GOLD + PORT)
    other = _rows(opening[:-1] + "S" + RAIN + RAIN[::-1], opening + GOLD + PORT)

    assert _chosen(same) == "a"
    assert _chosen(other) == "ab"


def test_neighbours_that_share_an_overlap_are_both_taken() -> None:
    assert _chosen(_rows(f"{RAIN} {GOLD}", f"{GOLD} {PORT}")) == "ab"


def test_very_short_chunks_are_told_apart() -> None:
    assert _chosen(_rows("Yes.", "No.", "Yes.", "YES.")) == "ab"


@pytest.mark.parametrize(
    ("texts", "excluded"), [((), ()), ((RAIN,), ("a",))], ids=["no rows", "all excluded"]
)
def test_nothing_to_choose_from_gives_nothing(
    texts: tuple[str, ...], excluded: tuple[str, ...]
) -> None:
    assert _chosen(_rows(*texts), excluded=excluded) == ""


def _touching(*povs: str) -> list[RankedChunk]:
    """Rows with different texts, each touching one point of view most."""
    rows = _rows(RAIN, GOLD, PORT, JAPANESE)
    touch = [PovTouch(pov_id=pov, cosine=0.5, contrast=1.0, share=1.0) for pov in povs]
    return [
        row.model_copy(update={"top_povs": (touched,)})
        for row, touched in zip(rows, touch, strict=False)
    ]


def test_no_point_of_view_gets_a_second_passage_before_the_others_had_one() -> None:
    rows = _touching("P1", "P1", "P2", "P1")
    chosen = choose_contexts(rows, 3, one_per_pov=True)
    assert "".join(row.chunk_id for row in chosen) == "acb"
    assert _chosen(rows, 3) == "abc"


def test_an_excluded_passage_does_not_count_for_its_point_of_view() -> None:
    chosen = choose_contexts(_touching("P1", "P1", "P2"), 2, ("a",), one_per_pov=True)
    assert "".join(row.chunk_id for row in chosen) == "bc"
