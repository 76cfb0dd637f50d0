import pytest

from worker.contract import Translation, text_key
from worker.translation.base import Said
from worker.translation.checks import checked

LONG = "In 1954 he paid 300 yen and left the town for ever, as they say."


def compared(text: str, translation: str, language: str = "Japanese") -> Translation:
    return checked(text, Said(translation), language)


def test_a_translation_that_has_everything_has_no_mark():
    text = "In 1954 Levin paid 3.2 million yen, they say [1, 2]."
    there = compared(text, "1954年、Levinは320万円を支払ったという[1, 2]。")
    assert (there.missing, there.added, there.flaws) == ((), (), ())
    assert there.of == text_key(text)


def test_a_changed_number_is_missing_and_the_new_one_is_none_of_the_text():
    there = compared("It was built in 1954.", "1945年に建てられた。")
    assert (there.missing, there.added) == (("1954",), ("1945",))


def test_a_number_in_other_signs_is_the_same():
    assert compared("Twenty-five people came.", "二十五人が来た。").missing == ()
    assert compared("It cost 1,500 yen.", "Es kostete 1.500 Yen.", "German").missing == ()


def test_a_lost_or_invented_citation_is_named():
    there = compared("They left [1], and came back [2].", "彼らは去り[1]、戻って来た[3]。")
    assert (there.missing, there.added) == (("[2]",), ("[3]",))


def test_a_name_that_is_not_there_is_named():
    text = "Then old Levin saw Kitty in 1954."
    assert compared(text, "Dann sah der alte Levin 1954 Kitty.", "German").missing == ()
    assert compared(text, "Dann sah er 1954 Kitty.", "German").missing == ("Levin",)


@pytest.mark.parametrize(
    ("language", "translation"),
    [
        ("Japanese", "それから老レーヴィンは、1954年にKittyを見た。"),
        ("Russian", "Потом старый Левин увидел Китти в 1945 году."),
        ("Chinese", "后来，老列文在1954年见到了吉蒂。"),
    ],
)
def test_another_script_spells_names_in_its_own_way(language: str, translation: str):
    text = "Then old Levin saw Kitty in 1954."
    lost = () if "1954" in translation else ("1954",)
    assert compared(text, translation, language).missing == lost


def test_a_foreign_word_or_two_make_no_other_script():
    text = "Old Levin said that one should not be sorry."
    assert compared(text, "Er sagte: жаль – man sollte es nicht sein.", "German").missing == (
        "Levin",
    )


def test_latin_words_of_a_japanese_text_are_names():
    text = "日本銀行はNASAと契約した。"
    assert compared(text, "The bank signed with NASA.", "English").missing == ()
    assert compared(text, "The bank signed with them.", "English").missing == ("NASA",)


@pytest.mark.parametrize("language", ["Japanese", "German"])
def test_what_is_still_in_the_language_of_the_text_is_marked(language: str):
    assert compared(LONG, LONG, language).flaws == ("unchanged",)


def test_chinese_is_no_japanese_and_a_few_signs_tell_no_language():
    text = "Tokyo Tower, since 1954."
    assert compared(text, "东京铁塔，建成于1954年，至今仍在。").flaws == ("unchanged",)
    assert compared(text, "東京タワー、1954年。").flaws == ()
    assert compared(text, "東京塔、1954年。").flaws == ()


def test_half_a_translation_is_marked():
    assert "short" in compared(LONG, "1954年。").flaws
    assert "cut" in compared(LONG, "1954年、彼は300円を払い、町を永遠に去ったと").flaws
    assert (
        "cut" in checked(LONG, Said("1954年、彼は300円を払って町を去った。", cut=True), "ja").flaws
    )


def test_a_passage_that_itself_ends_within_a_sentence_may_do_so_in_another_language():
    assert compared(LONG.removesuffix("."), "1954年、彼は300円を払い、町を去ったと").flaws == ()
