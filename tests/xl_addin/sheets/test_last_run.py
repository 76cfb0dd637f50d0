from tests.xl_addin.samples import STAMP
from xl_addin.sheets.last_run import last_run_content


def test_each_item_of_the_stamp_that_has_a_value_is_a_row():
    rows = last_run_content(STAMP, "Rank", 1.25, ["One.", "Two."]).rows
    assert {row["Item"]: row["Value"] for row in rows} == {
        "What": "Rank",
        "Time (UTC)": "now",
        "Seconds": "1.2",
        "Run": "r",
        "BONSAI version": "1",
        "Collection": "c",
        "Index version": "v",
        "Embedder": "e@1",
        "Remarks": "One.\nTwo.",
    }
