"""A newcomer's steps on any system, one at a time: what the workflow runs on Windows and macOS.

    python scripts/newcomer.py install    # an environment in .venv, with what the tests need
    python scripts/newcomer.py pure       # the tests that need Python alone, closed workbooks too
    python scripts/newcomer.py com        # Windows: xlwings' COM server is started and asked
    python scripts/newcomer.py demo       # the main job, and a look at the workbook it makes

On Linux `.ci/run` does all of this and more.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
ENVIRONMENT = REPOSITORY / ".venv"


def run(program: str, *arguments: str) -> None:
    """Run a program of the environment in the repository; its failure is ours."""
    windows = sys.platform == "win32"
    path = ENVIRONMENT / (f"Scripts/{program}.exe" if windows else f"bin/{program}")
    finished = subprocess.run([path, *arguments], cwd=REPOSITORY, check=False)
    if finished.returncode:
        sys.exit(finished.returncode)


def install() -> None:
    """Make the environment, as README says."""
    venv.create(ENVIRONMENT, with_pip=True)
    run("python", "-m", "pip", "install", "-q", "-e", ".[local,dev]")


def pure() -> None:
    """Run the tests that need Python alone."""
    run("python", "-m", "pytest", "-m", "pure")


def com() -> None:
    """Start xlwings' COM server as Excel does, and call a worksheet function through it."""
    run("python", "scripts/com_server.py")


def demo() -> None:
    """Run the main job with real models, and check its workbook."""
    run("bonsai", "demo", "--out", "bonsai-demo")
    run("python", "-m", "tests.check_demo", "bonsai-demo/bonsai_demo.xlsx")


STEPS = {step.__name__: step for step in (install, pure, com, demo)}


def main(names: list[str]) -> None:
    """Run the steps of these names, in their order."""
    if not names or set(names) - set(STEPS):
        sys.exit(f"Say which steps are to be run: {', '.join(STEPS)}.")
    os.environ["CI"] = "true"  # what is missing is an error here; at home its tests are skipped
    for name in names:
        STEPS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
