"""Delimited text: rows as they stand, by whatever sign they are separated."""

from __future__ import annotations

import pytest

from worker.documents.document import Document
from worker.documents.readers import read_document


def read(text: str, name: str = "table.csv") -> Document:
    return read_document(text.encode(), name)


@pytest.mark.parametrize("mark", ["sep=;\r\n", "SEP=;\n", '"sep=;"\r\n', "sep=;;\n"])
def test_a_first_line_that_says_the_delimiter_is_believed(mark: str):
    document = read(f"{mark}Ware;Preis;Menge\r\nSeil;1.234,56;10\r\nAnker;0,50;2.000\r\n")
    assert (
        document.text
        == "Ware: Seil; Preis: 1.234,56; Menge: 10\nWare: Anker; Preis: 0,50; Menge: 2.000"
    )
    assert document.read_as[0] == "separated by semicolons, as it says"


def test_a_first_line_may_say_a_sign_that_nobody_would_guess():
    assert read("sep=~\na~b\nx~1\n").text == "a: x; b: 1"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Preis;Menge\n1,5;2,5\n3,5;4,5\n", "Preis: 1,5; Menge: 2,5\nPreis: 3,5; Menge: 4,5"),
        ("1,5;2,5\n3,5;4,5\n", "1,5; 2,5\n3,5; 4,5"),
        ("Name|Age\nAnna|31\n", "Name: Anna; Age: 31"),
        ("港\t深さ\n東港\t12\n西港\t9\n", "港: 東港; 深さ: 12\n港: 西港; 深さ: 9"),
        ("It rained, and it was cold.\nNobody came.\nThe ship left, late.\n",
         "It rained, and it was cold.\nNobody came.\nThe ship left, late."),
    ],
    ids=["decimal commas", "decimal commas alone", "bars", "tabs", "sentences"],
)  # fmt: skip
def test_the_delimiter_is_the_sign_that_cuts_rows_evenly(text: str, lines: str):
    assert read(text).text == lines


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ('a,"one\ntwo, three"\n', "Name: a; Note: one two, three"),
        ('a,"one\r\n\r\ntwo"\r\n', "Name: a; Note: one two"),
        ('a,"said ""yes"""\n', 'Name: a; Note: said "yes"'),
        ('a,5" pipe\n', 'Name: a; Note: 5" pipe'),
        ('a,"6" long"\n', 'Name: a; Note: "6" long"'),
        ('a, "spaced" \n', "Name: a; Note: spaced"),
        ('a,"never closed\nb,2\n', 'Name: a; Note: "never closed\nName: b; Note: 2'),
    ],
    ids=["line end", "blank line", "doubled", "inches", "inches in marks", "spaces", "unclosed"],
)
def test_quotation_marks_enclose_a_field_or_are_its_text(row: str, line: str):
    assert read(f"Name,Note\n{row}z,1\n").text == f"{line}\nName: z; Note: 1"


def test_a_field_of_any_length_is_read():
    words = "valve pressure " * 20_000
    assert read(f'id,text\n1,"{words}"\n2,short\n').text == (
        f"id: 1; text: {words.strip()}\nid: 2; text: short"
    )


def test_rows_of_any_length_lose_no_field():
    assert read("x,y\n1,2,3,4\n5\n,,,\n6,7\n").text == "x: 1; y: 2; 3; 4\nx: 5\nx: 6; y: 7"


def test_what_is_lost_of_the_bytes_is_told_of_tables_too():
    data = "Name,Note\nZoë,“fine”\nAnn,“good”\n".encode() + b"Ben,\xff\n"
    document = read_document(data, "table.csv")
    assert "line 4" in document.lost[0]
    assert document.text.endswith("Name: Ben; Note: �")
