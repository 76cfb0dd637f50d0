from worker.qa_data.pair import pair_id


def test_the_same_place_of_a_chunk_has_the_same_id():
    assert pair_id("c1", 1) == pair_id("c1", 1)
    assert len({pair_id("c1", 1), pair_id("c1", 2), pair_id("c2", 1)}) == 3
