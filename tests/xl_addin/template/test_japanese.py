"""The Japanese workbook: no sentence of it is English."""

import io
import re
from xml.etree import ElementTree

import openpyxl
import pytest

from xl_addin.jobs import TABLES
from xl_addin.language.catalogue import language_named
from xl_addin.language.vba_literals import literals
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.settings import SETTINGS
from xl_addin.shipped_files import template_path, templates_folder
from xl_addin.template.builder import template_bytes
from xl_addin.template.macros import own_modules
from xl_addin.template.ribbon import ribbon_xml
from xl_addin.template.samples import sample_rows
from xl_addin.template.vba.vba_text import spoken
from xl_addin.workbook.file.file_book import FileBook

JA = language_named("ja")

#: Names of products and commands: the same in every language.
NAMES = {"BONSAI for Excel", "BONSAI"}
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@pytest.fixture(scope="module")
def workbook():
    data = template_bytes(templates_folder(), macros=False, language=JA)
    return openpyxl.load_workbook(io.BytesIO(data))


def english(texts, allowed=()):
    return [
        t for t in texts if " " in t and not _JAPANESE.search(t) and t not in {*NAMES, *allowed}
    ]


def test_no_sentence_on_its_sheets_is_english(workbook):
    kept = {header for table in TABLES for header in table.headers}
    kept |= {row["Setting"] for row in sample_rows(SETTINGS, templates_folder())}
    kept |= {"no-rag, rag, sexy", "title, overview", "gender, occupation"}  # values of settings
    values = [cell.value for sheet in workbook for row in sheet for cell in row]
    cells = [value for value in values if isinstance(value, str)]
    assert english(cells, kept) == []


def test_what_a_list_says_of_a_wrong_value_is_japanese(workbook):
    rules = [rule for sheet in workbook for rule in sheet.data_validations.dataValidation]
    assert rules
    assert all(_JAPANESE.search(rule.error) and _JAPANESE.search(rule.errorTitle) for rule in rules)


def test_its_tables_have_the_names_and_headers_of_every_other():
    book = FileBook.open(template_path(language="ja"))
    assert all(book.has_table(table) for table in TABLES)
    assert book.read_table(FBQ).headers == FileBook.open(template_path()).read_table(FBQ).headers


def test_it_names_its_language():
    rows = sample_rows(SETTINGS, templates_folder(), JA)
    assert [row["Value"] for row in rows if row["Setting"] == "Language"] == ["ja"]


def test_labels_and_tips_of_its_buttons_are_japanese():
    shown = [
        value
        for element in ElementTree.fromstring(ribbon_xml(say=JA.say)).iter()
        for name, value in element.items()
        if name in ("label", "screentip", "supertip")
    ]
    assert [text for text in shown if not _JAPANESE.search(text) and text not in NAMES] == []


def test_its_macros_are_plain_ascii_and_say_nothing_in_english():
    code = "\n".join(module.code for module in own_modules(["shStart"], JA.say))
    assert code.isascii()
    texts = [text for text in literals(code) if re.search(r"[a-z] [a-z]+ [a-z]", text)]
    assert [text for text in texts if "import" not in text] == []


def test_a_text_of_a_macro_stands_as_the_numbers_of_its_characters():
    assert spoken('Tell "Go on."', lambda _: "続き") == 'Tell BonsaiWords.Decoded("7D9A304D")'
