import pytest

from xl_addin.jobs.books import set_settings
from xl_addin.language.catalogue import language_named
from xl_addin.sheets.book_language import SpokenBook, book_language
from xl_addin.sheets.input_formulas import stale_formula
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.sources import SOURCES
from xl_addin.shipped_files import template_path
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import Formula, Picture, TableContent

EMPTY = "The file a.txt is empty. Delete it or put text into it, then index again."


@pytest.fixture
def book():
    return FileBook.open(template_path())


@pytest.mark.parametrize(("value", "name"), [("ja", "ja"), (" JA ", "ja"), ("en", "en")])
def test_a_workbook_speaks_the_language_of_its_setting(book, value, name):
    set_settings(book, {"Language": value})
    assert book_language(book).name == name


@pytest.mark.parametrize("value", ["", "tlh", 7])
def test_one_that_names_none_speaks_that_of_the_machine(book, value, monkeypatch):
    set_settings(book, {"Language": value})
    monkeypatch.setenv("BONSAI_LANGUAGE", "ja")
    assert book_language(book).name == "ja"


def test_columns_of_the_programs_own_words_are_said_and_no_others(book):
    spoken = SpokenBook(book, language_named("ja").say)
    spoken.write_table(TableContent(SOURCES, [{"File": EMPTY, "Problem": EMPTY}]))
    values = book.read_table(SOURCES).rows[0].values
    assert values["File"] == EMPTY
    assert values["Problem"].startswith("ファイル a.txt が空です。")


def test_captions_of_pictures_are_said(book):
    shown = []
    book.put_pictures = lambda _sheet, pictures, **_options: shown.extend(pictures)
    caption = "Loss while mine was trained"
    SpokenBook(book, language_named("ja").say).put_pictures(
        MATRIX.sheet, [Picture("a name", b"", caption, caption)]
    )
    assert shown == [Picture("a name", b"", "mine の学習の損失", "mine の学習の損失")]


def test_words_in_a_formula_are_said_and_what_it_computes_by_stays():
    formula = Formula('=IF(A1="question","question"&" left out","")', (" left out",))
    said = formula.said(language_named("ja").say)
    assert said.text == '=IF(A1="question","question"&"（除外）","")'


def test_reasons_of_stale_rows_are_said():
    mark = stale_formula("tblAnswers", None).said(language_named("ja").say)
    assert "Inputs シートにない実行の結果" in mark.text
