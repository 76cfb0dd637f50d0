"""The pages of docs/ that the code tells of itself."""

from xl_addin.jobs import EXCEL_JOBS, SHEETS, TABLES
from xl_addin.reference import DOCS, PAGES, settings_page, sheets_page
from xl_addin.sheets.settings import SETTING_ROWS


def test_the_pages_are_what_the_code_says():
    for name, page in PAGES.items():
        written = (DOCS / name).read_text(encoding="utf-8")
        assert written == page(), f"docs/{name} is old: run python -m xl_addin.reference"


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


def test_marks_of_the_page_itself_are_escaped():
    assert r"reports/\* or \*2024\*" in settings_page()
