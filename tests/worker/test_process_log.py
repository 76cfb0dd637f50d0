"""What worker processes say on their error stream, which a supervisor shows, and in the log."""

import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from worker.errors import DocumentError

HOSTILE = "a\x1b]0;title\x07\n✗ forged"


def end_with_an_unforeseen_error() -> None:
    raise ValueError(f"of {HOSTILE}")


def end_with_an_error_of_ours() -> None:
    raise DocumentError(f"{HOSTILE} is not there.", "It is gone.", "Look for it.")


def log_a_failure_and_go_on() -> None:
    try:
        end_with_an_unforeseen_error()
    except ValueError:
        logging.getLogger("worker.anything").exception("It cannot be kept.")


def warn_as_libraries_do() -> None:
    warnings.warn("Glyph 128200 is missing from all fonts.", stacklevel=1)


def process(does: Callable[[], None]) -> tuple[int, str]:
    """Do something as a worker process; return its exit code and what it said."""
    program = (
        f"import {__name__} as tests\n"
        "from worker.process_log import failures_in_lines\n"
        f"with failures_in_lines(): tests.{does.__name__}()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert ended.stdout == ""
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(
    ("does", "code"),
    [
        (end_with_an_unforeseen_error, 3),
        (end_with_an_error_of_ours, 2),
        (log_a_failure_and_go_on, 0),
    ],
)
def test_a_failure_is_told_without_a_traceback_and_drives_no_terminal(
    does: Callable[[], None], code: int
):
    ended, said = process(does)
    assert ended == code
    assert "Traceback" not in said
    assert "a␛]0;title␇\n  ✗ forged" in said


@pytest.mark.parametrize("does", [end_with_an_unforeseen_error, log_a_failure_and_go_on])
def test_the_log_has_the_details(tmp_path: Path, does: Callable[[], None]):
    _, said = process(does)
    log = tmp_path / "home" / "bonsai.log"
    text = log.read_text("utf-8")
    assert "  Traceback" in text
    assert "a␛]0;title␇" in text
    if does is end_with_an_unforeseen_error:
        assert f"Please report it, with the file {log}." in said


def test_what_libraries_warn_of_is_not_told():
    assert process(warn_as_libraries_do) == (0, "")
