"""The tests of every port once more, on a running Excel: by hand, before a release.

    pytest -n 0 tests/excel

They need Windows or macOS with Excel. `README.md` beside this file has what only a person can see.
"""

import shutil
import sys

import pytest

from tests.xl_addin.conftest import book, plain_book  # noqa: F401
from tests.xl_addin.workbook.benches import Bench, file_pictures
from tests.xl_addin.workbook.samples import column, loaded, ranked_rows, write_ranked
from tests.xl_addin.workbook.test_port import *  # noqa: F403
from tests.xl_addin.workbook.test_port import matrix
from worker.errors import WorkbookError
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.live.live_book import LiveBook


class ExcelBench(Bench):
    """Opens workbooks in a running Excel."""

    def __init__(self, app, folder):
        self._app, self._folder, self._books = app, folder, []

    def open(self, path):
        opened = self._app.books.open(str(path), update_links=False)
        self._books.append(opened)
        return LiveBook(opened)

    def path(self, port):
        return port.path

    def look(self, port):
        port.save()
        return loaded(self._copy(port))

    def pictures(self, port, sheet):
        port.save()
        copy = self._copy(port)
        return file_pictures(copy, loaded(copy).sheetnames.index(sheet))

    def close(self, port):
        path = port.path
        for opened in [*self._books]:
            if LiveBook(opened).path == path:
                self._books.remove(opened)
                opened.close()

    def close_all(self):
        for opened in self._books:
            opened.close()

    def _copy(self, port):
        """Excel keeps its file to itself, but lets it be copied."""
        return shutil.copy(port.path, self._folder / f"look {port.name}")


@pytest.fixture(scope="module")
def excel():
    if sys.platform not in ("win32", "darwin"):
        pytest.skip("needs Windows or macOS with Excel")


@pytest.fixture(scope="module")
def app(excel):
    xlwings = pytest.importorskip("xlwings", reason="xlwings is not installed")
    app = xlwings.App(visible=True, add_book=False)
    app.display_alerts = False
    yield app
    app.quit()


@pytest.fixture
def bench(app, tmp_path_factory):
    bench = ExcelBench(app, tmp_path_factory.mktemp("looks"))
    yield bench
    bench.close_all()


def scales(bench, port, sheet):
    formats = bench.look(port)[sheet].conditional_formatting
    return sorted(
        str(area.sqref) for area in formats for rule in area.rules if rule.type == "colorScale"
    )


def test_colour_scales_are_renewed_and_do_not_pile_up(bench, port):
    for _ in range(3):
        write_ranked(port, ranked_rows("a", "b"))
        port.write_table(matrix(["P1", "P2"]))
    assert scales(bench, port, "Ranked") == ["E6:E7"]
    assert scales(bench, port, "Matrix") == ["J6:K8", "L6:M8"]


def test_dropdowns_reach_the_new_rows(bench, port):
    write_ranked(port, ranked_rows(*"abcdef"))
    rules = bench.look(port)["Ranked"].data_validations.dataValidation
    assert [str(rule.sqref) for rule in rules] == ["O6:O11"]


def test_what_if_formulas_compute(bench, port):
    port.write_table(matrix(["P1", "P2"]))
    assert column(port, MATRIX, "What-if") == [2, 2, 2]


def test_a_protected_sheet_is_refused(bench, port):
    def protect(workbook):
        workbook["Ranked"].protection.sheet = True

    port = bench.edit(port, protect)
    with pytest.raises(WorkbookError, match="Ranked"):
        write_ranked(port, ranked_rows("a"))


def test_five_thousand_rows_are_written(bench, port):
    write_ranked(port, ranked_rows(*(f"c{n}" for n in range(5_000))))
    assert len(column(port, RANKED, "ChunkID")) == 5_000
