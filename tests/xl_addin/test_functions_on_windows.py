"""Worksheet functions on their way through xlwings' own code for Windows, pywin32 stood in for."""

from __future__ import annotations

import datetime as dt
import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("xlwings", reason="xlwings is not installed")

from tests.excel.com.com_types import CELL_ERRORS, com_time
from worker.contract import IndexRequest, Question, RankRequest
from worker.queueing.in_process import InProcessRunner
from worker.queueing.patience import Patience
from worker.queueing.scores.formula_scores import FormulaScores
from worker.settings import Settings
from xl_addin.desk.function_arguments import NOT_KNOWN, pov_argument
from xl_addin.template.worksheet_functions import FUNCTIONS

#: A table of points of view as Excel hands over its cells.
POVS = (
    ("P1", "Oil does not care about sanctions.", 1.0, "yes"),
    ("P2", "A kettle can break your heart.", None, None),
    (None, None, None, None),
)
OIL, KETTLE = "Oil tankers change their names.", "The kettle sings in the kitchen."
CALLED = ["sexyscore", "known_sexyscore", "bonsai_similarity", "bonsai_toppov"]
CALLED = [*CALLED, "known_bonsai_toppov"]


@pytest.fixture
def functions(
    windows_xlwings: ModuleType, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """The module of functions as xlwings has it on Windows."""
    module = importlib.import_module("xl_addin.functions")
    scores = FormulaScores(settings, Patience(formula=60))
    monkeypatch.setattr(module, "formula_scores", lambda: scores)
    return module


@pytest.fixture
def call(functions: ModuleType, windows_xlwings: ModuleType) -> Any:
    """Call a function as its macro does: plain values, without the cell that asks."""

    def call(name: str, *arguments: object) -> Any:
        server = windows_xlwings.com_server.XLPython()
        return server.CallUDF("xl_addin.functions", name, arguments)

    return call


@pytest.fixture
def _ranked(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for number, text in enumerate((OIL, KETTLE)):
        (folder / f"{number}.txt").write_text(text)
    runner = InProcessRunner(settings)
    watch = {"on_event": lambda _: None, "on_blob": lambda *_: None, "cancelled": lambda: False}
    names = {"collection": "c", "embedder": settings.embedder, "store": settings.store}
    runner.run(IndexRequest(run_id="1", folder=str(folder), **names), **watch)
    questions = (Question(qid="Q1", text="What?"),)
    povs = tuple(pov_argument(POVS))
    runner.run(RankRequest(run_id="2", questions=questions, povs=povs, **names), **watch)


def test_every_function_of_the_module_is_called_here(functions):
    decorated = {name for name, found in vars(functions).items() if hasattr(found, "__xlfunc__")}
    assert decorated == {*CALLED}


def test_every_function_of_the_macros_is_there(functions):
    assert {function.python for function in FUNCTIONS} <= {*CALLED}


@pytest.mark.parametrize("name", CALLED)
def test_no_argument_and_no_result_asks_for_a_converter_that_xlwings_lacks(functions, name):
    info = getattr(functions, name).__xlfunc__
    known = importlib.import_module("xlwings.conversion").accessors
    asked = [given["options"].get("convert") for given in (*info["args"], info["ret"])]
    assert [convert for convert in asked if convert not in (None, *known)] == []


def test_one_cell_is_one_number(call):
    assert isinstance(call("sexyscore", OIL, POVS, "classic"), float)


def test_a_row_comes_flat_and_other_shapes_row_by_row(call):
    row = call("sexyscore", ((OIL, KETTLE),), POVS, "classic")
    column = call("sexyscore", ((OIL,), (KETTLE,)), POVS, "classic")
    square = call("sexyscore", ((OIL, KETTLE), (KETTLE, OIL)), POVS, "classic")
    assert [list(line) for line in column] == [[value] for value in row]
    assert [list(line) for line in square] == [[*row], [*reversed(row)]]


def test_what_is_known_comes_without_a_request(call):
    assert call("known_sexyscore", OIL, POVS, "classic") == NOT_KNOWN
    score = call("sexyscore", OIL, POVS, "classic", ((OIL,), (None,), (KETTLE,)))
    assert call("known_sexyscore", OIL, POVS, "classic") == score


def test_similarity_is_a_matrix(call):
    found = call("bonsai_similarity", ((OIL,), (KETTLE,)), (("tea",), ("ships",), ("rain",)))
    assert [len(line) for line in found] == [3, 3]


@pytest.mark.usefixtures("_ranked")
def test_contrast_and_the_strongest_points_of_view_come_after_a_rank(call):
    scores = call("sexyscore", ((OIL,), (KETTLE,)), POVS)
    assert [len(line) for line in scores] == [1, 1]
    assert call("bonsai_toppov", KETTLE, POVS, 2.0) == "P2, P1"
    assert call("bonsai_toppov", ((OIL,), (KETTLE,)), POVS) == [["P1"], ["P2"]]
    assert call("known_bonsai_toppov", OIL, POVS, 1.0) == "P1"


@pytest.mark.parametrize("value", [3.0, True, com_time(dt.datetime(2024, 1, 2)), "川の夜"])
def test_numbers_dates_truth_values_and_japanese_are_texts(call, value):
    assert isinstance(call("sexyscore", value, POVS, "classic"), float)


BAD = {
    "empty cell": (None, POVS, "classic"),
    "empty cell in a range": (((OIL,), (None,)), POVS, "classic"),
    "no table": (OIL, None, "classic"),
    "mode": (OIL, POVS, "magic"),
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_a_bad_argument_becomes_the_error_of_a_value(call, arguments):
    with pytest.raises(RuntimeError, match=r"^BONSAI-VALUE: "):
        call("sexyscore", *arguments)


@pytest.mark.parametrize("code", CELL_ERRORS.values(), ids=CELL_ERRORS)
def test_an_error_among_the_texts_is_a_bad_argument(call, code):
    with pytest.raises(RuntimeError, match=r"^BONSAI-VALUE: "):
        call("sexyscore", ((OIL,), (code,)), POVS, "classic")


def test_what_is_not_available_now_becomes_its_own_error(call):
    with pytest.raises(RuntimeError, match=r"^BONSAI-NA: .*Run Rank once"):
        call("sexyscore", OIL, POVS, "contrast")
