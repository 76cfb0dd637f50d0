"""Paths that the system refuses are named; they are no mistake of ours."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.xl_addin.conftest import Run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses in other ways")


def too_long(folder: Path) -> Path:
    return folder / ("n" * 300 + ".xlsx")


def circle(folder: Path) -> Path:
    path = folder / "circle.xlsx"
    path.symlink_to(path)
    return path


INPUTS = (
    "index",
    "index --documents",
    "rank",
    "rank BOOK --pov",
    "evaluate --documents",
    "evaluate --questions",
    "evaluate --povs",
)
OUTPUTS = ("new", "rank BOOK --out", "rank BOOK --json", "evaluate --json", "demo --out")
CASES = [(typed, too_long) for typed in (*INPUTS, *OUTPUTS)]
CASES += [(typed, circle) for typed in INPUTS]


@pytest.mark.parametrize(("typed", "refused"), CASES)
def test_a_path_that_the_system_refuses_is_named(
    bonsai: Run,
    book: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    refused: Callable[[Path], Path],
):
    monkeypatch.setattr("xl_addin.commands.demo.fetch_weights", lambda *_: None)  # stubs have none
    path = refused(tmp_path)
    words = [book if word == "BOOK" else word for word in typed.split()]
    code, _, err = bonsai(*words, path)
    assert code == 2
    assert "nobody foresaw" not in err
    assert path.name in err
