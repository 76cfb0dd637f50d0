import textwrap

import pytest

from xl_addin.language.extraction import strings_of_code, texts_of_code


@pytest.fixture
def texts_of(tmp_path):
    for folder in ("worker", "xl_addin/template/vba"):
        (tmp_path / folder).mkdir(parents=True)

    def extracted(code, place="worker/some.py"):
        (tmp_path / place).write_text(textwrap.dedent(code), encoding="utf-8")
        return list(texts_of_code(tmp_path))

    return extracted


def test_an_f_string_is_a_text_with_holes(texts_of):
    assert texts_of('x = f"There is no {row!r} in {book.name:>9}."') == ["There is no {} in {}."]


def test_literals_side_by_side_are_one_text(texts_of):
    assert texts_of('x = ("It is " "gone.")') == ["It is gone."]


def test_a_brace_that_is_meant_stands_twice(texts_of):
    assert texts_of('x = f"It needs {{name}} in {place}."') == ["It needs {{name}} in {}."]


@pytest.mark.parametrize(
    "code",
    [
        '"""A docstring of words."""',
        'def f(x: "a type of words") -> None: ...',
        'x = re.compile("not found here")',
        '_log.warning("It was dropped: %s", x)',
        'x = "SELECT key FROM figures"',
        'x = r"\\\\bnot (?:found|given)"',
        'x = "word"',
        'x = values["a column"]',
    ],
)
def test_what_no_person_reads_is_no_text(texts_of, code):
    assert texts_of(code) == []


def test_single_words_count_where_words_are_shown(texts_of):
    progress = 'context.progress("Embedding", 1, 2)'
    code = f'{progress}\nx = "Other"\nSummaryTable("Answers", ("Mode",), [])'
    assert texts_of(code) == ["Embedding", "Answers", "Mode"]


def test_vba_literals_over_several_lines_are_one_text(texts_of):
    code = """\
        ' A "comment of words"
        Tell "Close Excel " & _
            "and open it."
        """
    assert texts_of(code, "xl_addin/template/vba/Some.bas") == ["Close Excel and open it."]


def test_a_word_may_be_translated_without_being_asked_for(tmp_path):
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "some.py").write_text('x = "question"', encoding="utf-8")
    assert "question" in strings_of_code(tmp_path)
