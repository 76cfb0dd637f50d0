"""Reading files: whatever the encoding, the words come out right or the file is refused."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from tests.conftest import SAMPLE
from worker.documents.readers import decode, find_documents, read_document
from worker.errors import DocumentError

ENGLISH = "The rain fell.\nIt fell all night.\n"
JAPANESE = "日本の映画は静かに始まる。\n雨が降り、カメラは動かない。\n"
FRENCH = "Le café où François a dîné l'été dernier était déjà fermé à Noël.\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c489"
    "0000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)


def _sources(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in find_documents(folder)]


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("words", encoding="utf-8")


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE, FRENCH], ids=["English", "Japanese", "French"])
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
def test_unicode_files_are_read_with_and_without_a_mark(
    encoding: str, mark: bytes, text: str
) -> None:
    assert decode(mark + text.encode(encoding), "file.txt") == text


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
@pytest.mark.parametrize(
    "text",
    [JAPANESE, "メモ\n", "BRICS は2009年に始まった。", "雨が降る。" * 400],
    ids=["sentences", "one word", "mixed with Latin", "long"],
)
def test_a_shift_jis_or_euc_file_is_read_as_japanese(encoding: str, text: str) -> None:
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


@pytest.mark.parametrize(
    "data",
    [PNG, ENGLISH.encode() * 9 + b"\x00!", b"\x00" * 64, codecs.BOM_UTF32_LE + b"a\x00\x00\x00"],
    ids=["picture", "text with a zero byte", "zeros", "utf-32"],
)
def test_what_is_no_text_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "holiday.txt"
    path.write_bytes(data)

    with pytest.raises(DocumentError) as caught:
        read_document(path, "trip/holiday.txt")

    assert caught.value.what == "The file trip/holiday.txt is not text."
    assert "UTF-8" in caught.value.next_step


@pytest.mark.parametrize(
    "data",
    [b"", b" \t\r\n \n", codecs.BOM_UTF8, "\u3000\n".encode()],
    ids=["no bytes", "white space", "a mark alone", "wide space"],
)
def test_a_file_without_words_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "blank.txt"
    path.write_bytes(data)

    with pytest.raises(DocumentError, match=r"The file blank\.txt is empty\."):
        read_document(path, "blank.txt")


def test_a_path_that_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "lost.txt").symlink_to(tmp_path / "nowhere")

    for name in ("folder.txt", "lost.txt", "gone.txt"):
        with pytest.raises(DocumentError) as caught:
            read_document(tmp_path / name, name)

        assert caught.value.what == f"The file {name} cannot be opened."
        assert len(caught.value.why) > len(".")


def test_the_text_of_a_file_is_kept_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "雨.md"
    path.write_text("  # Rain\n\n\tIt  fell. \n", encoding="utf-8")

    document = read_document(path, "日本/雨.md")

    assert document.source == "日本/雨.md"
    assert document.text == "  # Rain\n\n\tIt  fell. \n"


def test_text_files_of_all_subfolders_are_found_in_one_order(tmp_path: Path) -> None:
    _write(tmp_path, "b.txt", "a.md", "日本/雨.txt", "sub/deep/c.TXT")

    assert _sources(tmp_path) == ["a.md", "b.txt", "sub/deep/c.TXT", "日本/雨.txt"]


def test_hidden_lock_and_other_files_are_passed_over(tmp_path: Path) -> None:
    _write(tmp_path, "kept.txt", ".hidden.txt", ".git/notes.txt", "~$open.txt", "image.png", "txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "lost.txt").symlink_to(tmp_path / "nowhere")

    assert _sources(tmp_path) == ["kept.txt"]


def test_a_documents_folder_below_a_hidden_one_is_read(tmp_path: Path) -> None:
    folder = tmp_path / ".cloud" / "documents"
    _write(folder, "a.txt")

    assert _sources(folder) == ["a.txt"]


@pytest.mark.parametrize("name", ["missing", "a_file.txt"])
def test_a_folder_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    _write(tmp_path, "a_file.txt")

    with pytest.raises(DocumentError) as caught:
        find_documents(tmp_path / name)

    assert str(tmp_path / name) in caught.value.what
    assert "--documents" in caught.value.next_step


@pytest.mark.parametrize("names", [(), ("image.png", ".hidden.txt")], ids=["empty", "no text"])
def test_a_folder_with_nothing_to_read_says_what_could_be_read(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    _write(tmp_path, *names)

    with pytest.raises(DocumentError) as caught:
        find_documents(tmp_path)

    assert str(tmp_path) in caught.value.what
    assert ".txt, .md" in caught.value.why


def test_every_shipped_document_is_read() -> None:
    shipped = sorted(path.name for path in SAMPLE.iterdir())

    texts = [read_document(path, path.name).text for path in find_documents(SAMPLE)]

    assert _sources(SAMPLE) == shipped
    assert min(len(text) for text in texts) > 1000
    assert not any("\r" in text or "�" in text for text in texts)


def test_the_shipped_shift_jis_document_holds_japanese() -> None:
    path = SAMPLE / "brics_from_acronym_to_bloc.ja.txt"
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")

    text = read_document(path, path.name).text

    assert text == path.read_bytes().decode("cp932")
    assert "。" in text
    assert sum("ぁ" <= character <= "ん" for character in text) > len(text) / 4


def test_old_japanese_mail_is_read_as_japanese():
    assert decode("赤いやかん、と静けさ".encode("iso2022_jp"), "mail.txt") == "赤いやかん、と静けさ"
