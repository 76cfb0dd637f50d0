import pytest

from worker.errors import InternalError
from xl_addin.jobs import TABLES
from xl_addin.sheets import answers, last_run, matrix, ranked, sources
from xl_addin.sheets.row_cells import columns_of, filled
from xl_addin.workbook.columns import Column, Table, user_column

CELLS = (
    (Column("Word"), lambda word: word),
    (Column("Length", kind="integer"), len),
    (user_column("Note"), None),
)
WORDS = Table("tblWords", "Words", "Words", "", columns_of(CELLS), key=("Word",))


def test_each_item_fills_a_row_and_a_column_without_a_function_is_left_alone():
    content = filled(WORDS, CELLS, ["kettle", "雨"])
    assert content.rows == [{"Word": "kettle", "Length": 6}, {"Word": "雨", "Length": 1}]
    assert content.columns == WORDS.columns


def test_a_header_that_the_table_lacks_stands_in_a_column_of_its_own():
    cells = (*CELLS, (Column("Last"), lambda word: word[-1]))
    content = filled(WORDS, cells, ["kettle"])
    assert [column.header for column in content.run_columns] == ["Word", "Length", "Last"]
    assert content.rows[0]["Last"] == "e"


def test_no_function_fills_a_column_of_the_users():
    with pytest.raises(InternalError, match="tblWords takes no values for Note"):
        filled(WORDS, (*CELLS[:2], (CELLS[2][0], len)), ["kettle"])


def test_what_a_run_writes_stands_beside_its_column():
    filled_sheets = (answers, last_run, matrix, ranked, sources)
    without = {
        column.header
        for sheet in filled_sheets
        for column, value in sheet.CELLS
        if column.owner == "run" and value is None
    }
    where_edited, where_landed = {"Proposed", "Written"}, {"Run", "Stale"}
    assert without == where_edited | where_landed


def test_names_of_tables_and_headers_are_there_once():
    assert len({table.name.casefold() for table in TABLES}) == len(TABLES)
    for table in TABLES:
        assert len({header.casefold() for header in table.headers}) == len(table.headers)


def test_what_a_row_is_known_by_is_the_same_in_every_language():
    said = [
        (table.name, column.header)
        for table in TABLES
        for column in table.columns
        if column.says and column.header in table.key
    ]
    assert said == []
