import io
import itertools

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from tests.xl_addin.template.xlsm_checks import findings
from tests.xl_addin.workbook.samples import address
from xl_addin.jobs import SHEETS, TABLES
from xl_addin.language.catalogue import LANGUAGES, language_named
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.live import LIVE
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.options import read_options
from xl_addin.sheets.pov import POV
from xl_addin.sheets.qa import QA
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.run_inputs import INPUTS
from xl_addin.sheets.settings import SETTING_ROWS, SETTINGS
from xl_addin.sheets.sources import SOURCES
from xl_addin.shipped_files import SUFFIXES, template_path, templates_folder
from xl_addin.template.__main__ import main
from xl_addin.template.builder import build_template, template_bytes
from xl_addin.template.samples import sample_rows
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.package import Package


@pytest.fixture(scope="module")
def template():
    return openpyxl.load_workbook(io.BytesIO(template_bytes(templates_folder(), macros=False)))


def contents(data):
    package = Package.read(data, "template")
    return {part: package.content(part) for part in package}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_shipped_template_is_the_one_the_layout_gives(suffix, language):
    # By part: how a part is compressed differs between versions of zlib.
    said = language_named(language)
    built = contents(template_bytes(templates_folder(), macros=suffix == ".xlsm", language=said))
    assert built == contents(template_path(suffix, language).read_bytes())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_layout_gives_the_same_bytes(tmp_path, suffix):
    build_template(tmp_path / f"a{suffix}")
    build_template(tmp_path / f"b{suffix}", templates_folder())
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_the_command_rebuilds_both_in_the_templates_folder(tmp_path, monkeypatch, capsys):
    place = "xl_addin.template.__main__.template_path"
    monkeypatch.setattr(place, lambda suffix, language: tmp_path / f"{language}{suffix}")
    main()
    printed = capsys.readouterr().out
    for language, suffix in itertools.product(LANGUAGES, SUFFIXES):
        assert (tmp_path / f"{language}{suffix}").exists()
        assert f"{language}{suffix}" in printed


def test_the_shipped_macro_workbook_has_no_fault():
    assert findings(template_path(".xlsm").read_bytes()) == []


def test_the_settings_of_xlwings_are_hidden_and_leave_the_choice_of_python_to_the_user():
    workbook = openpyxl.load_workbook(template_path(".xlsm"), keep_vba=True)
    sheet = workbook["xlwings.conf"]
    values = {row[0].value: row[1].value for row in sheet.iter_rows()}
    assert sheet.sheet_state == "hidden"
    assert not any("INTERPRETER" in key for key in values), "an empty one would hide the user's"
    assert values["USE UDF SERVER"] == "True"


def test_sheets_stand_in_their_order(template):
    assert template.sheetnames == [sheet.sheet for sheet in SHEETS]


def test_each_table_stands_on_its_sheet_with_its_headers(template):
    for table in TABLES:
        sheet = template[table.sheet]
        found = sheet.tables[table.name]
        assert tuple(column.name for column in found.tableColumns) == table.headers
        first, last = found.ref.split(":")
        top = sheet[first].row
        assert [cell.value for cell in sheet[top]][: len(table.headers)] == list(table.headers)
        assert sheet[last].row > top
        if table is not LAST_RUN:
            assert top == 5
            assert sheet["A1"].value == table.title
            assert sheet["A2"].value == table.note
            assert sheet.freeze_panes == sheet.cell(6, table.frozen + 1).coordinate


def test_cells_have_the_style_of_their_owner(template):
    for table in TABLES:
        sheet = template[table.sheet]
        area = sheet[sheet.tables[table.name].ref]
        for position, column in enumerate(table.columns):
            expected = "Input" if column.owner == "user" else "Output"
            assert {row[position].style for row in area[1:]} == {expected}, table.name
        assert {cell.style for cell in area[0]} == {"Accent1"}


def test_closed_choices_have_dropdowns(template):
    def dropdowns(sheet):
        rules = template[sheet].data_validations.dataValidation
        return {str(rule.sqref): rule.formula1.strip('"') for rule in rules}

    last = len(sample_rows(FBQ, templates_folder())) - 1
    variants = f"{address(FBQ, 'FBQ_B')}:{address(FBQ, 'FBQ_B', last)}"
    assert dropdowns("FBQ")[variants] == "0,1,2,3,4"
    assert dropdowns("Ranked") == {address(RANKED, "Keep"): "yes,no"}
    assert dropdowns("Answers") == {address(ANSWERS, "Verdict"): "good,partly,wrong"}
    assert sorted(dropdowns("Settings").values()) == sorted(
        ",".join(row.choices) for row in SETTING_ROWS if row.choices
    )


def test_every_dropdown_is_short_enough_for_excel(template):
    for sheet in template:
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.formula1) <= 255


def test_settings_start_with_the_usual_values():
    book = FileBook.open(template_path())
    rows = book.read_table(SETTINGS).rows
    assert [row.values["Setting"] for row in rows] == [row.name for row in SETTING_ROWS]
    values = {str(row.values["Setting"]): row.values["Value"] for row in rows}
    assert read_options(values) == read_options({})


def test_samples_are_in_the_tables():
    book = FileBook.open(template_path())
    for table in (FBQ, POV):
        rows = [dict(row.values) for row in book.read_table(table).rows]
        assert rows == sample_rows(table, templates_folder())
        assert rows


def test_every_sheet_prints_on_one_page_across_and_matrices_on_two(template):
    for sheet in template:
        if sheet.title == HEATMAP.sheet:
            assert sheet.page_setup.scale == 76, "fitting would ignore its page breaks"
            continue
        if sheet.title not in (LAST_RUN.sheet, HEATMAP.sheet):
            assert sheet.print_title_rows == "$5:$5"
        across = 2 if sheet.title in (MATRIX.sheet, LIVE.sheet) else 1
        assert (sheet.page_setup.fitToWidth or 1) == across  # one is what the format means by none
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize("table", [INPUTS, QA], ids=lambda table: table.sheet)
def test_hidden_columns_at_the_end_are_not_printed(template, table):
    shown = [column for column in table.columns if not column.hidden]
    assert list(table.printed) == shown
    letter = get_column_letter(len(shown))
    assert template[table.sheet].print_area == f"'{table.sheet}'!$A$1:${letter}$1048576"


@pytest.mark.parametrize("table", [RANKED, ANSWERS, SOURCES], ids=lambda table: table.sheet)
def test_what_is_read_fits_a_screen_of_1366_pixels_and_a4(template, table):
    sheet = template[table.sheet]
    letters = [get_column_letter(n) for n in range(1, len(table.printed) + 1)]
    pixels = sum(round(7 * sheet.column_dimensions[letter].width) for letter in letters)
    assert pixels <= 1366 - 32 - 20, "less the numbers of rows and the scroll bar"
    assert int(sheet.page_setup.paperSize) == 9
    assert pixels * 0.75 * 0.78 <= 784, "points between the margins: letters of 8.5 points"
    area = f"'{table.sheet}'!$A$1:${letters[-1]}$1048576"
    assert sheet.print_area == (area if table.last_printed else "")


def test_samples_with_decimals_and_blanks_are_read(tmp_path):
    csv = tmp_path / "sample_povs.csv"
    csv.write_text('ID,POV,Weight,Use\nP1,"text, 文",-0.5,\n', encoding="utf-8")
    assert sample_rows(POV, tmp_path) == [
        {"ID": "P1", "POV": "text, 文", "Weight": -0.5, "Use": None}
    ]


def test_the_folder_of_an_installed_package_comes_first(tmp_path, monkeypatch):
    package = tmp_path / "xl_addin"
    (package / "template").mkdir(parents=True)
    monkeypatch.setattr("xl_addin.shipped_files.__file__", str(package / "shipped_files.py"))
    assert templates_folder() == tmp_path / "templates"
    (package / "shipped").mkdir()
    assert templates_folder() == package / "shipped"
