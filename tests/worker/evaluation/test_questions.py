import pytest

from worker.errors import InputError
from worker.evaluation.questions import load_questions

HEADER = "id,question,answerable,kind,facts,sources\n"


@pytest.fixture
def load(tmp_path):
    def load_text(text):
        path = tmp_path / "questions.csv"
        path.write_text(text, encoding="utf-8")
        return load_questions(path)

    return load_text


def test_facts_and_their_wordings_are_taken_apart(load):
    (question,) = load(
        HEADER + "E1,Who and when?,yes,plain,1871; Ostrand|Mirel Ostrand,a.txt;b.txt"
    )
    assert question.facts == (("1871",), ("Ostrand", "Mirel Ostrand"))
    assert question.sources == {"a.txt", "b.txt"}
    assert question.answerable


def test_an_unanswerable_question_needs_neither_facts_nor_sources(load):
    (question,) = load(HEADER + "E1,Who?,no,outside,,")
    assert not question.answerable
    assert question.facts == ()


def test_a_file_saved_by_excel_with_its_mark_in_front_is_read(load):
    assert load("\ufeff" + HEADER + "E1,Who?,no,outside,,")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",Who?,yes,plain,x,a.txt", "id"),
        ("E1,Who?,no,outside,,", "id"),
        ("E2,,yes,plain,x,a.txt", "question"),
        ("E2,Who?,perhaps,plain,x,a.txt", "answerable"),
        ("E2,Who?,yes,outside,x,a.txt", "kind"),
        ("E2,Who?,yes,plain,|,a.txt", "facts"),
        ("E2,Who?,yes,plain,x,", "sources"),
        ("E2,Who?,yes,plain", "facts"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_by_row_and_column(load, row, column):
    with pytest.raises(InputError, match=f"Row 3 .* column '{column}'"):
        load(HEADER + "E1,Who?,no,outside,,\n" + row)


def test_a_missing_column_is_named(load):
    with pytest.raises(InputError, match="lacks facts, sources"):
        load("id,question,answerable,kind\nE1,Who?,no,outside")


def test_an_empty_file_lacks_every_column(load):
    with pytest.raises(InputError, match="lacks id"):
        load("")


def test_a_file_that_is_not_there_or_no_text_is_refused_in_words(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_questions(tmp_path / "none.csv")
    (tmp_path / "questions.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        load_questions(tmp_path / "questions.csv")
