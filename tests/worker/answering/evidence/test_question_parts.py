from worker.answering.evidence.question_parts import question_parts


def test_a_question_falls_into_its_parts():
    parts = question_parts("Who led the strike at Ost, and in which year did it end?")
    assert [(part.asked, part.about, part.answer) for part in parts] == [
        (("led", "strike"), ("Ost",), "name"),
        (("year",), ("Ost", "led", "strike"), "year"),
    ]


def test_a_later_part_asks_for_something_beyond_the_first():
    first, second = question_parts("How high is the tower, and how wide?")
    assert (first.asked, second.asked) == (("tower",), ("wide",))


def test_who_somebody_is_may_be_told_without_another_name():
    (part,) = question_parts("Who is Ada Renn?")
    assert (part.about, part.answer) == (("Ada", "Renn"), None)
