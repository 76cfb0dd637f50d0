"""What a set-up writes on Windows and macOS, and that it is taken back to the byte.

Both systems are stand-ins (see the desks of the doctor): files are real, in folders of the test.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.xl_addin.doctor.desks import XLWINGS, Desk, mac_desk, problems, windows_desk
from worker.errors import SettingError
from xl_addin.setup.record import Record, read_record, remove_files, remove_folders
from xl_addin.setup.steps import connect_excel, disconnect_excel, make_workbook

FOREIGN = b'"PYTHONPATH",""\r\n"INTERPRETER_WIN","C:\\other\\python.exe"\r\n"SHOW CONSOLE","False"'


@pytest.fixture
def windows(tmp_path: Path) -> Desk:
    desk = windows_desk(tmp_path)
    shutil.rmtree(desk.config.parent)
    desk.book = None
    shutil.rmtree(desk.machine.user / "Documents")
    return desk


@pytest.fixture
def mac(tmp_path: Path) -> Desk:
    desk = mac_desk(tmp_path)
    desk.config.unlink()
    shutil.rmtree(desk.machine.user / "Library/Application Scripts/com.microsoft.Excel")
    script = desk.site / f"xlwings/xlwings-{XLWINGS}.applescript"
    script.write_text("on VbaHandler\n")
    return desk


def connect(desk: Desk) -> tuple[Record, str]:
    """Connect Excel as the command does, and return the record as it is read back."""
    record = read_record(desk.settings.home)
    said = "\n".join(connect_excel(desk.machine, record))
    record.keep()
    return read_record(desk.settings.home), said


def take_back(record: Record) -> list[str]:
    disconnect_excel(record)
    stays = remove_files(record)
    remove_folders(record)
    return stays


def listing(folder: Path) -> dict[str, bytes]:
    """All that is below a folder, with what is in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def test_excel_of_windows_starts_this_python_afterwards_and_nothing_is_left(windows: Desk):
    before = listing(windows.folder)
    assert [finding.code for finding in problems(windows)] == ["interpreter_unset"]
    record, said = connect(windows)
    assert not problems(windows)
    assert str(windows.machine.python) in said
    take_back(record)
    assert listing(windows.folder) == before


def test_the_line_of_another_set_up_stays_and_counts_again_afterwards(windows: Desk):
    windows.config.parent.mkdir()
    windows.config.write_bytes(FOREIGN)
    record, said = connect(windows)
    assert not problems(windows)
    assert r"They had C:\other\python.exe" in said
    assert FOREIGN in windows.config.read_bytes()
    take_back(record)
    assert windows.config.read_bytes() == FOREIGN


def test_what_others_write_meanwhile_stays(windows: Desk):
    record, _ = connect(windows)
    windows.config.write_bytes(windows.config.read_bytes() + b'"ADD_WORKBOOK_TO_PYTHONPATH",""\r\n')
    take_back(record)
    assert windows.config.read_bytes() == b'"ADD_WORKBOOK_TO_PYTHONPATH",""\r\n'


def test_a_second_set_up_writes_nothing_and_one_of_another_python_replaces_our_line(windows: Desk):
    connect(windows)
    first = windows.config.read_bytes()
    _, said = connect(windows)
    assert "already" in said
    assert windows.config.read_bytes() == first
    other = windows.folder / "second" / "python.exe"
    other.parent.mkdir()
    other.touch()
    windows.machine = replace(windows.machine, python=other)
    record, _ = connect(windows)
    assert windows.config.read_bytes().count(b"INTERPRETER_WIN") == 1
    take_back(record)
    assert not windows.config.exists()


def test_a_path_that_the_code_page_lacks_is_refused_before_anything_is_written(windows: Desk):
    windows.machine = replace(windows.machine, code_page="cp1252")
    with pytest.raises(SettingError) as refused:
        connect(windows)
    assert "code page cp1252" in refused.value.why
    assert r"C:\bonsai-xl" in refused.value.next_step
    assert not windows.config.exists()


def test_excel_for_mac_gets_its_script_too_and_nothing_is_left(mac: Desk):
    before = listing(mac.folder)
    record, said = connect(mac)
    assert not problems(mac)
    assert f"xlwings-{XLWINGS}.applescript" in said
    take_back(record)
    assert listing(mac.folder) == before


def test_a_blank_in_the_path_is_refused_on_a_mac(mac: Desk):
    python = mac.folder / "my env" / "python"
    python.parent.mkdir()
    python.touch()
    mac.machine = replace(mac.machine, python=python)
    with pytest.raises(SettingError, match="blank"):
        connect(mac)


def test_the_workbook_is_the_users_as_soon_as_it_is_changed(windows: Desk):
    record = Record(windows.settings.home)
    book, is_new = make_workbook(windows.machine, windows.machine.user / "Documents", record)
    assert (book.name, is_new) == ("bonsai.xlsm", True)
    assert make_workbook(windows.machine, book.parent, record) == (book, False)
    book.write_bytes(book.read_bytes() + b" ")
    assert take_back(record) == [f"{book} stays: it was changed since"]
    assert book.is_file()


def test_a_file_of_another_kind_is_not_written_over(windows: Desk):
    documents = windows.machine.user / "Documents"
    documents.mkdir()
    (documents / "bonsai.xlsm").write_text("my notes on trees")
    record = Record(windows.settings.home)
    book, _ = make_workbook(windows.machine, documents, record)
    assert book.name == "bonsai 2.xlsm"
    assert not take_back(record)
    assert [path.name for path in documents.iterdir()] == ["bonsai.xlsm"]


def test_without_excel_nothing_is_written_for_it(windows: Desk):
    windows.machine = replace(windows.machine, system="linux")
    before = listing(windows.machine.user)
    _, said = connect(windows)
    assert "no Excel" in said
    assert listing(windows.machine.user) == before
