"""PDF files: forms and comments are read, and pages that cannot be read are counted."""

from __future__ import annotations

import re

import fpdf
import pytest
from PIL import Image

from tests.worker.documents.pdf_files import in_hex, pdf, shown
from worker.documents.document import Document
from worker.documents.readers import read_document
from worker.errors import DocumentError

BOX = "/Type /Annot /Rect [10 10 90 30]"
FIELD = f"<< {BOX} /Subtype /Widget /T {{}} {{}} >>"
FORM = "/AcroForm << /Fields [{0} {1} {2} {3}] >>"
ODD_FONT = (
    "<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+Odd /FirstChar 1 /LastChar 4 /Widths "
    "[500 500 500 500] /Encoding << /Type /Encoding /Differences [1 /g1 /g2 /g3 /g4] >> >>"
)


def read(data: bytes) -> Document:
    return read_document(data, "tides.pdf")


def test_filled_fields_of_a_form_are_read_and_empty_ones_are_not():
    fields = [
        FIELD.format("(Client)", f"/FT /Tx /V {in_hex('株式会社 港')}"),
        FIELD.format("(k1)", "/FT /Ch /Ff 131072 /TU (Tide) /Opt [(Ebb) (Flood)] /V (Flood)"),
        FIELD.format("(Urgent)", "/FT /Btn /V /Yes /AS /Yes /AP << /N << /Yes 1 0 R >> >>"),
        FIELD.format("(Remark)", "/FT /Tx"),
    ]
    document = read(pdf([shown("Order"), shown("Page two")], fields, catalog=FORM))
    assert document.text == "Order\nClient: 株式会社 港\nTide: Flood\nUrgent: Yes\nPage two"
    assert document.page_at(document.text.index("Page two")) == 2


def test_comments_are_read_with_their_authors():
    marks = [
        f"<< {BOX} /Subtype /Text /T (A. Weber) /Contents {in_hex('確認してください')} >>",
        f"<< {BOX} /Subtype /Highlight /Contents (Too low.) >>",
        f"<< {BOX} /Subtype /FreeText /Contents (Approved) >>",
        f"<< {BOX} /Subtype /Popup /Contents (Too low.) >>",
    ]
    assert read(pdf([shown("Depth 4 m")], marks)).text.split("\n") == [
        "Depth 4 m",
        "Comment by A. Weber: 確認してください",
        "Comment: Too low.",
        "Approved",
    ]


def test_attached_files_and_films_are_counted():
    marks = [
        f"<< {BOX} /Subtype /FileAttachment /Contents (budget.xlsx) >>",
        f"<< {BOX} /Subtype /RichMedia >>",
        "<< /Type /Filespec /F (sums.csv) /UF (sums.csv) >>",
    ]
    catalog = "/Names << /EmbeddedFiles << /Names [(sums.csv) {2}] >> >>"
    assert read(pdf([shown("See below")], marks, catalog=catalog)).lost == (
        "2 embedded files (sums.csv, budget.xlsx) are not read.",
        "1 film or sound is not read.",
    )


def test_pages_in_letters_without_meaning_are_counted_and_not_made_up():
    data = pdf(["BT /F 12 Tf 20 200 Td <010203040102> Tj ET"] * 2, font=ODD_FONT)
    with pytest.raises(DocumentError) as caught:
        read(data)
    assert "2 pages (1, 2) are written in letters that the file gives no meaning" in str(
        caught.value
    )


@pytest.mark.parametrize("letters", ["010203414243444142434441424344", "410141024103"])
def test_a_page_in_letters_of_which_some_mean_nothing_is_read_and_counted(letters: str):
    data = pdf([shown("ABCD"), f"BT /F 12 Tf 20 200 Td <{letters}> Tj ET"], font=ODD_FONT)
    document = read(data)
    assert document.text.startswith("ABCD\n")
    assert "A" in document.text.removeprefix("ABCD\n")
    assert document.lost == (
        "1 page (2) is partly written in letters that the file gives no meaning, and may be "
        "garbled; run text recognition (OCR) on the file to have it read.",
    )


def test_a_page_that_is_drawn_alone_is_counted_and_an_empty_one_is_not():
    document = read(pdf([shown("Chart below"), "10 10 m 90 90 l S", ""]))
    assert document.lost == ("1 page is a drawing without text.",)


def test_a_damaged_page_harms_itself_alone():
    data = pdf([shown("First"), shown("Second"), shown("Third")])
    broken = re.sub(rb"6 0 obj\n<< /Type /Page ", b"6 0 obj\n<< /Type /Xxxx ", data)
    document = read(broken)
    assert "First" in document.text
    assert "Third" in document.text
    assert document.page_at(document.text.index("Third")) == 3
    assert document.lost == ("1 page (2) is damaged and not read.",)


def test_a_form_of_the_kind_xfa_is_named():
    catalog = "/AcroForm << /Fields [] /XFA {0} >>"
    packet = "<< /Length 12 >>\nstream\n<xdp></xdp> \nendstream"
    document = read(pdf([shown("Please wait...")], [packet], catalog=catalog))
    assert document.text == "Please wait..."
    assert "1 form of the kind XFA is not read" in " ".join(document.lost)


def test_pictures_beside_text_are_counted_but_for_ornaments_and_scans_with_their_text():
    picture = Image.new("RGB", (4, 4), "navy")
    made = fpdf.FPDF(format=(100, 100))
    made.set_font("Helvetica", size=11)
    for width in (30, 40, 5, 98):
        made.add_page()
        made.cell(text="The crane at dawn.")
        made.image(picture, 1, 1, w=width)
    assert read(bytes(made.output())).lost == ("2 pictures beside text are not read.",)
