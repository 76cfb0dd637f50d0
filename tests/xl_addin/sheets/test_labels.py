"""Marks and notes go with their passages: off Ranked onto Labels, and back.

In a closed file ('file') and in Excel ('live'; where there is no Excel, on the stand-in that its
own module describes).
"""

from __future__ import annotations

from collections.abc import Sequence

import openpyxl
import pytest

from tests.xl_addin.sheets.rankings import ranking
from tests.xl_addin.workbook.benches import FileBench, StandInBench
from tests.xl_addin.workbook.samples import address
from tests.xl_addin.workbook.stand_in_excel import remote_engine
from worker.contract import PointOfView, PovTouch, QuestionRanking
from xl_addin.sheets.inputs import read_questions
from xl_addin.sheets.keep_marks import read_labels, read_marks
from xl_addin.sheets.labels import LABELS, land_ranked, moved_note
from xl_addin.sheets.ranked import RANKED, ranked_content
from xl_addin.sheets.tuning_pairs import taste_set
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import WorkbookPort


@pytest.fixture(params=["file", "live"])
def bench(request, monkeypatch):
    if request.param == "file":
        yield FileBench()
    else:
        with remote_engine(monkeypatch) as xlwings:
            yield StandInBench(xlwings)


@pytest.fixture
def port(bench, book):
    return bench.open(book)


def ranked(*chunk_ids: str, qid: str = "Q1") -> QuestionRanking:
    """A ranking of one question in which these passages stand in this order."""
    usual = ranking("contrast")
    rows = [
        usual.rows[0].model_copy(
            update={"chunk_id": chunk, "rank": n, "query_rank": n, "text": f"text of {chunk}"}
        )
        for n, chunk in enumerate(chunk_ids, start=1)
    ]
    return usual.model_copy(update={"qid": qid, "rows": tuple(rows)})


def run(port: WorkbookPort, *rankings: QuestionRanking):
    return land_ranked(port, ranked_content(rankings))


def written(bench, port: WorkbookPort, table: Table, cells: Sequence[tuple[int, str, object]]):
    """The workbook after a person has written into cells, by place and header, of a table."""

    def write(workbook):
        for place, header, value in cells:
            workbook[table.sheet][address(table, header, place)] = value

    return bench.edit(port, write)


def marks(port: WorkbookPort, table: Table = RANKED) -> dict[str, tuple[object, object]]:
    """Keep and Note of each passage where there is one of them."""
    id_column = table.key[1]
    found = {
        str(row.values[id_column]): (row.values["Keep"], row.values["Note"])
        for row in port.read_table(table).rows
    }
    return {chunk: marks for chunk, marks in found.items() if any(marks)}


def test_a_mark_whose_passage_is_dropped_waits_on_labels_and_comes_back_with_it(bench, port):
    run(port, ranked("a", "b", "c"))
    port = written(bench, port, RANKED, [(0, "Keep", "yes"), (1, "Note", "+1 -2 @x")])
    gone = run(port, ranked("c", "d"))
    assert (gone.lost, gone.moved) == ([], 2)
    assert marks(port) == {}
    assert marks(port, LABELS) == {"a": ("yes", None), "b": (None, "+1 -2 @x")}
    row = port.read_table(LABELS).rows[0].values
    assert (row["QID"], row["Source"], row["Chunk"]) == ("Q1", "kettle.txt", "text of a")
    back = run(port, ranked("b", "c", "a"))
    assert (back.lost, back.moved) == ([], 0)
    assert marks(port) == {"a": ("yes", None), "b": (None, "+1 -2 @x")}
    assert port.read_table(LABELS).rows == ()


def test_fifty_marks_follow_their_passages_through_runs_that_show_half_of_them(bench, port):
    chunks = [f"c{n}" for n in range(50)]
    run(port, ranked(*chunks))
    cells = [(n, "Keep", "yes" if n % 3 else "no") for n in range(50)]
    cells += [(n, "Note", f"note {n}") for n in range(50)]
    port = written(bench, port, RANKED, cells)
    before = marks(port)
    assert run(port, ranked(*chunks[10:35:2], "new")).moved == 37
    assert {**marks(port), **marks(port, LABELS)} == before
    assert run(port, ranked(*chunks[::-2])).moved == 13
    assert {**marks(port), **marks(port, LABELS)} == before
    run(port, ranked(*chunks[::-1], "new"))
    assert marks(port) == before
    assert marks(port, LABELS) == {}


def test_the_same_run_again_changes_nothing(bench, port):
    run(port, ranked("a", "b"))
    port = written(bench, port, RANKED, [(0, "Keep", "yes")])
    for _ in range(2):
        run(port, ranked("b"))
        assert marks(port, LABELS) == {"a": ("yes", None)}


def test_a_mark_on_labels_stays_there_where_ranked_says_something_else(bench, port):
    run(port, ranked("a", "b"))
    port = written(bench, port, RANKED, [(0, "Keep", "yes"), (0, "Note", "old"), (1, "Note", "x")])
    run(port, ranked("c"))
    labels = port.read_table(LABELS).rows
    assert [row.values["Passage ID"] for row in labels] == ["a", "b"]
    # A copy merged by hand: the passage stands on Ranked with other words.
    port = written(
        bench, port, RANKED, [(0, "ChunkID", "a"), (0, "Keep", "no"), (0, "Note", "old")]
    )
    run(port, ranked("a", "b"))
    assert marks(port) == {"a": ("no", "old"), "b": (None, "x")}
    assert marks(port, LABELS) == {"a": ("yes", "old")}
    assert [mark.liked for mark in read_marks(port)] == [False]


def test_labels_fill_the_cells_that_are_empty_on_ranked(bench, port):
    run(port, ranked("a"))
    port = written(bench, port, RANKED, [(0, "Keep", "yes"), (0, "Note", "old")])
    run(port, ranked("b"))
    port = written(bench, port, RANKED, [(0, "ChunkID", "a"), (0, "Keep", "yes")])
    run(port, ranked("a"))
    assert marks(port) == {"a": ("yes", "old")}
    assert marks(port, LABELS) == {}


def test_the_same_passage_under_two_questions_has_two_marks(bench, port):
    run(port, ranked("a"), ranked("a", qid="Q2"))
    port = written(bench, port, RANKED, [(0, "Keep", "yes"), (1, "Keep", "no")])
    run(port, ranked("b"), ranked("b", qid="Q2"))
    said = {(row.values["QID"], row.values["Keep"]) for row in port.read_table(LABELS).rows}
    assert said == {("Q1", "yes"), ("Q2", "no")}
    run(port, ranked("b"), ranked("a", qid="Q2"))
    assert marks(port) == {"a": ("no", None)}
    assert marks(port, LABELS) == {"a": ("yes", None)}


def test_a_column_of_the_users_own_has_no_place_on_labels_and_is_named(bench, port):
    def add_column(workbook):
        sheet = workbook["Ranked"]
        table = sheet.tables["tblRanked"]
        column = len(table.tableColumns) + 1
        sheet.cell(5, column).value, sheet.cell(6, column).value = "Mine", "kept by hand"
        letter = sheet.cell(5, column).column_letter
        table.ref = table.autoFilter.ref = f"A5:{letter}{sheet.max_row}"
        added = type(table.tableColumns[0])(id=column, name="Mine")
        table.tableColumns.append(added)

    run(port, ranked("a", "b"))
    port = bench.edit(written(bench, port, RANKED, [(0, "Keep", "yes")]), add_column)
    landed = run(port, ranked("b"))
    (lost,) = landed.lost
    assert lost.values == {"QID": "Q1", "ChunkID": "a", "Mine": "kept by hand"}
    assert marks(port, LABELS) == {"a": ("yes", None)}


def test_a_note_that_no_program_has_computed_cannot_move_and_is_named(bench, port):
    run(port, ranked("a", "b"))
    port = written(bench, port, RANKED, [(0, "Note", "=1+1")])
    landed = run(port, ranked("b"))
    assert ([row.values["ChunkID"] for row in landed.lost], landed.moved) == (["a"], 0)


def test_a_workbook_without_the_sheet_names_what_lost_its_place(bench, port):
    def drop_labels(workbook):
        del workbook["Labels"]

    run(port, ranked("a"))
    port = bench.edit(written(bench, port, RANKED, [(0, "Keep", "yes")]), drop_labels)
    landed = run(port, ranked("b"))
    assert ([row.values["Keep"] for row in landed.lost], landed.moved) == (["yes"], 0)


class _BusyBook:
    """A workbook whose n-th write of a table fails, as an Excel that is busy does."""

    def __init__(self, port: WorkbookPort, fails: int) -> None:
        self._port, self._left = port, fails

    def __getattr__(self, name: str):
        return getattr(self._port, name)

    def write_table(self, content):
        if self._left == 0:
            raise ConnectionError("busy")
        self._left -= 1
        return self._port.write_table(content)


@pytest.mark.parametrize("fails", range(4))
def test_nothing_is_lost_where_a_landing_breaks_off_and_is_done_again(bench, port, fails: int):
    run(port, ranked("a", "b"))
    port = written(bench, port, RANKED, [(0, "Keep", "yes"), (1, "Note", "mine")])
    run(port, ranked("b", "c"))
    # Now 'a' comes back, and 'b' leaves: Labels, Ranked, Ranked, Labels are written.
    with pytest.raises(ConnectionError):
        run(_BusyBook(port, fails), ranked("c", "a"))
    run(port, ranked("c", "a"))
    assert marks(port) == {"a": ("yes", None)}
    assert marks(port, LABELS) == {"b": (None, "mine")}


def test_taste_learns_from_both_sheets(bench, port):
    run(port, ranked("a", "b"))
    port = written(bench, port, RANKED, [(0, "Keep", "yes"), (1, "Keep", "no")])
    run(port, ranked("b"))
    labels = [(label.chunk_id, label.source, label.liked) for label in read_labels(port)]
    assert labels == [("b", "kettle.txt", False), ("a", "kettle.txt", True)]


def test_a_passage_that_waits_with_no_is_left_out_of_answers_when_it_comes_back(bench, port):
    run(port, ranked("a", "b"))
    port = written(bench, port, RANKED, [(0, "Keep", "no")])
    run(port, ranked("b"))
    asked, _ = read_questions(port, "initial")
    assert {question.qid: question.excluded_chunk_ids for question in asked}["Q1"] == ("a",)


def test_tuning_on_taste_takes_the_passages_that_wait(bench, port):
    first = ranked("a", "b")
    touch = PovTouch(pov_id="P1", cosine=0.5, contrast=2.0, share=1.0)
    rows = tuple(row.model_copy(update={"top_povs": (touch,)}) for row in first.rows)
    run(port, first.model_copy(update={"rows": rows}))
    port = written(bench, port, RANKED, [(0, "Keep", "yes")])
    run(port, ranked("b"))
    taste = taste_set(port, (PointOfView(pov_id="P1", text="Kettles sing."),))
    assert [(pair.question, pair.passage_id) for pair in taste.pairs] == [("Kettles sing.", "a")]
    assert {passage.passage_id: passage.text for passage in taste.passages}["a"] == "text of a"


def test_a_plain_sheet_of_the_users_that_is_called_labels_is_left_alone(tmp_path):
    path = tmp_path / "plain.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = "Ranked"
    for row in (["QID", "ChunkID", "Keep", "Note"], ["Q1", "a", "yes", ""]):
        workbook["Ranked"].append(row)
    workbook.create_sheet("Labels").append(["jars", "lids"])
    workbook.save(path)
    assert [mark.chunk_id for mark in read_marks(FileBook.open(path))] == ["a"]


def test_one_and_several_are_said():
    assert moved_note(1).startswith("What you wrote beside 1 passage that is no longer on Ranked")
    assert "12 passages that are" in moved_note(12)


def test_of_a_passage_that_stands_there_twice_one_mark_waits_and_the_other_is_named(bench, port):
    """As where two people's copies were merged by hand."""
    run(port, ranked("a", "a"))
    port = written(bench, port, RANKED, [(0, "Note", "mine"), (1, "Note", "theirs")])
    lost = run(port, ranked("b")).lost
    assert marks(port, LABELS) == {"a": (None, "mine")}
    assert [row.values["Note"] for row in lost] == ["theirs"]
