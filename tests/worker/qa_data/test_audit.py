from tests.worker.qa_data.samples import TEXT, pair, passage, unit_vectors
from worker.qa_data.audit import audit

BELLS = passage(
    "A bell was left in its pit for three days, or it rang dull. " * 3, "v1", "bell.txt"
)
TRAIN = pair()
VALIDATION = pair(
    "How long was a bell left in its pit?", "Three days.", of=BELLS, split="validation"
)
FAR = unit_vectors(0, 90)


def test_parts_that_have_nothing_in_common_are_clean():
    found = audit([TRAIN, VALIDATION], FAR, FAR)
    assert found.is_clean
    assert (found.train, found.validation) == (1, 1)


def test_a_file_in_both_parts_is_a_leak():
    same_file = passage(BELLS.text, "v1", TRAIN.passage.doc_id)
    leaking = pair("How long?", "Three days.", of=same_file, split="validation")
    found = audit([TRAIN, leaking], FAR, FAR)
    assert [(leak.kind, leak.what) for leak in found.leaks] == [("file", "ferry.txt")]


def test_passages_that_overlap_are_a_leak_whatever_their_files_are_called():
    window = passage(TEXT[60:] + BELLS.text, "v2", "copy.txt")
    found = audit([TRAIN, pair("Q?", "A.", of=window, split="validation")], FAR, FAR)
    (leak,) = found.leaks
    assert (leak.kind, leak.train, leak.validation) == ("passage", "c1", "v2")
    assert leak.what == TEXT[60:]


def test_a_question_nearly_asked_in_training_is_a_leak():
    found = audit([TRAIN, VALIDATION], unit_vectors(0, 20), FAR)
    assert [(leak.kind, leak.what) for leak in found.leaks] == [("question", VALIDATION.question)]
    assert found.count("question") == 1


def test_an_answer_nearly_given_in_training_is_a_leak():
    found = audit([TRAIN, VALIDATION], FAR, unit_vectors(0, 20))
    assert [(leak.kind, leak.validation) for leak in found.leaks] == [("answer", "v1-q1")]


def test_pairs_of_one_part_may_be_as_near_as_they_like():
    near = unit_vectors(0, 1)
    assert audit([TRAIN, pair(number=2)], near, near).is_clean
    assert audit([], FAR[:0], FAR[:0]).is_clean
