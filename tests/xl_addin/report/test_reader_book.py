"""The reader copy is read back by openpyxl, and part by part: it must stand on its own."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.xl_addin.report.result_books import (
    HARBOUR,
    KETTLE,
    Told,
    answer,
    ranking,
    write_book,
    write_documents,
)
from tests.xl_addin.template.office import Office
from xl_addin.report.reports import Targets, write_report
from xl_addin.report.texts import ENGLISH
from xl_addin.workbook.cell_kinds import is_error
from xl_addin.workbook.file.file_book import FileBook


def reader_of(book: Path) -> Path:
    target = book.with_name("reader.xlsx")
    write_report(FileBook.open(book), book, Targets(target, None))
    return target


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def links_of(sheet: Worksheet) -> Iterator[tuple[str, str, str]]:
    """Yield the text of each linked cell, the place it leads to, and the file."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.hyperlink:
                yield str(cell.value), cell.hyperlink.location or "", cell.hyperlink.target or ""


def cell_at(workbook: openpyxl.Workbook, location: str) -> str:
    sheet, address = re.fullmatch(r"'(.+)'!(\w+)", location).groups()
    return workbook[sheet][address]


def test_it_has_neither_macros_nor_formulas_nor_links_to_other_workbooks(results: Path):
    with zipfile.ZipFile(reader_of(results)) as parts:
        names = parts.namelist()
        sheets = [parts.read(name) for name in names if name.startswith("xl/worksheets/sheet")]
        workbook = parts.read("xl/workbook.xml")
    assert not [
        name for name in names if "vba" in name or "externalLink" in name or "custom" in name
    ]
    assert len(sheets) == 5
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    assert b"externalReferences" not in workbook


def test_every_link_lands(results: Path):
    reader = reader_of(results)
    workbook = opened(reader)
    found = [link for sheet in workbook for link in links_of(sheet)]
    assert len(found) > 15
    for text, location, target in found:
        if location:
            assert cell_at(workbook, location).value is not None, text
        else:
            assert (reader.parent / unquote(target)).is_file(), target


def test_an_answer_leads_to_its_ranked_row_and_that_to_its_document(results: Path):
    workbook = opened(reader_of(results))
    links = {text: place for text, place, _ in links_of(workbook[ENGLISH.answers])}
    place = links["[2] harbour & <sea>.txt, from character 120: place 2"]
    rank = cell_at(workbook, place)
    row = workbook[ENGLISH.passages][rank.row]
    assert row[0].value == 2
    assert HARBOUR.text in [cell.value for cell in row]
    target = next(cell.hyperlink.target for cell in row if cell.hyperlink)
    assert unquote(target) == f"documents/{HARBOUR.source}"


def test_a_question_leads_to_its_answers_passages_and_picture(results: Path):
    workbook = opened(reader_of(results))
    places = [place for _, place, _ in links_of(workbook[ENGLISH.overview])]
    heads = [cell_at(workbook, place).value for place in places]
    assert heads == ["Q1  What of Q1?"] * 3 + ["Q2  誰が港を建てたか。"] * 2  # Q2 has no answers


def test_the_picture_of_all_questions_comes_first(results: Path):
    sheet = opened(reader_of(results))[ENGLISH.heatmaps]
    heads = [cell.value for cell in sheet["A"] if cell.value and cell.row > 2]
    assert heads == [ENGLISH.all_questions, "Q1  What of Q1?", "Q2  誰が港を建てたか。"]
    rows = [image.anchor._from.row for image in sheet._images]
    assert len(rows) == 3
    assert rows == sorted(rows)


def test_a_passage_that_is_no_longer_ranked_leads_to_its_document(tmp_path: Path):
    write_documents(tmp_path / "documents")
    cited = answer("Q1", "It sings [1].", [KETTLE._replace(start=99)])
    book = write_book(tmp_path / "book.xlsx", [ranking("Q1")], [cited])
    sheet = opened(reader_of(book))[ENGLISH.answers]
    (found,) = [link for link in links_of(sheet) if link[0].startswith("[1]")]
    assert found[1:] == ("", "documents/kettle.txt")


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path):
    passages = [
        Told("a.txt", '=HYPERLINK("http://x.example","y")'),
        Told("b.txt", "+1 -2 @SUM(A1)"),
    ]
    book = write_book(tmp_path / "book.xlsx", [ranking("Q1", passages)])
    cells = {
        cell.value: cell for row in opened(reader_of(book))[ENGLISH.passages].iter_rows()
        for cell in row
    }  # fmt: skip
    for told in passages:
        assert cells[told.text].data_type == "s"
        assert cells[told.text].quotePrefix
        assert cells[told.text].hyperlink is None


def test_a_passage_longer_than_a_row_can_show_goes_on_in_the_next(tmp_path: Path):
    long = " ".join(f"word{number}" for number in range(2000))
    book = write_book(tmp_path / "book.xlsx", [ranking("Q1", [Told("a.txt", long), KETTLE])])
    sheet = opened(reader_of(book))[ENGLISH.passages]
    column = [cell.value for cell in sheet["F"]]
    pieces = [value for value in column if value and value.startswith("word")]
    assert len(pieces) > 3
    assert " ".join(pieces) == long
    heights = [sheet.row_dimensions[cell.row].height for cell in sheet["F"] if cell.value in pieces]
    assert max(heights) < 409


def test_notes_of_the_user_go_along_only_where_there_are_any(results: Path):
    headers = [cell.value for cell in opened(reader_of(results))[ENGLISH.answers][4]]
    assert ENGLISH.note not in headers
    workbook = openpyxl.load_workbook(results)
    sheet = workbook["Answers"]
    column = next(cell.column for cell in sheet[5] if cell.value == "Note")
    sheet.cell(6, column, "Ask Ada.")
    workbook.save(results)
    sheet = opened(reader_of(results))[ENGLISH.answers]
    assert ENGLISH.note in [cell.value for cell in sheet[4]]
    assert "Ask Ada." in [cell.value for row in sheet.iter_rows() for cell in row]


def test_every_sheet_prints_on_a4_across_with_its_header_repeated(results: Path):
    for sheet in opened(reader_of(results)):
        assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if sheet.title in (ENGLISH.answers, ENGLISH.passages, ENGLISH.sources):
            assert sheet.print_title_rows == "$4:$4"
            assert sheet.freeze_panes == "A5"


def test_pictures_have_words_for_those_who_do_not_see_them(results: Path):
    with zipfile.ZipFile(reader_of(results)) as parts:
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Heatmap of 3 passages by 3 points of view for question Q1' in drawing


def test_libreoffice_computes_it_anew_without_a_single_error(results: Path, office: Office):
    reader = reader_of(results)
    office.open(str(reader))
    copy = reader.with_name("copy.xlsx")
    office.save_copy(str(reader), str(copy))
    office.close()
    before, after = opened(reader), opened(copy)
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                value = after[sheet.title].cell(cell.row, cell.column).value
                assert not is_error(value)
                assert str(value or "") == str(cell.value or "") or value == pytest.approx(
                    cell.value
                )


def test_translations_stand_below_their_texts(translated: Path):
    workbook = opened(reader_of(translated))
    said = {
        name: [str(cell.value) for row in workbook[name].iter_rows() for cell in row if cell.value]
        for name in (ENGLISH.overview, ENGLISH.answers, ENGLISH.passages)
    }
    assert "What of Q1?\nQ1はどうか。" in said[ENGLISH.overview]
    answers, passages = said[ENGLISH.answers], said[ENGLISH.passages]
    assert "Q1  What of Q1?\nQ1はどうか。" in answers
    assert "Translation:\n歌う[1]。壁は古い[2-3]。" in answers
    below = [passages[passages.index(each.text) + 1] for each in (KETTLE, HARBOUR)]
    assert below == [
        "Translation:\nやかんが歌う。",
        "Translation:\n⚠ 1931 is missing\n港の壁は古い。",
    ]
    assert sum(each.startswith("Translation:") for each in passages) == 2


def test_two_hundred_questions_are_all_there(tmp_path: Path):
    rankings = [ranking(f"Q{number}") for number in range(1, 201)]
    answers = [answer(f"Q{number}", f"Answer {number} [1].") for number in range(1, 201)]
    book = write_book(tmp_path / "book.xlsx", rankings, answers)
    workbook = opened(reader_of(book))
    texts = {cell.value for row in workbook[ENGLISH.answers].iter_rows() for cell in row}
    assert {f"Answer {number} [1]." for number in range(1, 201)} <= texts
    for text, location, _ in links_of(workbook[ENGLISH.overview]):
        assert cell_at(workbook, location).value.startswith("Q"), text
