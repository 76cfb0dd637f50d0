"""Text of any encoding comes out right."""

from __future__ import annotations

import codecs

import pytest

from worker.documents.encodings import decode

ENGLISH = "The rain fell.\nIt fell all night.\n"
JAPANESE = "日本の映画は静かに始まる。\n雨が降り、カメラは動かない。\n"
FRENCH = "Le café où François a dîné l'été dernier était déjà fermé à Noël.\n"


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
    ids=["utf-8", "utf-8 marked", "le marked", "be marked", "le unmarked", "be unmarked"],
)
def test_unicode_files_are_read_with_and_without_a_mark(encoding: str, mark: bytes) -> None:
    for text in (ENGLISH, JAPANESE, FRENCH):
        assert decode(mark + text.encode(encoding), "file.txt") == text


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_a_shift_jis_or_euc_file_is_read_as_japanese(encoding: str) -> None:
    for text in (JAPANESE, "メモ\n", "BRICS は2009年に始まった。", "雨が降る。" * 400):
        assert decode(text.encode(encoding), "file.txt") == text


@pytest.mark.parametrize(
    "text",
    [
        FRENCH,
        "L’économie française — « les pays émergents » — a été bouleversée. " * 20,
        "café",
        "Die Straße führt über die Brücke.",
        "¿Qué pasó en España el año pasado?",
        "Questões de ação: não há solução.",
        "Många länder i Norden är små.",
    ],
    ids=["French", "French, long", "one word", "German", "Spanish", "Portuguese", "Swedish"],
)
def test_an_accented_western_file_is_not_read_as_something_else(text: str) -> None:
    assert decode(text.encode("cp1252"), "file.txt") == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Экономика стран БРИКС растёт быстрее остальных."),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
        ("cp1250", "Wieś była cicha, a żółte światło padało na łąkę."),
        ("cp1250", "Az erdő fölött köd ült, a gyűlés véget ért."),
        ("cp1253", "Η οικονομία των χωρών μεγαλώνει."),
        ("cp1254", "Ülkelerin ekonomisi hızla büyüyor, ışık söndü, değil şimdi."),
    ],
    ids=["Russian", "Czech", "Polish", "Hungarian", "Greek", "Turkish"],
)
def test_other_european_files_are_not_taken_for_western(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "file.txt") == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"one\rtwo\r", "one\ntwo\n"),
        (b"one\n\r\ntwo", "one\n\ntwo"),
        ("雨\r\n雪".encode("utf-16"), "雨\n雪"),
        ("雨が\r\n降る".encode("cp932"), "雨が\n降る"),
    ],
    ids=["Windows", "old Macintosh", "mixed", "utf-16", "Shift-JIS"],
)
def test_lines_end_in_line_feeds_alone(data: bytes, text: str) -> None:
    assert decode(data, "file.txt") == text


def test_old_japanese_mail_is_read_as_japanese():
    assert decode("赤いやかん、と静けさ".encode("iso2022_jp"), "mail.txt") == "赤いやかん、と静けさ"
