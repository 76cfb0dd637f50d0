"""Which inputs of a run are watched, and as what."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xl_addin.edits import edit
from tests.xl_addin.samples import STAMP
from worker.contract import AnswerRequest, ChunkFilter, RankRequest
from worker.settings import load_settings
from xl_addin.jobs.answer import ask
from xl_addin.jobs.base import Inputs
from xl_addin.jobs.books import book_options
from xl_addin.sheets.pov import POV
from xl_addin.sheets.run_inputs import RunInput, with_index
from xl_addin.sheets.settings import HEATMAPS, MODES, SETTING_ROWS, SETTINGS
from xl_addin.sheets.settings.translate import TRANSLATE_TO, TRANSLATOR
from xl_addin.sheets.watched_inputs import COUNTS_FOR, WatchedRun
from xl_addin.workbook.file.file_book import FileBook


def asked(path: Path) -> AnswerRequest:
    book = FileBook.open(path)
    return ask(Inputs(book_options(book, path), load_settings(), book, book, path)).request


def watched(path: Path, request: AnswerRequest, *elsewhere: str) -> list[RunInput]:
    book = FileBook.open(path)
    return WatchedRun(STAMP, request.ranking, request, elsewhere, book).inputs()


def used(inputs: list[RunInput], what: str, name: str) -> object:
    (found,) = [each.used for each in inputs if (each.what, each.name) == (what, name)]
    return found


def test_every_setting_of_a_run_counts_for_something_or_is_known_to_change_no_row():
    models = (RankRequest, ChunkFilter, AnswerRequest)
    filling = {row for row in SETTING_ROWS if row.fills and row.fills[0] in models}
    assert filling - {*COUNTS_FOR} == {HEATMAPS, MODES, TRANSLATE_TO, TRANSLATOR}


def test_a_cell_that_was_edited_after_the_run_began_is_watched_as_it_was_asked(book: Path):
    request = asked(book)
    edit(book, POV, "P01", {"POV": "Something else.", "Weight": 7})
    edit(book, SETTINGS, "Passages", {"Value": 3})
    inputs = watched(book, request)
    first = request.ranking.povs[0]
    assert used(inputs, "point of view", "P01") == first.text
    assert used(inputs, "weight", "P01") == first.weight
    assert used(inputs, "setting", "Passages") == 10


def test_cells_are_watched_as_they_stand_where_they_say_what_was_asked(book: Path):
    edit(book, SETTINGS, "Score", {"Value": " CLASSIC"})
    edit(book, POV, "P01", {"Weight": None})
    inputs = watched(book, asked(book))
    assert used(inputs, "setting", "Score") == " CLASSIC"
    assert used(inputs, "weight", "P01") is None
    assert used(inputs, "setting", "Collection") is None


@pytest.mark.parametrize(
    ("elsewhere", "what"), [("Passages", "setting"), (POV.name, "point of view")]
)
def test_what_was_not_taken_from_the_workbook_is_not_watched(book: Path, elsewhere: str, what: str):
    request = asked(book)
    all_of_it = {(each.what, each.name) for each in watched(book, request)}
    left = {(each.what, each.name) for each in watched(book, request, elsewhere)}
    gone = {each for each in all_of_it - left if each[0] == what}
    assert len(gone) == (1 if what == "setting" else len(request.ranking.povs))


def test_files_that_changed_an_index_add_up_until_it_is_as_it_was():
    inputs = [RunInput("r", "index", "c", "v1", ("rank",), now="v1")]
    once = with_index(inputs, "c", "v2", ["a.txt"])
    twice = with_index(once, "c", "v3", ["b.txt", "a.txt"])
    assert twice[0].now == "v3\na.txt\nb.txt"
    assert with_index(twice, "c", "v3") == twice
    assert with_index(twice, "c", "v1", ["a.txt", "b.txt"])[0].now == "v1"
    assert with_index(inputs, "another", "v9") == inputs
