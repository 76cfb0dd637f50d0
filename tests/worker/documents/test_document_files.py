"""Real files of every type, most of them written by LibreOffice: see tests/data/documents."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import fpdf
import pptx
import pytest
from openpyxl import Workbook

from tests.conftest import REPOSITORY
from worker.documents import refusals
from worker.documents.chunks import Splitting, split_document
from worker.documents.document import Document
from worker.documents.office import office_file
from worker.documents.readers import FORMATS, read_bytes, read_document
from worker.errors import DocumentError

FILES = REPOSITORY / "tests" / "data" / "documents"


def read(name: str) -> Document:
    return read_document((FILES / name).read_bytes(), name)


def pages(document: Document) -> list[str]:
    ends = [*document.pages[1:], len(document.text)]
    return [document.text[a:b].strip() for a, b in zip(document.pages, ends, strict=True)]


def refused(data: bytes, name: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_document(data, name)
    assert name in caught.value.what
    assert caught.value.next_step
    return caught.value


def repacked(name: str, part: str, content: bytes) -> bytes:
    """An Office file with one part exchanged."""
    changed = BytesIO()
    with zipfile.ZipFile(FILES / name) as old, zipfile.ZipFile(changed, "w") as new:
        for info in old.infolist():
            new.writestr(info, content if info.filename == part else old.read(info))
    return changed.getvalue()


def workbook(*rows: list[object]) -> bytes:
    book, data = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def test_every_readable_type_has_a_real_file_or_is_plain_text():
    there = {path.suffix for path in FILES.iterdir()} | {".txt", ".md"}
    alike = {".htm": ".html", ".xlsm": ".xlsx"}
    assert {alike.get(suffix, suffix) for suffix in FORMATS} <= there


def test_a_pdf_is_read_page_by_page():
    first, second = pages(read("harbour_report.pdf"))
    assert first.startswith("Harbour Office of Port Azur\nDredging the eastern basin\n")
    assert "Grain ships now wait for the tide." in first
    assert "雨の港では、船は静かに待つ。浚渫は六月に始まる。" in second
    assert not any(sign in first + second for sign in "\r\x02\ufffe\xad")


def test_words_cut_at_the_end_of_a_pdf_line_are_whole_again():
    assert read("hyphens.pdf").text == "The harbour has no information on the ferry."


def test_scanned_pages_of_a_pdf_are_counted_and_blank_ones_are_not():
    document = read("keepers_log.pdf")
    assert "2 pages are pictures without text" in " ".join(document.lost)
    assert [document.page_at(document.text.index(word)) for word in ("clear", "fog")] == [1, 5]


def test_a_pdf_of_pictures_alone_asks_for_text_recognition():
    assert "OCR" in refused((FILES / "scanned_letter.pdf").read_bytes(), "letter.pdf").next_step


@pytest.mark.parametrize("name", ["locked_will.pdf", "locked_report.docx"])
def test_an_encrypted_file_asks_for_a_copy_without_password(name: str):
    error = refused((FILES / name).read_bytes(), name)
    assert "is encrypted" in error.what
    assert "without the password" in error.next_step


def test_every_chunk_of_a_pdf_of_500_pages_knows_its_page():
    pdf = fpdf.FPDF()
    pdf.set_font("Helvetica", size=11)
    for number in range(1, 501):
        pdf.add_page()
        pdf.cell(text=f"On page {number} the harbour had {number * 7} ships.")
    document = read_document(bytes(pdf.output()), "long.pdf")
    chunks = split_document(document, Splitting(60, 0))
    assert len(document.pages) == len(chunks) == 500
    assert all(f"On page {chunk.page} the" in chunk.text for chunk in chunks)
    assert all(document.text.startswith(chunk.text, chunk.start) for chunk in chunks)


def test_a_word_document_is_read_with_headers_tables_notes_and_text_boxes_in_order():
    assert read("harbour_report.docx").text.split("\n") == [
        "Harbour Office of Port Azur",
        "Dredging the eastern basin",
        "The eastern basin has lost two metres of depth in nine years. Grain ships now wait for "
        "the tide.",
        "The board has asked for three offers, one of them from abroad.",
        "",
        "Bidder | Price",
        "Nordsand | 4.2 million",
        "",
        "After the table stands the advice.",
        "The cheapest offer is not the best one.",
        "A box says: decide in June.",
        "雨の港では、船は静かに待つ。浚渫は六月に始まる。",
        "The second page speaks of money alone.",
        "Measured by echo sounder every March.",
        "For members of the board",
    ]


def test_a_presentation_is_read_slide_by_slide_with_groups_and_tables():
    assert pages(read("market_talk.pptx")) == [
        "The fish market at dawn\nPrices are called, never written.\n"
        "Buyers know the boats by name.\n\nTell the story of the blind auctioneer.",
        "市場の値段\nA grouped remark on mackerel.\nFish | Yen\nSaba | 800",
        "",
        "Thank you",
    ]


def test_speaker_notes_stand_below_their_slide():
    show, data = pptx.Presentation(), BytesIO()
    for title in ("Dawn", "Dusk"):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = title
        slide.notes_slide.notes_text_frame.text = f"Speak of {title.lower()}\vand of the sea."
    show.save(data)
    document = read_document(data.getvalue(), "talk.pptx")
    assert pages(document) == [
        "Dawn\n\nSpeak of dawn\nand of the sea.",
        "Dusk\n\nSpeak of dusk\nand of the sea.",
    ]


def test_a_workbook_is_read_sheet_by_sheet_as_rows_that_say_their_headers():
    assert pages(read("ferries.xlsx")) == [
        "Ferries\nFerries of the bay, counted by hand\n"
        "Route: North Pier; Opened: 1987-04-01; Passengers: 1,204,500; Share: 41.5%; Fare: 3.50; "
        "Note: busy at dusk\n"
        "Route: Île Sud; Opened: 2003-10-12; Passengers: 88,210; Share: 3.0%; Fare: 12.00\n"
        "Route: Both; Passengers: 1,292,710",
        "空の便\n路線: 東の島; 便数: 14",
    ]


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("lanterns.ja.csv", "店: 港屋; 品: 提灯; 値段: 1,200円",
         "店: 山田 商店; 品: 蝋燭; 値段: 80円"),
        ("wages.csv", "Stadt: Köln; Beruf: Lotse; Lohn: 3,5",
         "Stadt: Lübeck; Beruf: Köchin; Lohn: 2,8"),
        ("boats.tsv", "Boat: Marie; Built: 1931; Crew: 4", "Boat: Sofia; Built: 1958; Crew: 6"),
    ],
)  # fmt: skip
def test_delimited_text_of_any_encoding_and_delimiter_is_read(name: str, first: str, second: str):
    assert read(name).text == f"{first}\n{second}"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Boat\nMarie\nSofia\n", "Boat\nMarie\nSofia"),
        (b"Boat,Crew\n", "Boat; Crew"),
        (b"Boats\n\nBoat,Crew\nMarie,4,late\n", "Boats\nBoat: Marie; Crew: 4; late"),
    ],
    ids=["one column", "header alone", "title above, row too long"],
)
def test_odd_tables_lose_no_words(data: bytes, text: str):
    assert read_document(data, "odd.csv").text == text


def test_numbers_without_a_format_are_shown_as_excel_does():
    rows = (["a", "b"], [0.1 + 0.2, 12], [1e20, True], ["=1+1", None])
    text = read_document(workbook(*rows), "odd.xlsx").text
    assert text == "Sheet\na: 0.3; b: 12\na: 1e+20; b: TRUE"


def test_a_web_page_gives_its_visible_text():
    assert read("tides.ja.html").text == (
        "潮の表\n\n入口\n\n潮の満ち引き\n\n満潮は朝の 五時。漁師はもう起きている。\n\n"
        "日 | 満潮\n月曜 | 5:10\n\n風は東から\n雨なし"
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>caf\u00e9".encode("cp1252"), "café"),
        ('<meta charset="utf-8"><p>café'.encode("cp1252"), "café"),
        ('<meta charset="iso-8859-1"><p>“we’ll pay €500”'.encode("cp1252"), "“we’ll pay €500”"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=x-sjis"><p>①㈱髙橋'.encode(
                "cp932"
            ),
            "①㈱髙橋",
        ),
        (b'<?xml version="1.0" encoding="utf-8"?><html><body>a<br/>b</body></html>', "a\nb"),
        (b"no tags at all", "no tags at all"),
        (b"<div>" * 1500 + b"deep", "deep"),
    ],
    ids=["undeclared", "wrong", "latin1 by name", "old label", "xhtml", "no tags", "deep"],
)  # fmt: skip
def test_pages_that_break_the_rules_are_read_all_the_same(data: bytes, text: str):
    assert read_document(data, "page.htm").text == text


@pytest.mark.parametrize("name", ["harbour_report.pdf", "harbour_report.docx", "ferries.xlsx"])
def test_half_a_file_is_refused(name: str):
    data = (FILES / name).read_bytes()
    assert "damaged" in refused(data[: len(data) // 2], name).why


def test_a_file_without_words_is_empty_whatever_its_type():
    for suffix in FORMATS:
        for data in (b"", b" \n\t\n "):
            assert "is empty" in refused(data, f"blank{suffix}").what


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("harbour_report.pdf", ".txt"),
        ("harbour_report.pdf", ".docx"),
        ("harbour_report.docx", ".csv"),
        ("harbour_report.docx", ".xlsx"),
        ("harbour_report.docx", ".pptx"),
        ("ferries.xlsx", ".html"),
        ("ferries.xlsx", ".docx"),
        ("tides.ja.html", ".pdf"),
        ("wages.csv", ".xlsx"),
        ("locked_will.pdf", ".md"),
    ],
)
def test_a_file_under_a_wrong_name_is_refused_by_name(name: str, wrong: str):
    error = refused((FILES / name).read_bytes(), "renamed" + wrong)
    assert "By its content it is" in error.why or "damaged, or no" in error.why


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(office_file, "_MAX_UNPACKED", 10_000_000)
    bomb = repacked("harbour_report.docx", "docProps/app.xml", b"\x00" * 20_000_000)
    assert "is not unpacked" in refused(bomb, "bomb.docx").what


def test_a_document_with_external_entities_is_refused(tmp_path: Path):
    (tmp_path / "secret").write_text("top secret")
    entity = f'<!DOCTYPE d [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><d>&e;</d>'
    trap = repacked("harbour_report.docx", "word/document.xml", entity.encode())
    assert "entities" in refused(trap, "trap.docx").why


def test_too_large_a_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refusals, "MAX_BYTES", 1_000_000)
    (tmp_path / "huge.txt").write_bytes(b"a" * 1_000_001)
    with pytest.raises(DocumentError, match=r"huge\.txt is too large"):
        read_bytes(tmp_path / "huge.txt", "huge.txt")


@pytest.mark.parametrize("name", ["harbour_report.docx", "ferries.xlsx", "wages.csv"])
def test_too_long_a_text_is_refused(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("worker.documents.document.MAX_CHARACTERS", 30)
    assert "is too long" in refused((FILES / name).read_bytes(), name).what
