from worker.picture_text import drawable, font_families, glyphs_of, japanese_font, shorten


def test_japanese_has_its_glyphs_and_what_no_font_has_is_a_box():
    glyphs = glyphs_of(*font_families())
    assert drawable("赤いやかん é\n📈 x", glyphs) == "赤いやかん é\n□ x"


def test_long_labels_are_cut_and_wide_characters_count_twice():
    assert shorten("a" * 10, 5) == "aaaaa…"
    assert shorten("視点視点視点", 6) == "視点視…"
    assert shorten("two\nlines", 20) == "two lines"


def test_the_japanese_font_is_a_file_that_has_kanji():
    font = japanese_font()
    assert font
    assert font.is_file()
    assert ord("環") in glyphs_of(*font_families())
