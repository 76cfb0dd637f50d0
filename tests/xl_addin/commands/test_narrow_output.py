"""Output into a file or a pipe, which Windows writes in the system's code page."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY

MAIN = "from xl_addin.cli import main; main()"


def test_a_name_outside_the_code_page_stops_no_command(tmp_path: Path):
    path = tmp_path / "日本.xlsx"
    finished = subprocess.run(
        [sys.executable, "-c", MAIN, "new", path],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert path.is_file()
    assert rb"\u65e5\u672c.xlsx" in b"".join(finished.stdout.split())
