import pytest

from tests.xl_addin.samples import KETTLE, answer
from worker.contract import Citation, Problem, StageSeconds, Support
from xl_addin.sheets.answers import ANSWERS, STAGES, answers_content, citation_lines, support_lines


def test_an_answer_that_failed_says_why_in_its_row():
    problem = Problem(code="engine", what="It broke.", why="A fuse.", next_step="Try again.")
    (row,) = answers_content([answer("Q1", "sexy", "", problem=problem)]).rows
    assert row["Support"] == "It broke. A fuse. Try again."


def test_a_row_shows_where_the_time_went():
    seconds = StageSeconds(embed=0.25, retrieve=0.5, score=1, prompt=2, generate=4)
    (row,) = answers_content([answer("Q1", "sexy", "It sings.", seconds=seconds)]).rows
    stages = [row[f"{stage} s"] for stage in STAGES]
    assert (row["Seconds"], stages) == (7.75, [0.25, 0.5, 1, 2, 4])
    assert (row["Prompt tokens"], row["Tokens"]) == (300, 20)


def test_every_value_of_an_answer_has_a_column():
    (row,) = answers_content([answer("Q1", "sexy", "It sings.")]).rows
    assert set(row) <= set(ANSWERS.headers)
    others = {"Stale", "Run", "Proposed", "Verdict", "Note", "Written"}
    assert set(ANSWERS.headers) - set(row) == others


def test_citations_are_one_a_line_and_say_who_cites_them():
    ship = Citation(number=2, chunk_id="d", source="sea/ship.txt", start=0)
    harbour = ship.model_copy(update={"number": 3, "cited": True, "attributed": True})
    given = answer("Q1", "rag", "It sings [1]. It sails [3].", citations=(KETTLE, ship, harbour))
    assert citation_lines(given) == [
        "[1] kettle.txt @12 (cited)",
        "[2] sea/ship.txt @0",
        "[3] sea/ship.txt @0 (repeated)",
    ]


@pytest.mark.parametrize(
    ("support", "lines"),
    [
        (Support(), ["from the model alone"]),
        (
            Support(similarity=0.571, evidence=0.62, needed=0.4),
            ["evidence .62 (.40 needed)", "best passage: similarity .57"],
        ),
        (
            Support(evidence=0.21, needed=0.4, reason="No passage names the kettle."),
            ["abstained: evidence .21, .40 needed. No passage names the kettle."],
        ),
        (Support(evidence=0.0, needed=0.4), ["abstained: evidence .00, .40 needed."]),
        (Support(evidence=0.4, needed=0.4, reason="?"), ["evidence .40 (.40 needed)"]),
        (Support(similarity=-0.05), ["best passage: similarity -.05"]),
        (Support(similarity=1.0), ["best passage: similarity 1.00"]),
        (
            Support(similarity=0.5, left_out=1, dangling=1, quotes=3, quotes_found=2),
            [
                "best passage: similarity .50",
                "1 passage did not fit",
                "1 citation of no passage taken out",
                "quotes: 2 of 3 found letter by letter",
            ],
        ),
        (
            Support(similarity=0.5, left_out=2, dangling=2, shortened=True),
            [
                "best passage: similarity .50",
                "2 passages did not fit",
                "passage shortened to fit",
                "2 citations of no passage taken out",
            ],
        ),
        (Support(numbers=("20.59",)), ["the number 20.59 stands in none of the passages"]),
        (Support(numbers=("7", "1843")), ["the numbers 7, 1843 stand in none of the passages"]),
        (
            Support(numbers=("1", "2", "3", "4", "5" * 99, "6")),
            [
                "the numbers 1, 2, 3, 4, 55555555555555555555 and others stand in none of the "
                "passages"
            ],
        ),
        (Support(names=("John Smith",)), ["the name John Smith stands in none of the passages"]),
        (
            Support(moved=1, doubtful=(1, 3), numbers=("7",), names=("Ann", "Joe")),
            [
                "1 citation moved to the passage that has the sentence",
                "[1], [3]: little of what cites it stands there",
                "the number 7 stands in none of the passages",
                "the names Ann, Joe stand in none of the passages",
            ],
        ),
        (Support(unread=("Japanese question",)), ["from the model alone", "Japanese question"]),
        (
            Support(evidence=0.2, needed=0.4, unread=("Japanese passages",)),
            ["abstained: evidence .20, .40 needed.", "Japanese passages"],
        ),
    ],
)
def test_support_says_in_plain_words_what_an_answer_stands_on(support: Support, lines: list[str]):
    assert support_lines(answer("Q1", "rag", "It sings.", support=support)) == lines
