import pytest

from xl_addin.workbook.text_lines import line_count, pieces_of_lines

PROSE = (
    "The facts are agreed. There are two currencies, equal in value and not freely exchangeable "
    "with one another. Eight West African states share the first, with a central bank in Dakar. "
    "Six Central African states share the second, with a central bank in Yaoundé."
)


# What Calibri at 11 points takes on paper, as LibreOffice sets it in its twin Carlito.
@pytest.mark.parametrize(("width", "lines"), [(90, 3), (58, 4), (30, 8), (22, 11)])
def test_prose_takes_at_most_a_line_more_than_on_paper(width: int, lines: int):
    assert lines <= line_count(PROSE, width) <= lines + 1


def test_narrow_letters_take_less_room_than_wide_ones():
    assert line_count("ill " * 60, 40) < line_count("mow " * 60, 40)


def test_japanese_letters_take_the_room_of_two_digits_and_break_anywhere():
    assert line_count("字" * 9, 22) == 1
    assert line_count("字" * 100, 21) == 11


def test_a_word_longer_than_the_column_is_broken():
    assert line_count("0" * 100, 21) == 6


def test_marks_over_letters_take_no_room():
    assert line_count("e\u0301" * 18, 20) == line_count("e" * 18, 20)


def test_pieces_are_short_enough_and_lose_nothing():
    pieces = pieces_of_lines(PROSE, 30, 3)
    assert len(pieces) > 2
    assert max(line_count(piece, 30) for piece in pieces) <= 3
    assert " ".join(pieces) == PROSE
    assert "".join(pieces_of_lines("字" * 300, 21, 4)) == "字" * 300
