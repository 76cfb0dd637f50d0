"""The error tree: stable codes, three parts, and the way over the wire and back."""

from __future__ import annotations

import ast
import copy
import pickle
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from worker import errors
from worker.contract import Problem
from worker.errors import (
    BonsaiError,
    error_class,
    package_missing,
)


def _tree(root: type[BonsaiError] = BonsaiError) -> list[type[BonsaiError]]:
    return [root, *(found for child in root.__subclasses__() for found in _tree(child))]


TREE = _tree()


def test_every_class_of_the_tree_has_a_code_of_its_own() -> None:
    uses = Counter(kind.code for kind in TREE)

    assert [code for code, count in uses.items() if count > 1] == []


def test_the_tree_is_defined_in_one_module() -> None:
    assert {kind.__module__ for kind in TREE} == {errors.__name__}


def test_a_code_leads_back_to_its_class() -> None:
    assert [kind for kind in TREE if error_class(kind.code) is not kind] == []


def test_a_code_of_a_newer_worker_becomes_the_root() -> None:
    assert error_class("from_the_future") is BonsaiError


def test_codes_and_exit_codes_are_those_programs_rely_on() -> None:
    assert {kind.code: kind.exit_code for kind in TREE} == {
        "error": 2,
        "input": 2,
        "workbook": 2,
        "workbook_locked": 2,
        "not_landed": 2,
        "table_missing": 2,
        "column": 2,
        "cell": 2,
        "document": 2,
        "setting": 2,
        "collection": 2,
        "protocol": 2,
        "prompt_too_long": 2,
        "unavailable": 3,
        "package_missing": 3,
        "weights_missing": 3,
        "store": 3,
        "damaged_file": 3,
        "engine": 3,
        "engine_lost": 3,
        "engine_refused": 3,
        "broker": 3,
        "broker_refused": 3,
        "cancelled": 130,
        "internal": 3,
    }


def test_only_what_passes_by_itself_may_be_tried_again() -> None:
    assert {kind.code for kind in TREE if kind.retryable} == {
        "broker",
        "damaged_file",
        "engine",
        "engine_lost",
        "store",
        "unavailable",
        "workbook_locked",
    }


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("It broke.", "It was old.", "Buy one."), "It broke. It was old. Buy one."),
        (("It broke.", "", "Buy one."), "It broke. Buy one."),
        (("It broke.", "", ""), "It broke."),
    ],
    ids=["three parts", "no cause", "what happened alone"],
)
def test_an_error_reads_as_one_line(parts: tuple[str, str, str], line: str) -> None:
    assert str(BonsaiError(*parts)) == line
    assert str(Problem.from_error(BonsaiError(*parts))) == line


def test_an_error_comes_back_from_the_wire_as_it_was() -> None:
    for kind in TREE:
        error = kind("Row 7 is empty.", "Nothing stands there.", "Write a question.")

        payload = Problem.from_error(error).model_dump_json()
        back = Problem.model_validate_json(payload).to_error()

        assert type(back) is kind
        assert (back.what, back.why, back.next_step) == (error.what, error.why, error.next_step)
        assert Problem.from_error(back) == Problem.from_error(error)


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, lambda error: pickle.loads(pickle.dumps(error))],
    ids=["copied", "pickled"],
)
def test_a_duplicate_of_an_error_keeps_its_three_parts(duplicate) -> None:
    for kind in TREE:
        back = duplicate(kind("what", "why", "next"))

        assert (type(back), back.what, back.why, back.next_step) == (kind, "what", "why", "next")


def test_a_missing_package_is_reported_with_the_line_that_installs_it() -> None:
    error = package_missing("chromadb", "local")

    assert "chromadb" in error.what
    assert error.why
    assert error.next_step == "Run: pip install 'bonsai-xl[local]'"


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def _made_in_code() -> Iterator[tuple[str, ast.Call]]:
    """Every call that makes an error of the tree by its name, wherever it stands in the code."""
    names = {kind.__name__ for kind in TREE}
    for package in ("worker", "xl_addin"):
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            for call in _calls(path):
                if isinstance(call.func, ast.Name) and call.func.id in names:
                    place = path.relative_to(REPOSITORY).as_posix()
                    yield f"{place}:{call.lineno}", call


def _has_three_parts(call: ast.Call) -> bool:
    spread = any(isinstance(part, ast.Starred) for part in call.args)
    empty = [part for part in call.args if isinstance(part, ast.Constant) and not part.value]
    return not empty and (spread or len(call.args) + len(call.keywords) == 3)


def test_errors_are_made_with_three_parts_that_are_not_empty() -> None:
    made = dict(_made_in_code())

    assert len(made) > 100
    assert [place for place, call in made.items() if not _has_three_parts(call)] == []
