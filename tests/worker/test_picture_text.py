from worker.picture_text import drawable, font_families, glyphs_of, shorten, shorten_inside


def test_japanese_has_its_glyphs_and_what_no_font_has_is_a_box():
    glyphs = glyphs_of(*font_families())
    assert drawable("赤いやかん é\n📈 x", glyphs) == "赤いやかん é\n□ x"


def test_a_dollar_sign_is_no_formula():
    assert drawable("$5 to $6", glyphs_of(*font_families())) == r"\$5 to \$6"


def test_long_labels_are_cut_and_wide_characters_count_twice():
    assert shorten("a" * 10, 5) == "aaaaa…"
    assert shorten("視点視点視点", 6) == "視点視…"
    assert shorten("two\nlines", 20) == "two lines"
    assert shorten("as it fits", 10) == "as it fits"


def test_a_label_is_cut_after_a_word_unless_too_much_would_go():
    assert shorten("the weapon that nobody sees", 17) == "the weapon that…"
    assert shorten("the weapon that nobody sees", 15) == "the weapon that…"
    assert shorten("patience, and more", 11) == "patience…"
    assert shorten("a counterrevolution", 12) == "a counterrev…"


def test_of_a_long_name_both_ends_are_kept():
    assert shorten_inside("report_on_copper_volume_2.pdf", 20) == "report_on…lume_2.pdf"
    assert shorten_inside("short.pdf", 20) == "short.pdf"
    assert shorten_inside("赤いやかんの報告書の続き.txt", 13) == "赤いや…き.txt"
