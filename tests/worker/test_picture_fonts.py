from tests.worker.small_fonts import machine_fonts as machine_fonts
from tests.worker.small_fonts import write_font
from worker.picture_fonts import font_of, japanese_font, lacking, latin_font


def test_fonts_that_come_with_packages_are_tried_first(machine_fonts, tmp_path):
    own = write_font(tmp_path / "Own-Regular.ttf", "a視📈")
    machine_fonts(own)
    assert [font_of(sign) for sign in "a視📈"] == [latin_font(), japanese_font(), own]


def test_an_upright_font_is_tried_before_its_bold_and_its_slanted_kind(machine_fonts, tmp_path):
    kinds = ("Own-Italic", "Own-Bold", "Own-Regular", "Own-SerifRegular")
    machine_fonts(*(write_font(tmp_path / f"{kind}.ttf", "📈") for kind in kinds))
    assert font_of("📈").stem == "Own-Regular"


def test_what_no_font_has_is_named_once_each(machine_fonts):
    machine_fonts()
    assert lacking("growth 📈📈 of 🎉 é 視点") == "📈🎉"


def test_without_a_japanese_font_its_characters_are_lacking(machine_fonts):
    machine_fonts(japanese=False)
    assert lacking("Ozu's 視点") == "視点"


def test_what_shows_nothing_of_its_own_is_not_lacking(machine_fonts):
    machine_fonts()
    assert lacking("a\x1b\u202e\ue000 \u0301\u200d\u3000") == ""


def test_a_damaged_font_is_passed_over(machine_fonts, tmp_path):
    damaged = tmp_path / "A-Regular.ttf"
    damaged.write_bytes(b"\x00\x01\x00\x00 no font")
    whole = write_font(tmp_path / "B-Regular.ttf", "📈")
    machine_fonts(damaged, tmp_path / "gone.ttf", whole)
    assert font_of("📈") == whole
