"""Numbers that Word puts before paragraphs by itself."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.worker.documents.office_files import changed, word
from worker.documents.readers import read_document

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NUMBERING = "word/numbering.xml"


def level(depth: int, kind: str, text: str, start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def read(levels: str, *paragraphs: str, lists: str = "") -> list[str]:
    """The lines of a document whose list 1 has these levels; paragraphs as "list level text"."""

    def put(document: Any) -> None:
        for each in paragraphs:
            number, depth, text = each.split(" ", 2)
            properties = document.add_paragraph(text)._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = int(depth)
            properties.get_or_add_numId().val = int(number)

    numbering = (
        f'<w:numbering xmlns:w="{MAIN}"><w:abstractNum w:abstractNumId="0">{levels}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        f"{lists}</w:numbering>"
    )
    data = changed(word(put), {NUMBERING: numbering.encode()})
    return read_document(data, "contract.docx").text.split("\n")


def test_levels_count_for_themselves_and_begin_anew_below_the_next_higher_one():
    levels = (
        level(0, "decimal", "§ %1") + level(1, "decimal", "%1.%2") + level(2, "lowerLetter", "(%3)")
    )
    assert read(
        levels,
        "1 0 Term",
        "1 1 Begin",
        "1 1 End",
        "1 2 by day",
        "1 2 by hour",
        "1 0 Price",
        "1 1 Sum",
    ) == ["§ 1 Term", "1.1 Begin", "1.2 End", "(a) by day", "(b) by hour", "§ 2 Price", "2.1 Sum"]


@pytest.mark.parametrize(
    ("kind", "text", "start", "shown"),
    [
        ("upperRoman", "%1.", 4, "IV. Tide"),
        ("lowerLetter", "%1)", 28, "bb) Tide"),
        ("japaneseCounting", "第%1条", 23, "第二十三条 Tide"),
        ("decimal", "%1.", 3, "3. Tide"),
        ("bullet", "\uf0b7", 1, "Tide"),
        ("none", "", 1, "Tide"),
    ],
)
def test_numbers_are_written_as_the_list_says(kind: str, text: str, start: int, shown: str):
    assert read(level(0, kind, text, start), "1 0 Tide") == [shown]


def test_a_list_that_restarts_begins_anew_and_another_of_its_family_goes_on():
    lists = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    )
    paragraphs = ("1 0 a", "1 0 b", "2 0 c", "2 0 d", "3 0 e")
    assert read(level(0, "decimal", "%1."), *paragraphs, lists=lists) == [
        "1. a", "2. b", "1. c", "2. d", "3. e"
    ]  # fmt: skip


def test_numbers_that_come_with_a_style_are_read():
    def put(document: Any) -> None:
        for text in ("Ebb", "Flood"):
            document.add_paragraph(text, style="List Number")

    assert read_document(word(put), "tides.docx").text == "1. Ebb\n2. Flood"


def test_odd_numbers_leave_the_words():
    odd = level(0, "decimal", "%1.").replace('w:val="1"', 'w:val="one"')
    assert read(odd, "1 0 Ebb", "7 0 Flood", "1 8 Slack") == ["1. Ebb", "Flood", "Slack"]
    assert re.fullmatch(r"\d+\. Ebb", read(level(0, "upperLetter", "%1%9.", 0), "1 0 Ebb")[0])
