from __future__ import annotations

import pytest

from tests.worker.tuning.tiny_model import world
from worker.contract import PairSet, TunePair, TunePassage
from worker.errors import InputError
from worker.tuning.pairs import (
    documents,
    examples,
    has_sides,
    refuse_shared,
    require_enough,
    require_usable,
    search,
    unrelated,
    with_sides,
)


def only(count: int, side: str) -> PairSet:
    """The world with so many pairs on one side, and all on the other."""
    whole = world()
    sides = {passage.passage_id: passage.split for passage in whole.passages}
    of_side = [pair for pair in whole.pairs if sides[pair.passage_id] == side]
    left = [pair for pair in whole.pairs if pair not in of_side[count:]]
    return whole.model_copy(update={"pairs": tuple(left)})


def test_a_set_that_is_whole_is_taken():
    require_usable(world())
    require_enough(world())


def test_no_pairs_are_refused():
    with pytest.raises(InputError, match="no pairs to tune on"):
        require_usable(PairSet(passages=world().passages))
    with pytest.raises(InputError, match="no pairs to tune on"):
        require_usable(PairSet(pairs=world().pairs))


def test_pairs_of_one_document_are_refused_and_it_is_named():
    with pytest.raises(InputError, match="one document") as caught:
        require_usable(world(1))
    assert "red.txt" in caught.value.why


@pytest.mark.parametrize(("side", "least"), [("train", 10), ("validation", 5)])
def test_too_few_pairs_are_counted(side: str, least: int):
    require_enough(only(least, side))
    with pytest.raises(InputError, match=f": {least - 1}. At") as caught:
        require_enough(only(least - 1, side))
    assert f"At least {least}" in caught.value.why


def test_what_both_sides_have_is_shown():
    refuse_shared([])
    with pytest.raises(InputError, match="overlap") as caught:
        refuse_shared([f"the file {name}.txt" for name in "abcdefg"])
    assert "the file a.txt; the file b.txt" in caught.value.why
    assert "2 more" in caught.value.why


def test_sides_are_drawn_for_whole_documents():
    unsplit = world(split=False)
    assert not has_sides(unsplit)
    placed = with_sides(unsplit, {"red.txt": "validation"})
    assert has_sides(placed)
    assert {one.doc for one in placed.passages if one.split == "validation"} == {"red.txt"}
    assert len(documents(placed)) == 8


def test_examples_are_pairs_for_training_each_once():
    whole = world()
    twice = whole.model_copy(update={"pairs": (*whole.pairs, *whole.pairs)})
    assert len(examples(twice)) == 36
    assert "red kettle" in examples(twice)[0].passage


def test_a_question_with_two_passages_finds_either():
    whole = world()
    more = TunePair(question=whole.pairs[-1].question, passage_id=whole.pairs[-2].passage_id)
    asked = search(whole.model_copy(update={"pairs": (*whole.pairs, more)}), "validation")
    assert len(asked.questions) == 12
    assert len(asked.passages) == 48
    assert asked.relevant[-1] == {46, 47}


def test_passages_with_the_same_words_are_searched_once():
    whole = world()
    twin = TunePassage(passage_id="x", doc="x", text=whole.passages[0].text, split="train")
    assert len(search(whole, "validation", [twin]).passages) == 48


def test_control_questions_on_the_same_texts_are_left_out():
    whole = world()
    part = whole.passages[0].model_copy(update={"text": f"{whole.passages[0].text}, as told."})
    other = TunePassage(passage_id="other", doc="other", text="A ferry sails on Sundays.")
    questions = [TunePair(question="?", passage_id=part.passage_id)]
    questions.append(TunePair(question="When?", passage_id="other"))
    left = unrelated(PairSet(passages=(part, other), pairs=tuple(questions)), whole)
    assert [each.passage_id for each in left.passages] == ["other"]
    assert [each.question for each in left.pairs] == ["When?"]
