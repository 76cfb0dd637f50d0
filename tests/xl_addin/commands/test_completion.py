"""Shells ask the command itself what a line may go on with."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("bonsai st", {"storage"}), ("bonsai setup --", {"--undo", "--models", "--no-models"})],
)
def test_commands_and_options_are_completed(typed: str, offered: set[str]):
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    finished = subprocess.run(
        [sys.executable, "-m", "xl_addin.cli"],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, **words, "_BONSAI_COMPLETE": "complete_bash"},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert offered <= set(finished.stdout.split())
