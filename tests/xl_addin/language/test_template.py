import pytest

from xl_addin.language.template import fill, parse_template


@pytest.mark.parametrize(
    ("template", "text", "filling"),
    [
        ("There is no {} in {}.", "There is no question in A.xlsx.", ["question", "A.xlsx"]),
        ("{} files of this type are", "3 files of this type are", ["3"]),
        ("There is no pair{} to export in {}.", "There is no pair to export in b.", ["", "b"]),
        ("{count} parts{names} are damaged", "2 parts (a, b) are damaged", ["2", " (a, b)"]),
        ("It is empty.", "It is empty.", []),
    ],
)  # fmt: skip
def test_what_fills_the_holes_is_found_again(template, text, filling):
    assert parse_template(template).filling(text) == filling


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("There is no {} in use in {}.", "There is no question in use in A.xlsx"),
        ("There is no {} in use in {}.", "There is no."),
        ("It is empty.", "It is empty. It is."),
        ("aa{}aa", "aaa"),
    ],
)
def test_another_text_is_none_of_it(template, text):
    assert parse_template(template).filling(text) is None


def test_a_hole_in_quotes_is_a_name():
    holes = parse_template("There is no job '{}' in {}.").holes
    assert [hole.is_quoted for hole in holes] == [True, False]


def test_braces_that_are_no_holes_are_letters():
    text = 'Give lines like {"anchor": "a question"}.'
    assert parse_template(text).filling(text) == []
    both = parse_template("It needs {{question}}, not {}.")
    assert both.filling("It needs {question}, not x.") == ["x"]


def test_a_translation_may_take_the_holes_in_another_order():
    assert fill("{1} に {0}", {"0": "a", "1": "b"}) == "b に a"
    assert fill("{count} 個{names}", {"count": "2", "names": " (a)"}) == "2 個 (a)"
