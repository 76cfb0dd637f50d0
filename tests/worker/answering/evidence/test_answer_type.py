import pytest

from worker.answering.evidence.answer_type import answer_type, holds


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("In which year did it close?", "year"),
        ("when was it founded", "date"),
        ("How many arches has it?", "number"),
        ("What does a licence cost?", "number"),
        ("How high is the tower?", "length"),
        ("How long did it last?", "span"),
        ("How fast could it go?", "speed"),
        ("Whom did he marry?", "name"),
        ("Why did they quarrel?", None),
        ("What is told of those who came?", None),
        ("the old boiler", None),
    ],
)
def test_the_beginning_of_a_question_says_what_is_asked_for(asked, kind):
    assert answer_type(asked) == kind


@pytest.mark.parametrize(
    ("text", "kind", "held"),
    [
        ("It closed in 1812.", "year", True),
        ("It has 1812 steps and no more in 312.", "year", True),
        ("It closed.", "year", False),
        ("They met on a Tuesday.", "date", True),
        ("There are forty-one plots.", "number", True),
        ("It is nine metres high.", "length", True),
        ("It has nine doors.", "length", False),
        ("It took nine days.", "span", True),
        ("It ran at sixty kilometres an hour.", "speed", True),
        ("It is sixty kilometres long.", "speed", False),
        ("The keeper was Ada Renn.", "name", True),
        ("The keeper was old.", "name", False),
    ],
)
def test_a_text_holds_what_is_asked_for_or_not(text, kind, held):
    assert holds(text, kind, known=()) == held


def test_a_name_or_number_of_the_question_is_no_answer_to_it():
    assert not holds("It was Ada, in 1812.", "year", known={"1812"})
    assert not holds("It was Ada, in 1812.", "name", known={"ada"})
