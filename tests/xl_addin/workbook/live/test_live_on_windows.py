"""The live port in good and bad situations, over xlwings' own code for Windows.

Below it is the stand-in for Excel (`tests/excel/com`). Tests of real Excel that need neither its
computing nor its own ways of filling tables run here, too.
"""

import pytest

from tests.excel.com.application import Application
from tests.excel.test_live_excel import (  # noqa: F401
    scales,
    test_a_protected_sheet_is_refused,
    test_colour_scales_are_renewed_and_do_not_pile_up,
    test_five_thousand_rows_are_written,
)
from tests.xl_addin.workbook.benches import WindowsBench


@pytest.fixture
def excel(windows, windows_xlwings):
    return Application(windows)


@pytest.fixture
def bench(excel):
    return WindowsBench(excel)


@pytest.fixture
def port(bench, book):
    """The template."""
    return bench.open(book)
