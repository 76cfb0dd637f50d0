"""Worksheet functions on their way through xlwings' own code for Windows, pywin32 stood in for."""

from __future__ import annotations

import datetime as dt
import importlib
import re
from decimal import Decimal
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("xlwings", reason="xlwings is not installed")

from tests.conftest import REPOSITORY
from tests.excel.com.com_types import CELL_ERRORS, MISSING_ARGUMENT, com_time
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
SPILL = CELL_ERRORS["#SPILL!"]  # an error that came after xlwings' list of them

#: An argument of each name that a function has.
GIVEN = {
    "text": OIL,
    "povs": POVS,
    "mode": "classic",
    "n": 1.0,
    "column": ((OIL,), (KETTLE,)),
    "first": OIL,
    "second": KETTLE,
}


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


def exported(functions: ModuleType) -> dict[str, Any]:
    """Return what xlwings knows of each function of the module."""
    return {
        name: found.__xlfunc__
        for name, found in vars(functions).items()
        if hasattr(found, "__xlfunc__")
    }


def test_every_function_of_the_macros_is_there(functions):
    assert {function.python for function in FUNCTIONS} < {*exported(functions)}


def test_every_argument_and_result_names_a_converter_that_xlwings_has(functions):
    known = importlib.import_module("xlwings.conversion").accessors
    for name, info in exported(functions).items():
        for given in (*info["args"], info["ret"]):
            assert given["options"].get("convert") in known, name


@pytest.mark.usefixtures("_ranked")
def test_every_function_answers(functions, call):
    for name, info in exported(functions).items():
        answer = call(name, *(GIVEN[argument["name"]] for argument in info["args"]))
        assert isinstance(answer, (float, str)), name


@pytest.mark.usefixtures("_ranked")
def test_what_may_be_left_out_may_be_missing(functions, call):
    for name, info in exported(functions).items():
        arguments = info["args"]
        missing = [MISSING_ARGUMENT if "optional" in a else GIVEN[a["name"]] for a in arguments]
        short = [GIVEN[a["name"]] for a in arguments if "optional" not in a]
        assert call(name, *missing) == call(name, *short), name


def test_an_error_in_any_argument_but_the_neighbours_is_a_bad_argument(functions, call):
    for name, info in exported(functions).items():
        names = [argument["name"] for argument in info["args"]]
        for wrong in (each for each in names if each != "column"):
            given = {**GIVEN, wrong: CELL_ERRORS["#REF!"]}
            with pytest.raises(RuntimeError, match=r"^BONSAI-VALUE: .*#REF!"):
                call(name, *(given[each] for each in names))


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


TEXT_OF = {
    "a number": (3.0, "3"),
    "a fraction": (2.5, "2.5"),
    "an amount": (Decimal("12.5"), "12.5"),
    "a round amount": (Decimal("12.0000"), "12"),
    "a truth value": (True, "True"),
    "a day": (com_time(dt.datetime(2024, 1, 2)), "2024-01-02"),
    "a moment": (com_time(dt.datetime(2024, 1, 2, 3, 4, 5)), "2024-01-02T03:04:05"),
    "Japanese": ("　川の夜\r\nと灯り ", "川の夜\nと灯り"),
    "characters of two units": ("𠮷野家 👍", "𠮷野家 👍"),
}


@pytest.mark.parametrize(("value", "text"), TEXT_OF.values(), ids=TEXT_OF)
def test_a_cell_counts_as_the_text_that_tables_are_read_with(call, value, text):
    score = call("sexyscore", value, POVS, "classic")
    assert isinstance(score, float)
    assert call("known_sexyscore", text, POVS, "classic") == score


def test_amounts_are_weights_too(call):
    amounts = (("Oil does not care.", Decimal("4.0000")), ("Tea is warm.", Decimal("1")))
    plain = (("Oil does not care.", 4.0), ("Tea is warm.", 1.0))
    assert call("sexyscore", OIL, amounts, "classic") == call("sexyscore", OIL, plain, "classic")


def test_errors_and_blanks_beside_a_text_are_passed_over(call):
    column = ((OIL,), (CELL_ERRORS["#N/A"],), (SPILL,), (None,), (KETTLE,))
    call("sexyscore", OIL, POVS, "classic", column)
    assert isinstance(call("known_sexyscore", KETTLE, POVS, "classic"), float)


def test_an_error_in_a_row_that_is_not_in_use_does_no_harm(call):
    unused = ("P9", CELL_ERRORS["#REF!"], CELL_ERRORS["#N/A"], "no")
    score = call("sexyscore", OIL, POVS, "classic")
    assert call("sexyscore", OIL, (*POVS, unused), "classic") == score


BAD = {
    "empty cell": (None, POVS, "classic"),
    "empty cell in a range": (((OIL,), (None,)), POVS, "classic"),
    "no table": (OIL, None, "classic"),
    "mode": (OIL, POVS, "magic"),
    "weight": (OIL, (("P1", "Oil.", CELL_ERRORS["#DIV/0!"], "yes"),), "classic"),
    "point of view": (OIL, (("P1", CELL_ERRORS["#NAME?"], 1.0, "yes"),), "classic"),
    "use": (OIL, (("P1", "Oil.", 1.0, CELL_ERRORS["#N/A"]),), "classic"),
    "sentence": (OIL, (("Tea.",), (SPILL,)), "classic"),
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_a_bad_argument_becomes_the_error_of_a_value(call, arguments):
    with pytest.raises(RuntimeError, match=r"^BONSAI-VALUE: "):
        call("sexyscore", *arguments)


@pytest.mark.parametrize(("name", "code"), CELL_ERRORS.items(), ids=CELL_ERRORS)
def test_an_error_among_the_texts_is_a_bad_argument(call, name: str, code: int):
    with pytest.raises(RuntimeError, match=rf"^BONSAI-VALUE: .* the error {re.escape(name)}\."):
        call("sexyscore", ((OIL,), (code,)), POVS, "classic")


def test_what_is_not_available_now_becomes_its_own_error(call):
    with pytest.raises(RuntimeError, match=r"^BONSAI-NA: .*Run Rank once"):
        call("sexyscore", OIL, POVS, "contrast")


def test_what_the_script_for_windows_asks_is_answered(functions, windows_xlwings, capsys):
    check = run_path(str(REPOSITORY / "scripts" / "com_server.py"))["check"]
    check(windows_xlwings.com_server.XLPython(), RuntimeError)
    assert re.fullmatch(r"SEXYSCORE gives 0\.\d+\nand refuses .*\n", capsys.readouterr().out)
