"""A workbook that carries everything users put into one, ranked for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xl_addin.conftest import Run, rows
from tests.xl_addin.rich_template import write_rich
from tests.xl_addin.template.office import Office
from tests.xl_addin.template.xlsm_checks import findings
from tests.xl_addin.workbook.samples import parts
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook

#: What a run writes into; every other part must come out as it went in.
CHANGED_SHEETS = (
    "Start",
    "Ranked",
    "Matrix",
    "Live",
    "Evaluation",
    "By question",
    "Heatmap",
    "Inputs",
)


@pytest.fixture
def rich(tmp_path: Path, papers: Path) -> Path:
    """The macro template with a sheet of the user's own that holds everything."""
    path = write_rich(tmp_path / "rich 資料.xlsm")
    book = FileBook.open(path)
    set_settings(book, {"Documents folder": papers.name})
    book.save()
    return path


def part_of(path: Path, sheet: str) -> str:
    book = FileBook.open(path)
    return book._workbook.sheet_part(sheet)


MARKS = {
    "ribbon": b"office/2009/07/customui",
    "macros": b"vbaProject",
    "chart": b"c:chartSpace",
    "picture": b"<a:blip ",
    "comment": b"my comment",
    "text box": b"my text box",
    "sparkline": b"<x14:sparkline>",
    "new data bar": b"<x14:dataBar",
    "dynamic array": b'cm="1"',
    "rich text": b"<b/>",
    "very hidden sheet": b"veryHidden",
    "protection": b"<sheetProtection",
}


def test_ranking_harms_nothing_else_in_the_workbook(rich: Path, bonsai: Run):
    assert bonsai("index", rich)[0] == 0
    before = parts(rich)
    assert bonsai("rank", rich)[0] == 0
    after = parts(rich)
    changed = {name for name in before if after.get(name) != before[name]}
    allowed = {part_of(rich, sheet) for sheet in CHANGED_SHEETS}
    allowed |= {name for name in before if name.startswith("xl/tables/")}
    allowed |= {"xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"}
    allowed |= {f"xl/worksheets/_rels/{Path(part).name}.rels" for part in allowed}
    assert changed <= allowed
    assert findings(rich.read_bytes()) == []
    assert len(rows(rich, RANKED)) == 8 * 6
    assert_everything_is_still_there(before, after)


def assert_everything_is_still_there(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    was, now = (b"".join(all_.values()) + " ".join(all_).encode() for all_ in (before, after))
    for what, mark in MARKS.items():
        assert was.count(mark) >= 1, f"the sample lacks its {what}"
        assert now.count(mark) >= was.count(mark), f"the {what} is gone"


def test_libreoffice_opens_the_ranked_workbook(
    rich: Path, bonsai: Run, office: Office, tmp_path: Path
):
    bonsai("index", rich)
    bonsai("rank", rich)
    office.save_copy(str(rich), str(tmp_path / "printed.pdf"))
    assert (tmp_path / "printed.pdf").stat().st_size > 10_000
