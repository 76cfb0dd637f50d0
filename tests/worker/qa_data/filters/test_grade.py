import pytest

from tests.worker.qa_data.samples import TEXT, pair
from worker.qa_data.filters.grade import GRADE, grade_prompt, low_grade, read_grade
from worker.qa_data.wording import opening


def test_the_prompt_begins_as_the_others_over_the_passage_do():
    graded = pair()
    assert grade_prompt(graded).startswith(opening(TEXT))
    assert graded.question in grade_prompt(graded)
    assert graded.answer in grade_prompt(graded)


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("8", 8),
        ("10", 10),
        ("Grade: 7", 7),
        ("9/10", 9),
        ("6 out of 10", 6),
        ("**8**.", 8),
        ("８点", 8),
        ("7.5", 7),
        ("8, as it is an 8", 8),
        ("between 6 and 8", None),
        ("0", None),
        ("85", None),
        ("good", None),
        ("", None),
    ],
)
def test_a_grade_is_read_from_what_a_model_says(text: str, grade: int | None):
    assert read_grade(text) == grade


@pytest.mark.parametrize(("grade", "stays"), [(10, True), (7, True), (6, False), (None, True)])
def test_less_than_seven_is_rejected(grade: int | None, stays: bool):
    rejection = low_grade(grade)
    assert (rejection is None) is stays
    assert rejection is None or rejection.filter == GRADE
