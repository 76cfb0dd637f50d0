from __future__ import annotations

import numpy as np

from tests.worker.tuning.tiny_model import world
from worker.pipeline.tuning_pairs import negatives_of, sides_drawn, what_sides_share
from worker.tuning.pairs import examples, has_sides


def vectors(count: int) -> np.ndarray:
    drawn = np.random.default_rng(1).normal(size=(count, 64)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_sides_that_are_drawn_have_whole_documents_and_no_common_file():
    drawn = sides_drawn(world(split=False), 1)
    assert has_sides(drawn)
    assert len({one.doc for one in drawn.passages if one.split == "validation"}) == 2
    assert what_sides_share(drawn) == []
    assert sides_drawn(world(split=False), 1) == drawn


def test_what_sides_share_is_told_in_words():
    whole = world()
    long = "A sentence that is long enough to be known wherever it stands again. " * 4
    changed = [one.model_copy(update={"text": f"{one.text} {long}"}) for one in whole.passages]
    told = what_sides_share(whole.model_copy(update={"passages": tuple(changed)}))
    assert told
    assert all("A sentence that is long enough" in words for words in told[:3])


def test_each_example_has_as_many_negatives_of_its_own_side():
    data = world()
    made = examples(data)
    found = negatives_of(data, made, vectors(len(made)), vectors(48), 4)
    validation = {one.text for one in data.passages if one.split == "validation"}
    for one, negatives in zip(made, found, strict=True):
        assert len(set(negatives)) == 4
        assert one.passage not in negatives
        assert not validation & set(negatives)


def test_the_nearest_passages_come_first_but_none_that_is_as_near_as_the_own_one():
    data = world()
    made = examples(data)
    passages = np.eye(48, dtype=np.float32)
    question = passages[0] + 0.99 * passages[1] + 0.5 * passages[2] + 0.4 * passages[3]
    questions = np.tile(question / np.linalg.norm(question), (len(made), 1))
    negatives = negatives_of(data, made, questions, passages, 2)[0]
    assert negatives == (data.passages[2].text, data.passages[3].text)


def test_where_passages_are_few_all_examples_have_fewer():
    data = world(3)
    made = examples(data)
    found = negatives_of(data, made, vectors(len(made)), vectors(18), 10)
    assert {len(negatives) for negatives in found} == {5}
