"""Every text of the code has its translation, with the same holes, and none is left over."""

import re

import polib
import pytest

from worker.errors import SettingError
from xl_addin.language import catalogue
from xl_addin.language.__main__ import main, missing, unused
from xl_addin.language.catalogue import (
    LANGUAGES,
    asked_language,
    language_named,
    machine_language,
    read_texts,
    texts_path,
)
from xl_addin.language.language import ENGLISH
from xl_addin.language.template import fill, parse_template

OTHERS = [name for name in LANGUAGES if name != ENGLISH.name]


@pytest.mark.parametrize("name", OTHERS)
def test_no_text_of_the_code_lacks_a_translation(name):
    assert missing(name) == {}, "see: python -m xl_addin.language missing"


@pytest.mark.parametrize("name", OTHERS)
def test_no_translation_is_of_a_text_that_is_gone(name):
    assert unused(name) == [], "see: python -m xl_addin.language unused"


@pytest.mark.parametrize("name", OTHERS)
def test_a_translation_has_the_holes_of_its_text(name):
    for text, translation in read_texts(name).items():
        keys = [hole.key for hole in parse_template(text).holes]
        if keys:
            marks = {key: f"<{place}>" for place, key in enumerate(keys)}
            said = fill(translation, marks)
            assert all(said.count(mark) == 1 for mark in marks.values()), text


@pytest.mark.parametrize("name", OTHERS)
def test_no_text_stands_twice_and_none_is_only_begun(name):
    entries = polib.pofile(str(texts_path(name)))
    texts = [entry.msgid for entry in entries]
    assert sorted(texts) == sorted(set(texts))
    assert [entry.msgid for entry in entries if not entry.translated()] == []


def test_a_japanese_sentence_ends_like_one():
    for text, said in read_texts("ja").items():
        if text.endswith(".") and re.search(r"[ぁ-ん]", said):
            assert re.search(r"(?:。|。）|: .*)$", said), said


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"BONSAI_LANGUAGE": "ja"}, "ja"),
        ({"BONSAI_LANGUAGE": "en", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_machine_speaks_what_its_variable_or_its_locale_says(monkeypatch, variables, name):
    for variable in ("BONSAI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert machine_language().name == name


def test_windows_names_its_language_in_words(monkeypatch):
    for variable in ("BONSAI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: ("Japanese_Japan", "932"))
    assert machine_language().name == "ja"


def test_a_language_that_nobody_has_is_refused_by_name():
    with pytest.raises(SettingError, match="There is no language 'tlh'"):
        asked_language("tlh")


@pytest.mark.parametrize("damage", [b"", b'msgid "a\n', b"\xff\xfe", b'msgstr "a"\nmsgid'])
def test_a_damaged_file_of_texts_leaves_english(damage, tmp_path, monkeypatch):
    (tmp_path / "ja.po").write_bytes(damage)
    monkeypatch.setattr(catalogue, "_FOLDER", tmp_path)
    language_named.cache_clear()
    try:
        assert language_named("ja").say("It is empty.") == "It is empty."
    finally:
        language_named.cache_clear()


def test_the_command_prints_what_goes_into_the_file(monkeypatch, capfdbinary):
    monkeypatch.setattr("sys.argv", ["language", "missing"])
    monkeypatch.setattr("xl_addin.language.__main__.missing", lambda _: {"A new text.": "a.py"})
    main()
    assert b'msgid "A new text."' in capfdbinary.readouterr().out


def test_how_long_a_run_takes_is_one_sentence():
    said = language_named("ja").say("20 more answers, about 4 s")
    assert said == "回答はあと 20 件、約 4 秒"
