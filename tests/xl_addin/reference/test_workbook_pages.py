"""The pages of settings, sheets and worksheet functions."""

from xl_addin.jobs import EXCEL_JOBS, SHEETS, TABLES
from xl_addin.reference.workbook_pages import functions_page, settings_page, sheets_page
from xl_addin.sheets.settings import SETTING_ROWS
from xl_addin.template.worksheet_functions import FUNCTIONS


def test_every_setting_has_a_row_with_its_option():
    rows = [line for line in settings_page().splitlines() if line.startswith("| ")]
    assert [row.split("|")[1].strip() for row in rows[1:]] == [each.name for each in SETTING_ROWS]
    for job in EXCEL_JOBS:
        for setting in job.flags:
            row = next(row for row in rows if row.startswith(f"| {setting.name} |"))
            assert f"`{setting.flag}`" in row
            assert job.kind.name in row


def test_every_sheet_has_its_columns_in_order():
    sections = sheets_page().split("\n## ")[1:]
    assert [section.partition("\n")[0] for section in sections] == [each.sheet for each in SHEETS]
    for table in TABLES:
        section = next(each for each in sections if each.startswith(f"{table.sheet}\n"))
        rows = [line.split("|")[1].strip() for line in section.splitlines() if line[:2] == "| "]
        assert tuple(rows[1:]) == table.headers


def test_every_function_has_its_arguments_in_order():
    sections = functions_page().split("\n## ")[1:]
    assert [section.partition("\n")[0] for section in sections] == [each.name for each in FUNCTIONS]
    assert "`=SEXYSCORE(text, [povs], [mode])`" in sections[0]
    for function, section in zip(FUNCTIONS, sections, strict=True):
        rows = [line.split("|")[1].strip() for line in section.splitlines() if line[:2] == "| "]
        assert rows[1:] == [argument.name for argument in function.arguments]


def test_marks_of_the_page_itself_are_escaped():
    assert r"reports/\* or \*2024\*" in settings_page()
