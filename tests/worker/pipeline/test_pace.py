from worker.pipeline.pace import Pace, spoken


def test_the_rest_is_estimated_once_after_as_many_answers_as_are_written_at_a_time():
    pace = Pace(done=0, of=10, streams=2)
    said = [pace.step(written=True) for _ in range(4)]
    assert [bool(text) for text in said] == [False, True, False, False]
    assert said[1].startswith("8 more answers, about ")
    assert pace.done == 4


def test_abstentions_prove_nothing():
    pace = Pace(done=3, of=10, streams=1)
    assert pace.step(written=False) == ""
    assert pace.step(written=True).startswith("5 more answers")


def test_nothing_is_said_when_nothing_is_left():
    assert Pace(done=0, of=1, streams=1).step(written=True) == ""


def test_times_are_spoken_as_people_say_them():
    said = [spoken(5, "answers", seconds) for seconds in (0.2, 45.4, 119, 200, 3600)]
    lengths = ("1 s", "45 s", "119 s", "3 min", "60 min")
    assert said == [f"5 more answers, about {length}" for length in lengths]
