"""Web pages: what one sees of them is read, and what is shown from elsewhere is counted."""

from __future__ import annotations

import pytest

from worker.documents.document import Document
from worker.documents.readers import read_document
from worker.errors import DocumentError


def read(page: str) -> Document:
    return read_document(page.encode(), "tides.html")


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ('<p>See <img src="a.png" alt="the quay at dawn"> here.', "See the quay at dawn here."),
        ("<p><ruby>燈台<rp>(</rp><rt>とうだい</rt><rp>)</rp></ruby>を見る。", "燈台を見る。"),
        ('<p>Name: <input value="山田"> <input type="hidden" value="x">', "Name: 山田"),
        ('<p><input type="checkbox" checked> Ebb <input type="radio"> Flood', "☒ Ebb ☐ Flood"),
        ("<svg><style>t{}</style><text>Depth</text><text>4 m</text></svg>", "Depth\n4 m"),
        (
            '<div><template shadowrootmode="open"><p>In place</template></div>'
            "<template><p>Later</template>",
            "In place",
        ),
        ('<map><area alt="North pier"></map>', "North pier"),
    ],
)
def test_whatever_is_seen_on_a_page_is_read(page: str, text: str):
    document = read(page)
    assert document.text == text
    assert document.lost == ()


@pytest.mark.parametrize(
    ("equation", "text"),
    [
        ("<mfrac><mi>a</mi><mn>2</mn></mfrac>", "(a)/(2)"),
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x^(2)"),
        ("<msubsup><mi>v</mi><mn>0</mn><mn>2</mn></msubsup>", "v_(0)^(2)"),
        (
            "<munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover>"
            "<mtable><mtr><mtd>1</mtd><mtd>0</mtd></mtr><mtr><mtd>0</mtd></mtr></mtable>",
            "∑_(1)^(n)1, 0; 0",
        ),
        ("<msqrt><mi>g</mi><mi>h</mi></msqrt>", "√(gh)"),
        (
            "<semantics><mrow><mi>F</mi><mo>=</mo><mn>4500</mn></mrow>"
            '<annotation encoding="application/x-tex">F=4500</annotation></semantics>',
            "F=4500",
        ),
    ],
)
def test_equations_are_read_as_they_would_be_typed(equation: str, text: str):
    assert read(f"<p>Load <math>{equation}</math> at most").text == f"Load {text} at most"


def test_what_a_page_shows_from_elsewhere_is_counted():
    document = read(
        '<p>Chart:<img src="c.png"><img alt="IMG_1.jpg"><img alt=""><img width=1 height=1>'
        '<iframe src="tides/table.html"></iframe><video>old browser</video>'
        '<object data="files/plan.swf">no plug-in</object>'
    )
    assert document.text == "Chart:"
    assert document.lost == (
        "2 pictures without an alternative text are not read.",
        "1 page (tides/table.html) in a frame is not read; save it as a file of its own to have it "
        "read.",
        "1 film or sound is not read.",
        "1 embedded file (plan.swf) is not read.",
    )


def test_a_page_of_frames_says_which_pages_it_shows():
    with pytest.raises(DocumentError) as caught:
        read('<html><frameset><frame src="menu.html"><frame src="main.html"></frameset></html>')
    assert "2 pages (menu.html, main.html) in frames" in caught.value.why


def test_a_page_that_a_script_writes_says_so():
    with pytest.raises(DocumentError) as caught:
        read('<body><noscript>Enable it.</noscript><div id="root"></div><script>run()</script>')
    assert "written by a script" in caught.value.why
    assert "written by a script" in read("<p>Loading…<script>run()</script>").lost[0]
    assert read(f"<p>{'Ebb at noon. ' * 20}<script>count()</script>").lost == ()


@pytest.mark.parametrize("page", ["<!-- to come -->", "<!DOCTYPE html>", "</body></html>"])
def test_a_page_without_an_element_is_empty(page: str):
    with pytest.raises(DocumentError, match="It holds no words"):
        read(page)
