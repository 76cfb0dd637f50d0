"""Reading files: the words come out right, or the file is refused by name."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from tests.conftest import SAMPLE
from worker.documents.folder import look_into
from worker.documents.readers import read_bytes, read_document
from worker.errors import DocumentError

ENGLISH = "The rain fell.\nIt fell all night.\n"


@pytest.mark.parametrize(
    "data",
    [ENGLISH.encode() + b"\x00!" * 9, b"\x00" * 64],
    ids=["text with zero bytes", "zeros"],
)
def test_what_is_no_text_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "holiday.txt"
    path.write_bytes(data)

    with pytest.raises(DocumentError) as caught:
        read_document(path.read_bytes(), "trip/holiday.txt")

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
        read_document(path.read_bytes(), "blank.txt")


def test_a_path_that_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "lost.txt").symlink_to(tmp_path / "nowhere")

    for name in ("folder.txt", "lost.txt", "gone.txt"):
        with pytest.raises(DocumentError) as caught:
            read_bytes(tmp_path / name, name)

        assert caught.value.what == f"The file {name} cannot be opened."
        assert len(caught.value.why) > len(".")


def test_the_text_of_a_file_is_kept_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "雨.md"
    path.write_text("  # Rain\n\n\tIt  fell. \n", encoding="utf-8")

    document = read_document(path.read_bytes(), "日本/雨.md")

    assert document.source == "日本/雨.md"
    assert document.text == "  # Rain\n\n\tIt  fell. \n"


def test_every_shipped_document_is_read() -> None:
    shipped = sorted(path.name for path in SAMPLE.iterdir())

    texts = [
        read_document(path.read_bytes(), path.name).text
        for path in look_into(SAMPLE).documents.values()
    ]

    assert [path.name for path in look_into(SAMPLE).documents.values()] == shipped
    assert min(len(text) for text in texts) > 1000
    assert not any("\r" in text or "�" in text for text in texts)


def test_the_shipped_shift_jis_document_holds_japanese() -> None:
    path = SAMPLE / "brics_from_acronym_to_bloc.ja.txt"
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")

    text = read_document(path.read_bytes(), path.name).text

    assert text == path.read_bytes().decode("cp932")
    assert "。" in text
    assert sum("ぁ" <= character <= "ん" for character in text) > len(text) / 4
