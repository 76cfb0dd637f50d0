"""Which module may know which: checked on the code, and in a fresh process."""

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

HEAVY = ("chromadb", "openvino", "onnxruntime", "torch", "transformers", "xllamacpp", "matplotlib")


def loaded_by(statement: str) -> set[str]:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    return {name.partition(".")[0] for name in finished.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize("module", ["worker.contract", "worker.errors", "worker.settings"])
def test_what_both_sides_share_is_light(module: str):
    assert not loaded_by(f"import {module}") & {*HEAVY, "numpy", "pandas", "openpyxl", "lxml"}


def test_worksheet_functions_start_without_models_stores_and_workbook_files():
    """xlwings brings matplotlib and pandas along; the rest of the start is ours."""
    ours = loaded_by("import xl_addin.functions") - loaded_by("import xlwings")
    assert "worker" in ours
    assert not ours & {*HEAVY, "openpyxl", "lxml", "rq", "redis", "typer", "rich"}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_list_of_commands_needs_none_of_them(option: str):
    program = f"""
import sys
from xl_addin.cli import main
sys.argv = ["bonsai", "{option}"]
try:
    main()
except SystemExit as ended:
    assert not ended.code
"""
    loaded = loaded_by(program)
    assert "typer" in loaded
    assert not loaded & {*HEAVY, "numpy", "pandas", "openpyxl", "lxml", "pydantic"}


@pytest.mark.parametrize("module", ["xl_addin.cli", "xl_addin.jobs.session", "worker.jobs"])
def test_heavy_packages_wait_until_they_are_needed(module: str):
    assert not loaded_by(f"import {module}") & set(HEAVY)


def test_the_import_contracts_hold():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as m; m()"]
    finished = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert finished.returncode == 0, finished.stdout
