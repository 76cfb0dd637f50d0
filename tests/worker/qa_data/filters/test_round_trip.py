from tests.worker.qa_data.samples import unit_vectors
from worker.qa_data.filters.round_trip import NOT_FOUND, not_found, passage_ranks

PASSAGES = unit_vectors(0, 30, 60, 90, 120)


def test_ranks_count_the_passages_that_are_nearer():
    questions = unit_vectors(0, 0, 100, 0)
    assert passage_ranks(questions, PASSAGES, [0, 2, 0, 4]) == [1, 3, 5, 5]


def test_passages_that_are_the_same_share_a_rank():
    assert passage_ranks(unit_vectors(10), unit_vectors(0, 0, 90), [1]) == [1]


def test_a_question_that_does_not_find_its_passage_is_rejected():
    first, second = not_found(unit_vectors(0, 0), PASSAGES, [1, 2], k=2)
    assert first is None
    assert second is not None
    assert second.filter == NOT_FOUND
    assert second.why == "Of 5 passages, 2 are nearer to the question."


def test_many_questions_are_ranked_as_a_few_are():
    questions = unit_vectors(*range(0, 360))
    own = [place % 5 for place in range(360)]
    ranks = passage_ranks(questions, PASSAGES, own)
    assert ranks[300] == passage_ranks(questions[300:301], PASSAGES, own[300:301])[0]
