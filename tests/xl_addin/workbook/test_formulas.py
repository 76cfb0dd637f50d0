"""Formulas that move from cell to cell."""

import pytest

from xl_addin.workbook.formulas import moved_text


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("D6*2", "D8*2"),
        ("[@Score]*$A$1", "[@Score]*$A$1"),
        ("tblX[[#This Row],['@a''b '#1]]+D6", "tblX[[#This Row],['@a''b '#1]]+D8"),
        ("tblX[[#This Row],['[x]]+D6", "tblX[[#This Row],['[x]]+D6"),
    ],
)
def test_references_follow_where_they_can_be_read(text, moved):
    assert moved_text(text, 6, 8) == moved
