"""The steps of a set-up: which Python Excel starts, the script of macOS, a first workbook."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from worker.errors import SettingError, WorkbookError
from worker.file_faults import advice_for, reason_of
from worker.small_files import replace_output
from xl_addin.doctor.excel_setup import script_place
from xl_addin.doctor.interpreter import entry_in, user_config
from xl_addin.doctor.machine import Machine
from xl_addin.jobs.books import new_book, set_settings
from xl_addin.setup.config_line import config_line, without_line
from xl_addin.setup.record import Record
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.settings.index import DOCUMENTS
from xl_addin.shipped_files import templates_folder
from xl_addin.workbook.file.file_book import FileBook


def connect_excel(machine: Machine, record: Record) -> Iterator[str]:
    """Let Excel of this user start this Python; yield in words what was done.

    :raises SettingError: if Excel's side cannot start it, or the files cannot be written.
    """
    if not machine.has_excel:
        yield "There is no Excel on this kind of system: nothing is written for it."
        return
    try:
        yield from _name_python(machine, record)
        if machine.system == "darwin":
            yield _put_script(machine, record)
    except OSError as error:
        raise SettingError(
            "What Excel reads cannot be written.",
            f"{error.filename or user_config(machine)}: {reason_of(error)}",
            advice_for(error, "Start Excel once, close it, and run it again.")
            if machine.system == "win32"
            else "Start Excel once, let Terminal reach the data of other apps (System Settings, "
            "Privacy & Security), and run it again.",
        ) from error


def make_workbook(machine: Machine, documents: Path, record: Record) -> tuple[Path, bool]:
    """Make a workbook in a folder, set to the sample; return it, and whether it is new.

    A workbook of BONSAI's that is there stays as it is, and so does any other file.

    :raises WorkbookError: if it cannot be written.
    """
    suffix = ".xlsm" if machine.has_excel else ".xlsx"
    names = (f"bonsai{f' {number}' if number > 1 else ''}{suffix}" for number in count(1))
    path = next(path for path in map(documents.joinpath, names) if _is_for_us(path))
    if path.exists():
        return path, False
    try:
        record.make_folder(documents)
    except OSError as error:
        raise WorkbookError(
            f"The folder {documents} cannot be made.",
            reason_of(error),
            "Make it, or make a workbook elsewhere with: bonsai new",
        ) from error
    new_book(path)
    book = FileBook.open(path)
    set_settings(book, {DOCUMENTS.name: str(templates_folder() / "sample_documents")})
    book.save()
    record.note_file(path)
    return path, True


def disconnect_excel(record: Record) -> None:
    """Take our lines out of configuration files; one that is empty then goes.

    :raises OSError: if one cannot be written.
    """
    for name, line in record.lines.items():
        config = Path(name)
        if not config.is_file():
            continue
        if rest := without_line(config.read_bytes(), bytes.fromhex(line)):
            replace_output(config, rest)
        else:
            config.unlink()


def _name_python(machine: Machine, record: Record) -> Iterator[str]:
    config, line = user_config(machine), config_line(machine)
    before = entry_in(config, machine)
    if before and before.python == str(machine.python):
        yield f"Excel starts this Python already: {config} says so."
        return
    content = config.read_bytes() if config.is_file() else b""
    older = bytes.fromhex(record.lines.get(str(config), ""))
    record.make_folder(config.parent)
    replace_output(config, line + without_line(content, older))
    record.lines[str(config)] = line.hex()
    yield f"Excel starts this Python from now on: {machine.python}   (in {config})"
    if before and not older:
        yield (
            f"Other workbooks that use xlwings start it, too. They had {before.python}, which "
            "stays in that file below our line, and counts again after: bonsai setup --undo"
        )


def _put_script(machine: Machine, record: Record) -> str:
    package = machine.installed("xlwings")
    place = script_place(machine.user, package.version)
    if place.is_file() and str(place) not in record.files:
        return f"The script by which Excel starts Python is there already: {place}"
    script = Path(str(package.locate_file(f"xlwings/{place.name}")))
    record.write_file(place, script.read_bytes())
    return f"Excel starts Python by the script {place}"


def _is_for_us(path: Path) -> bool:
    """Say whether a path is free, or has a workbook of BONSAI's."""
    if not path.exists():
        return True
    try:
        return FileBook.open(path).has_table(RANKED)
    except WorkbookError:
        return False
