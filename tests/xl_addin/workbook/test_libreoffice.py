"""What another program makes of our workbooks: the order of elements, formulas, text."""

import pytest

from tests.xl_addin.workbook.samples import (
    address,
    cells,
    contrast,
    loaded,
    png,
    ranked_rows,
    write_ranked,
)
from xl_addin.jobs import SHEETS
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import AboveRow, Formula, Picture, TableContent


@pytest.fixture
def converted(office, tmp_path):
    """Open a workbook in LibreOffice, have it computed, and return what it saved."""

    def convert(path):
        target = tmp_path / f"converted {path.name}"
        office.save_copy(str(path), str(target))
        return target

    return convert


def what_if(ids):
    """A small matrix as a run writes it, with live weights above and a score in each row."""
    last = contrast(ids)
    values = f"tblMatrix[[#This Row],[{last[0]}]:[{last[-1]}]]"
    columns = (
        *MATRIX.columns,
        *(Column(name, scale="sequential", kind="similarity") for name in ids),
        *(Column(name, scale="diverging", kind="score") for name in last),
    )
    weights = {
        name: Formula(f'=SUMIFS(tblPOV[Weight],tblPOV[ID],"{pov}")')
        for pov, name in zip(ids, last, strict=True)
    }
    rows = [
        {
            "QID": "Q1",
            "ChunkID": f"c{number}",
            "What-if": Formula(f"=SQRT(SUMPRODUCT(Weights*({values}>0)*{values}^2))"),
            **dict.fromkeys(ids, 0.5),
            **dict.fromkeys(last, float(number)),
        }
        for number in (1, 2)
    ]
    return TableContent(MATRIX, rows, columns, (AboveRow(weights, {"Weights": last}),))


def test_formulas_compute_text_stays_text_and_everything_is_shown(book, converted):
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("a", "b", text="=1+1"))
    port.write_table(what_if(["P01", "P02", "P03"]))
    port.put_pictures("Heatmap", [Picture("bonsai Q1", png(), "alt", "題 caption")])
    port.save()
    workbook = loaded(converted(book))
    assert workbook.sheetnames == [sheet.sheet for sheet in SHEETS]
    chunks = cells(workbook["Ranked"], RANKED, "Chunk", 2)
    assert [(cell.data_type, cell.value) for cell in chunks] == [("s", "=1+1")] * 2
    assert workbook["Heatmap"]["A5"].value == "題 caption"
    assert len(workbook["Heatmap"]._images) == 1
    rules = {str(item.sqref) for item in workbook["Matrix"].conditional_formatting}
    assert rules == {"J6:L7", "M6:O7"}
    scores = FileBook.open(converted(book)).read_table(MATRIX).rows
    assert [row.values["What-if"] for row in scores] == [
        pytest.approx(3**0.5),
        pytest.approx(12**0.5),
    ]


def test_a_workbook_that_libreoffice_saved_takes_the_next_run(book, converted):
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("a", "b"))
    port.save()
    workbook = loaded(book)
    workbook["Ranked"][address(RANKED, "Note", 1)] = "note"
    workbook.save(book)
    port = FileBook.open(converted(book))
    assert write_ranked(port, ranked_rows("b", "c", "d")) == []
    port.save()
    rows = FileBook.open(port.path).read_table(RANKED).rows
    assert [(row.values["ChunkID"], row.values["Note"]) for row in rows] == [
        ("b", "note"),
        ("c", None),
        ("d", None),
    ]
