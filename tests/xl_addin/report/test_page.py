"""The page, read back: everything from the workbook is text in it, and every link has an end."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from lxml import html
from lxml.html import HtmlElement

from tests.xl_addin.report.result_books import (
    POVS,
    Told,
    answer,
    ranking,
    write_book,
    write_documents,
)
from tests.xl_addin.workbook.samples import address
from xl_addin.language.catalogue import language_named
from xl_addin.report.reports import Targets, write_report
from xl_addin.report.texts import ENGLISH
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook

HOSTILE = '<script>alert("x")</script><img src=http://x.example/a.png onerror=alert(1)>&amp;'


def page_of(book: Path) -> HtmlElement:
    target = book.with_name("page.html")
    write_report(FileBook.open(book), book, Targets(None, target))
    return html.fromstring(target.read_text(encoding="utf-8"))


def test_every_link_has_an_end_and_every_id_is_its_own(results: Path):
    page = page_of(results)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    links = page.xpath("//a/@href")
    assert len(links) > 15
    for link in links:
        if link.startswith("#"):
            assert link[1:] in ids
        else:
            assert (results.parent / unquote(link.partition("#page")[0])).is_file(), link


def test_numbers_in_an_answer_lead_to_their_passages(results: Path):
    page = page_of(results)
    (text,) = page.xpath("//article/div[@class='text']")
    assert text.text_content() == "It sings [1], and the wall is old [2, 3]."
    found = [page.get_element_by_id(link[1:]) for link in text.xpath("a/@href")]
    assert [each.xpath("div")[0].text for each in found] == [
        "The kettle sings on the hob.",
        "The harbour wall was built in 1931.",
        "港の壁は1931年に建てられた。",
    ]


def test_brackets_that_cite_nothing_stay_as_they_stand(tmp_path: Path):
    said = "Of [10-20] boats 【9】 came back [1]."
    page = page_of(write_book(tmp_path / "b.xlsx", [ranking("Q1")], [answer("Q1", said)]))
    (text,) = page.xpath("//article/div[@class='text']")
    assert text.text_content() == said
    assert len(text.xpath("a")) == 1


def test_a_document_with_pages_opens_at_its_page(results: Path):
    links = page_of(results).xpath("//details[@class='passage']//a/@href")
    assert "documents/reports/港の記録 #1.pdf#page=3" in map(unquote, links)


def test_whatever_stands_in_the_workbook_is_text_on_the_page(tmp_path: Path):
    write_documents(tmp_path / "documents")
    ranked = ranking("Q1", [Told("<b>.txt", HOSTILE)], question=HOSTILE)
    given = answer("Q1", HOSTILE, [Told("<b>.txt", HOSTILE)])
    book = write_book(tmp_path / "book.xlsx", [ranked], [given])
    page = page_of(book)
    assert len(page.xpath("//script")) == 1
    assert not page.xpath("//img | //iframe | //link | //object | //@onerror | //@src")
    assert page.xpath("//h2")[0].text_content() == f"Q1 {HOSTILE}"
    assert page.text_content().count(HOSTILE) >= 4


def test_characters_that_turn_the_order_of_what_is_read_become_signs(tmp_path: Path):
    workbook = write_book(tmp_path / "book.xlsx", [ranking("Q1")])
    odd = openpyxl.load_workbook(workbook)
    odd["Ranked"][address(RANKED, "Chunk")] = "turned \u202e round"
    odd.save(workbook)
    text = page_of(workbook).text_content()
    assert "turned � round" in text
    assert "\u202e" not in text


def test_cells_of_a_heatmap_say_what_they_stand_for(results: Path):
    page = page_of(results)
    table = page.xpath("//table[@class='grid']")[0]
    heads = table.xpath("thead//th[text()]")
    assert [head.text for head in heads] == list(POVS)
    assert all(len(head.get("title")) > 10 for head in heads), "the sentence of each"
    cells = table.xpath("tbody//td")
    assert len(cells) == 9
    assert cells[4].get("title") == "2 · P02 · 0.110"
    assert {cells[0].get("class"), cells[8].get("class")} == {"s0", "s8"}
    assert "td.s8{" in page.xpath("//style")[0].text


def test_contrast_is_shown_where_a_spreadsheet_has_computed_it(results: Path):
    workbook = openpyxl.load_workbook(results)
    sheet = workbook["Matrix"]
    header = next(row for row in sheet.iter_rows() if row[0].value == "QID")
    for cell in header:
        if str(cell.value).endswith(" z"):
            for row in range(cell.row + 1, cell.row + 7):
                sheet.cell(row, cell.column, -1.5 if cell.value == "P01 z" else 0.0)
    workbook.save(results)
    page = page_of(results)
    assert ENGLISH.contrast_grid in page.text_content()
    cells = page.xpath("//table[@class='grid']//td")
    assert (cells[0].get("class"), cells[0].text) == ("d0", "-1.5")
    assert (cells[1].get("class"), cells[1].text) == ("d5", "0.0"), "the neutral colour"


def test_heatmaps_stop_where_the_page_would_become_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("xl_addin.report.page._MOST_CELLS", 20)
    page = page_of(write_book(tmp_path / "b.xlsx", [ranking(f"Q{n}") for n in range(1, 6)]))
    assert len(page.xpath("//table[@class='grid']")) == 2
    assert page.text_content().count(ENGLISH.no_grid) == 3


def test_a_point_of_view_is_told_in_its_own_words(results: Path):
    (touches, *_) = page_of(results).xpath("//div[@class='inside']/p[@class='support']")
    lines = touches.text.split("\n")
    assert lines[0] == "Touches:"
    assert lines[1].startswith("P02  75%  z +2.5  BRICS is a photograph")


def test_translations_stand_below_their_texts_and_lead_to_passages_as_they_do(translated: Path):
    page = page_of(translated)
    assert page.xpath("//h2/following-sibling::p[1]")[0].text == "Q1はどうか。"
    first, second = page.xpath("//article/div[@class='text']")
    assert second.text_content() == "歌う[1]。壁は古い[2, 3]。"
    assert second.xpath("a/@href") == first.xpath("a/@href")
    inside = page.xpath("//div[@class='inside']")
    assert [[div.text for div in each.xpath("div")] for each in inside] == [
        ["The kettle sings on the hob.", "やかんが歌う。"],
        ["The harbour wall was built in 1931.", "⚠ 1931 is missing\n港の壁は古い。"],
        ["港の壁は1931年に建てられた。"],
    ]
    assert page.text_content().count("Translation:") == 3


def test_a_translation_is_headed_in_the_language_of_the_report(translated: Path):
    target = translated.with_name("page.html")
    targets = Targets(None, target)
    write_report(FileBook.open(translated), translated, targets, language=language_named("ja"))
    page = html.fromstring(target.read_text(encoding="utf-8"))
    assert page.text_content().count("翻訳:") == 3
    assert "Translation" not in page.text_content()
