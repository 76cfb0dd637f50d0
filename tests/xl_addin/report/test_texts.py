"""The words that readers see, in each language."""

import re
from dataclasses import fields

from xl_addin.language.catalogue import language_named
from xl_addin.language.language import ENGLISH as SPOKEN_ENGLISH
from xl_addin.report.texts import ENGLISH, Texts, texts_in

JAPANESE = texts_in(language_named("ja"))

#: The same in every language: modes, and the language itself.
KEPT = {"language", "modes", "question_id", "citation"}


def test_english_is_what_stands_in_the_code():
    assert texts_in(SPOKEN_ENGLISH) == ENGLISH


def test_every_word_of_a_japanese_reader_is_japanese():
    words = {field.name: getattr(JAPANESE, field.name) for field in fields(Texts)}
    left = {
        name: text
        for name, text in words.items()
        if name not in KEPT and not re.search(r"[ぁ-んァ-ヶ一-龠]", str(text))
    }
    assert left == {}
    assert JAPANESE.language == "ja"


def test_its_holes_are_filled_like_those_of_english():
    assert JAPANESE.answer_count.format(count=3) == "回答 3 件"
    said = JAPANESE.citation.format(number=2, source="a.txt", start=7, use=JAPANESE.uses["cited"])
    assert said == "[2] a.txt、7 文字目から（引用）"
