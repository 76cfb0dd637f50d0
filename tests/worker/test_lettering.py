import numpy as np
import pytest

from tests.worker.small_fonts import machine_fonts as machine_fonts
from tests.worker.small_fonts import write_font
from worker.lettering import Lettering

LETTERS = Lettering(20)


def ink(line: str, letters: Lettering = LETTERS) -> np.ndarray:
    """How black each pixel of a line is."""
    return np.asarray(letters.image(line))[..., 3]


def test_a_line_is_as_wide_as_its_image_and_of_one_height():
    for line in ("passage", "視点 of a kettle", "", "□"):
        image = LETTERS.image(line)
        assert image.height == LETTERS.line_height
        assert image.width == max(1, LETTERS.width(line))


def test_latin_and_japanese_are_drawn_without_a_box(machine_fonts):
    machine_fonts()
    box = ink("□")
    for sign in "aé視やン「":
        drawn = ink(sign)
        assert drawn.any()
        assert drawn.shape != box.shape or (drawn != box).any()


def test_a_character_that_only_a_font_of_the_machine_has_is_drawn_in_it(machine_fonts, tmp_path):
    machine_fonts()
    box = ink("□")
    assert np.array_equal(ink("📈"), box)
    machine_fonts(write_font(tmp_path / "Own-Regular.ttf", "📈"))
    square = ink("📈")
    assert LETTERS.width("📈") == 20
    assert (square == 255).sum() > 200, "a full square, 20 pixels wide and 14 high"


def test_what_no_font_has_is_a_box_each(machine_fonts):
    machine_fonts()
    assert np.array_equal(ink("📈 x 🎉"), ink("□ x □"))


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\x9b"])
def test_a_control_character_is_a_box(sign: str):
    assert np.array_equal(ink(f"a{sign}b"), ink("a□b"))


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\ufeff"])
def test_what_turns_the_direction_of_writing_is_left_out(sign: str):
    assert np.array_equal(ink(f"a{sign}bc"), ink("abc"))


def test_marks_and_joiners_that_the_font_lacks_are_left_out(machine_fonts):
    machine_fonts()
    assert np.array_equal(ink("👩\u200d💻"), ink("□\u200d□"))
    assert np.array_equal(ink("やa\u0e34"), ink("やa")), "a mark of another script"


def test_emoji_have_their_colours_where_a_font_has_them():
    image = np.asarray(LETTERS.image("📈🎉").convert("RGB")).astype(int)
    if np.array_equal(ink("📈🎉"), ink("□□")):
        pytest.skip("no font of this machine has emoji")
    assert image.shape[0] == LETTERS.line_height
    assert LETTERS.image("📈🎉").width < 4 * LETTERS.size


def test_lines_break_between_words_and_in_japanese_anywhere():
    text = "Can the red kettle break a heart?\n赤いやかんの視点は誰のものか"
    lines = LETTERS.wrapped(text, 150)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(LETTERS.width(line) <= 150 for line in lines)
    assert lines[0] == "Can the red"


def test_a_word_that_is_longer_than_a_line_has_one_of_its_own():
    assert LETTERS.wrapped("a counterrevolutionary", 60) == ["a", "counterrevolutionary"]
