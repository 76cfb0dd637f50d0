"""Faults of a set-up, put in one at a time: each has a finding of its own, and a way out."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.xl_addin.doctor.desks import (
    EXCEL,
    SECURITY,
    XLWINGS,
    Desk,
    problems,
    stand_in_python,
    windows_desk,
)
from worker import __version__
from xl_addin.jobs.books import set_settings
from xl_addin.workbook.file.file_book import FileBook


def old_python(desk: Desk) -> None:
    told = json.dumps({"python": [3, 8], "bits": 64, "reason": "SyntaxError: invalid syntax"})
    desk.name_interpreter(stand_in_python(desk.folder / "old" / "python", f"echo '{told}'"))


def narrow_python(desk: Desk) -> None:
    desk.change_machine(bits=32)


def narrow_interpreter(desk: Desk) -> None:
    told = json.dumps({"python": [3, 12], "bits": 32, "bonsai": __version__})
    desk.name_interpreter(stand_in_python(desk.folder / "32" / "python", f"echo '{told}'"))


def python_of_the_store(desk: Desk) -> None:
    before, now = desk.machine.python.parent.parent, desk.folder / "WindowsApps"
    before.rename(now)
    desk.change_machine(python=now / "Scripts" / "python.exe")
    desk.name_interpreter(desk.machine.python)


def two_pythons(desk: Desk) -> None:
    told = json.dumps({"python": [3, 12], "bits": 64, "bonsai": "0.0.9"})
    desk.name_interpreter(stand_in_python(desk.folder / "other" / "python", f"echo '{told}'"))


def python_without_bonsai(desk: Desk) -> None:
    told = {
        "python": [3, 12],
        "bits": 64,
        "reason": "ModuleNotFoundError: No module named 'worker'",
    }
    place = desk.folder / "empty" / "python"
    desk.name_interpreter(stand_in_python(place, f"echo {json.dumps(json.dumps(told))}"))


def python_that_hangs(desk: Desk) -> None:
    desk.name_interpreter(stand_in_python(desk.folder / "slow" / "python", "sleep 600"))


def no_interpreter(desk: Desk) -> None:
    desk.config.unlink()


def interpreter_gone(desk: Desk) -> None:
    desk.name_interpreter(desk.folder / "moved away" / "python.exe")


def letters_out_of_code_page(desk: Desk) -> None:
    line = f'"INTERPRETER_WIN","{desk.machine.python}"'
    desk.config.write_text(line, encoding="utf-8")
    desk.change_machine(code_page="cp1252")


def excel_missing(desk: Desk) -> None:
    del desk.registry[EXCEL]


def library_taken_away(desk: Desk) -> None:
    (desk.machine.python.parent.parent / f"xlwings64-{XLWINGS}.dll").unlink()


def no_com(desk: Desk) -> None:
    desk.remove("pywin32")


def package_missing(desk: Desk) -> None:
    desk.remove("lxml")


def package_of_another_version(desk: Desk) -> None:
    desk.remove("lxml")
    desk.install("lxml", "4.9")


def half_removed_install(desk: Desk) -> None:
    (desk.site / "lxml" / "part1.py").unlink()


def macros_forbidden(desk: Desk) -> None:
    desk.registry[SECURITY]["VBAWarnings"] = 4


def mark_of_the_web(desk: Desk) -> None:
    mark = desk.book.with_name(f"{desk.book.name}:Zone.Identifier")
    mark.write_text("[ZoneTransfer]\nZoneId=3\n")


def workbook_in_onedrive(desk: Desk) -> None:
    desk.change_machine(environment={**desk.machine.environment, "OneDrive": str(desk.book.parent)})


def workbook_of_another_version(desk: Desk) -> None:
    opened = load_workbook(desk.book, keep_vba=True)
    del opened["Jobs"]
    opened.save(desk.book)


def workbook_without_macros(desk: Desk) -> None:
    opened = load_workbook(desk.book)
    opened.save(desk.book)


def broken_setting_of_the_workbook(desk: Desk) -> None:
    opened = FileBook.open(desk.book)
    set_settings(opened, {"Chunk size": "much"})
    opened.save()


def no_broker(desk: Desk) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    desk.change_settings(broker=f"redis://127.0.0.1:{port}")


def broker_address_wrong(desk: Desk) -> None:
    desk.change_settings(broker="localhost:6379")


def weights_missing(desk: Desk) -> None:
    desk.change_settings(llm="gguf:/nowhere/model.gguf")


def kind_without_package(desk: Desk) -> None:
    desk.change_settings(embedder="cohere:embed-english-v3.0", cohere_key="")


def model_unknown(desk: Desk) -> None:
    desk.change_settings(llm="wish:everything")


def home_unwritable(desk: Desk) -> None:
    desk.change_settings(home=Path("/proc/bonsai"))


def store_is_no_database(desk: Desk) -> None:
    store = desk.folder / "store"
    store.mkdir()
    (store / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    desk.change_settings(store=str(store))


def no_chat_server(desk: Desk) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    desk.change_settings(llm=f"openai:http://127.0.0.1:{port}/v1#m")


#: What is done to a desk, the code of the finding, and words of what to do.
FAULTS: tuple[tuple[Callable[[Desk], None], str, str], ...] = (
    (old_python, "interpreter_old", "bonsai setup"),
    (narrow_python, "python_bits", "64-bit Python"),
    (narrow_interpreter, "interpreter_bits", "bonsai setup"),
    (python_of_the_store, "python_of_store", "python.org"),
    (two_pythons, "interpreter_version", "bonsai setup"),
    (python_without_bonsai, "interpreter_empty", "bonsai setup"),
    (python_that_hangs, "interpreter_silent", "bonsai setup"),
    (no_interpreter, "interpreter_unset", "bonsai setup"),
    (interpreter_gone, "interpreter_gone", "bonsai setup"),
    (letters_out_of_code_page, "interpreter_letters", r"C:\bonsai-xl"),
    (excel_missing, "excel_missing", "repair Microsoft Office"),
    (library_taken_away, "library_missing", "--force-reinstall"),
    (no_com, "com_missing", "pip install pywin32"),
    (package_missing, "package_missing", 'pip install "lxml>=5.2"'),
    (package_of_another_version, "package_version", 'pip install "lxml>=5.2"'),
    (half_removed_install, "package_damaged", "virus scanner"),
    (macros_forbidden, "macros_blocked", "Disable macros with notification"),
    (mark_of_the_web, "mark_of_the_web", "Unblock"),
    (workbook_in_onedrive, "cloud", "Always keep on this device"),
    (workbook_of_another_version, "workbook_older", "bonsai new"),
    (workbook_without_macros, "workbook_no_macros", "bonsai new"),
    (broken_setting_of_the_workbook, "setting", "Chunk size"),
    (no_broker, "broker", "bonsai up"),
    (broker_address_wrong, "setting", "BONSAI_BROKER"),
    (weights_missing, "weights_missing", "BONSAI_LLM"),
    (kind_without_package, "model_unusable", "CO_API_KEY"),
    (model_unknown, "setting", "bonsai models"),
    (home_unwritable, "home_unwritable", "BONSAI_HOME"),
    (store_is_no_database, "store", "Index again"),
    (no_chat_server, "llm_server_away", "Start it"),
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return windows_desk(tmp_path)


def test_a_desk_with_everything_in_its_place_has_no_finding(desk: Desk):
    assert [each.code for each in desk.problems()] == ["index_missing"], "nothing was indexed yet"
    assert {"interpreter", "library", "com", "macros", "mark", "workbook", "place"} <= {
        each.code for each in desk.findings()
    }


@pytest.mark.parametrize(
    ("put_in", "code", "fix"), FAULTS, ids=[each[0].__name__ for each in FAULTS]
)
def test_each_fault_has_its_own_finding_and_fix(
    desk: Desk, put_in: Callable[[Desk], None], code: str, fix: str
):
    put_in(desk)
    new = problems(desk)
    assert [each.code for each in new] == [code], new
    assert all((new[0].what, new[0].why, new[0].next_step))
    assert fix in f"{new[0].what} {new[0].next_step}"
