"""The checks pass a good workbook and notice each fault that was planted in one."""

import io
import re
import zipfile
from time import sleep

import pytest
from xlsxwriter import Workbook

from tests.xl_addin.template.macro_books import book_of, macro_book
from tests.xl_addin.template.xlsm_checks import findings
from xl_addin.shipped_files import templates_folder
from xl_addin.template.builder import template_bytes
from xl_addin.template.macros import macro_modules, sheet_code_name
from xl_addin.template.ribbon import PART
from xl_addin.template.vba import vba_project as project_writer
from xl_addin.template.vba.vba_module import Module

SHEETS = ("Start", "POV", "xlwings.conf")
CODE_NAMES = [sheet_code_name(name) for name in SHEETS]


@pytest.fixture(scope="module")
def good() -> bytes:
    return macro_book()


def changed(workbook: bytes, **edits) -> bytes:
    """Return the workbook with parts passed through functions; named by their last word."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            word = name.rpartition("/")[2].partition(".")[0]
            new.writestr(name, edits.get(word, lambda data: data)(old.read(name)))
    return buffer.getvalue()


def with_ribbon(workbook: bytes, old: str, new: str) -> bytes:
    def edit(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return changed(workbook, customUI14=edit)


def with_module(workbook: bytes, name: str, edit) -> bytes:
    """Return the workbook with the code of one module passed through a function."""
    modules = [
        Module(module.name, module.kind, edit(module.source)) if module.name == name else module
        for module in macro_modules(CODE_NAMES)
    ]
    return changed(workbook, vbaProject=lambda _: project_writer.vba_project(modules))


def test_a_workbook_with_our_macros_and_ribbon_has_no_fault(good):
    assert findings(good) == []


def test_the_template_has_no_fault():
    assert findings(template_bytes(templates_folder(), macros=True)) == []


def test_it_is_the_same_byte_for_byte_each_time(good):
    sleep(1.1)  # a time of building would show
    assert macro_book() == good


def test_a_missing_callback_is_noticed(good):
    bad = with_module(good, "BonsaiRibbon", lambda code: code.replace("RibbonRank(", "RibbonR("))
    assert findings(bad) == ["onAction names BonsaiRibbon.RibbonRank: 0 such Subs"]


def test_a_private_callback_is_noticed(good):
    bad = with_module(
        good,
        "BonsaiRibbon",
        lambda code: code.replace("Public Sub RibbonRank", "Private Sub RibbonRank"),
    )
    assert findings(bad) == ["onAction names BonsaiRibbon.RibbonRank: 0 such Subs"]


def test_a_callback_of_a_wrong_signature_is_noticed(good):
    bad = with_module(
        good,
        "BonsaiRibbon",
        lambda code: code.replace("RibbonRank(control As IRibbonControl)", "RibbonRank()"),
    )
    assert findings(bad) == ["onAction names BonsaiRibbon.RibbonRank, whose arguments are ()"]


def test_an_id_that_stands_twice_is_noticed(good):
    bad = with_ribbon(good, 'id="bonsaiRank"', 'id="bonsaiIndex"')
    assert findings(bad) == ["bonsaiIndex stands twice in the ribbon"]


def test_a_ribbon_of_the_older_namespace_is_noticed(good):
    bad = with_ribbon(good, "office/2009/07/customui", "office/2006/01/customui")
    assert [line for line in findings(bad) if "another namespace" in line]


def test_a_damaged_ribbon_is_noticed(good):
    bad = with_ribbon(good, "</customUI>", "")
    assert [line for line in findings(bad) if f"{PART} is not well-formed" in line]


def test_a_ribbon_that_nothing_refers_to_is_noticed(good):
    def unrelated(data: bytes) -> bytes:
        return re.sub(rb'<Relationship [^>]*Target="customUI[^>]*/>', b"", data)

    bad = good
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        assert unrelated(archive.read("_rels/.rels")) != archive.read("_rels/.rels")
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bad)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, unrelated(data) if name == "_rels/.rels" else data)
    assert findings(buffer.getvalue()) == ["0 relationships to a ribbon"]


def test_a_wrong_code_name_is_noticed(good):
    bad = changed(good, sheet2=lambda data: data.replace(b'codeName="shPOV"', b'codeName="sh2"'))
    assert findings(bad) == [
        "sh2 is a code name or a document module, not both",
        "shPOV is a code name or a document module, not both",
    ]


def test_a_missing_reference_to_office_is_noticed(good, monkeypatch):
    stdole = {"stdole": project_writer.REFERENCES["stdole"]}
    monkeypatch.setattr(project_writer, "REFERENCES", stdole)
    bad = with_module(good, "BonsaiClock", lambda code: code)
    assert findings(bad) == ["no reference to Office: IRibbonControl cannot be compiled"]


@pytest.mark.parametrize("word", ["type", "end", "Next", "String"])
def test_an_argument_named_like_a_word_of_vba_is_noticed(good, word):
    head = f"Public Function Taste(ByVal text As Variant, _\n    Optional {word} As Variant)"
    code = f"{head}\nEnd Function"
    bad = with_module(good, "BonsaiClock", lambda source: source + code)
    assert findings(bad) == [f"BonsaiClock.Taste: the argument {word} is a word of VBA"]


def test_modules_that_the_project_does_not_list_are_noticed(good):
    def forgetful(data: bytes) -> bytes:
        assert data.count(b"Module=BonsaiJobs\r\n") == 1
        return data.replace(b"Module=BonsaiJobs\r\n", b"Module=BonsaiXobs\r\n")

    bad = changed(good, vbaProject=forgetful)
    assert [line for line in findings(bad) if "disagree about" in line]


def test_a_button_on_a_sheet_whose_macro_is_missing_is_noticed():
    buffer = io.BytesIO()
    workbook = Workbook(buffer)
    sheet = workbook.add_worksheet("Start")
    sheet.insert_button("A1", {"macro": "BonsaiClock.Tock"})
    project = project_writer.vba_project(macro_modules(["shStart"]))
    sheet.set_vba_name("shStart")
    workbook.set_vba_name("ThisWorkbook")
    workbook.add_vba_project(io.BytesIO(project), is_stream=True)
    workbook.close()
    assert any(
        "names BonsaiClock.Tock, which is no Sub to call" in line
        for line in findings(buffer.getvalue())
    )


def test_a_workbook_without_a_ribbon_is_noticed():
    bad = book_of({"Start": []}, macro_modules(["shStart"]))
    assert findings(bad) == ["0 relationships to a ribbon"]
