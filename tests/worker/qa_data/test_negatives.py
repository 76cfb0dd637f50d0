import pytest

from tests.worker.qa_data.samples import pair, passage, unit_vectors
from worker.qa_data.negatives import Mining, hard_negatives
from worker.qa_data.pair import Passage, Split

#: The question's own passage, then others further and further away from the question at 0 degrees.
CORPUS = [passage(f"text {angle}", f"c{angle}", f"{angle}.txt") for angle in (10, 15, 30, 50, 80)]
VECTORS = unit_vectors(10, 15, 30, 50, 80)
QUESTION = unit_vectors(0)
OWN = pair(of=CORPUS[0])
ALL_TRAIN: dict[str, Split] = {each.doc_id: "train" for each in CORPUS}


USUAL = Mining()


def mined(mining: Mining = USUAL, splits: dict[str, Split] = ALL_TRAIN) -> list[str]:
    (found,) = hard_negatives([OWN], QUESTION, CORPUS, VECTORS, splits, mining)
    return [each.chunk_id for each in found]


def test_the_nearest_come_first_without_those_that_are_as_near_as_the_own_passage():
    # cos 15 is .98 of cos 10, so it may hold the answer as well; cos 30 is .88 of it
    assert mined() == ["c30", "c50", "c80"]


@pytest.mark.parametrize(("margin", "first"), [(1.0, "c15"), (0.9, "c30"), (0.7, "c50")])
def test_the_margin_says_how_near_is_too_near(margin: float, first: str):
    assert mined(Mining(margin=margin))[0] == first


def test_no_more_are_taken_than_asked_for():
    assert mined(Mining(count=1)) == ["c30"]


def test_ranks_count_without_the_own_passage():
    assert mined(Mining(first=3)) == ["c50", "c80"]
    assert mined(Mining(last=2)) == ["c30"]


def test_passages_of_the_other_part_and_of_none_are_left_alone():
    splits: dict[str, Split] = {**ALL_TRAIN, "30.txt": "validation"}
    del splits["80.txt"]
    assert mined(splits=splits) == ["c50"]


def test_a_copy_of_the_own_passage_is_no_negative():
    copy = Passage("copy", "10.txt", CORPUS[0].text)
    (found,) = hard_negatives(
        [OWN], QUESTION, [*CORPUS, copy], unit_vectors(10, 15, 30, 50, 80, 60), ALL_TRAIN
    )
    assert "copy" not in [each.chunk_id for each in found]


def test_where_nothing_is_far_enough_there_are_none():
    assert mined(Mining(margin=-1.0)) == []
