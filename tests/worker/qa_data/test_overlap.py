import pytest

from tests.worker.qa_data.samples import TEXT, passage
from worker.qa_data.overlap import overlaps

OTHER = "Bells were left in their pits for three days before anybody dug them out again. " * 5


@pytest.mark.parametrize("cut", [0, 1, 37, 99, 120])
def test_windows_of_one_text_overlap_wherever_they_are_cut(cut: int):
    train, validation = passage(TEXT), passage(TEXT[cut:] + OTHER, "v1", "copy.txt")
    (found,) = overlaps([train], [validation], least=100)
    assert found.text.strip() == TEXT[cut:]
    assert (found.train, found.validation) == (train, validation)


def test_a_stretch_that_is_one_character_too_short_is_none():
    train = passage("A" + TEXT[:100] + "B")
    assert overlaps([train], [passage("C" + TEXT[:100] + "D", "v1")], least=100)
    assert not overlaps([train], [passage("C" + TEXT[:99] + "D", "v1")], least=100)


def test_lines_that_are_broken_elsewhere_are_the_same_text():
    assert overlaps([passage(TEXT)], [passage(TEXT.replace(" ", "\n"), "v1")])


def test_texts_on_the_same_matter_do_not_overlap():
    assert not overlaps([passage(TEXT)], [passage(OTHER, "v1")])


def test_two_passages_overlap_once_however_often_they_repeat_themselves():
    train = passage(OTHER)
    assert len(overlaps([train, train], [passage(OTHER, "v1")])) == 1
