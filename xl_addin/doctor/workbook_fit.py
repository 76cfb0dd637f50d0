"""A workbook: whether it fits this version, and whether its place is a good one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xl_addin.doctor.finding import Finding, fault, good, warning
from xl_addin.doctor.machine import Machine
from xl_addin.doctor.patient import Patient
from xl_addin.jobs import TABLES
from xl_addin.shipped_files import template_path
from xl_addin.workbook.file.disk import read_bytes
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.package import Package

_RIBBON, _MACROS = "customUI/customUI14.xml", "xl/vbaProject.bin"
_CLOUDS = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_NEW = "Make a fresh one: bonsai new my.xlsm; and take your questions and points of view over."


def look_at_workbook(patient: Patient) -> Iterator[Finding]:
    """Look whether a workbook has the sheets, the buttons and the macros of this version."""
    book = patient.book
    if book is None:
        return
    problems = [*_missing_tables(book), *_other_macros(book)]
    yield from problems or [good("workbook", f"{book.name} fits this version", book.name)]


def look_at_place(patient: Patient) -> Iterator[Finding]:
    """Look where a workbook lies: on this disk, in a cloud, on a server."""
    book = patient.book
    if book is None:
        return
    shown = str(book)
    if _is_in_cloud(patient.machine, book) or shown.startswith("https:"):
        yield warning(
            "cloud",
            f"The workbook lies in OneDrive or SharePoint: {book}",
            "While it is synchronised, results may have to wait, and a second copy may appear.",
            "Keep it in a folder that is not synchronised, or right click on it: 'Always keep on "
            "this device'.",
            book.name,
        )
    elif shown.startswith(("\\\\", "//")):
        yield warning(
            "network_share",
            f"The workbook lies on a server: {book}",
            "Excel blocks macros from there unless the place is a trusted location, and others "
            "may have it open.",
            "Keep it on this machine while you work with it.",
            book.name,
        )
    else:
        yield good("place", "The workbook lies on this machine")


def _missing_tables(book: Path) -> Iterator[Finding]:
    opened = FileBook.open(book)
    gone = [table for table in TABLES if not opened.has_table(table)]
    if len(gone) == len(TABLES):
        yield warning(
            "workbook_plain",
            f"{book.name} is no workbook of BONSAI's, or its tables have lost their names.",
            "Commands read it as it is, and write a second one beside it; buttons need the tables.",
            _NEW,
            book.name,
        )
    elif gone:
        yield warning(
            "workbook_older",
            f"{book.name} lacks {', '.join(f'{each.sheet} ({each.name})' for each in gone)}.",
            "It was made by another version, or somebody has deleted these sheets.",
            _NEW,
            book.name,
        )


def _other_macros(book: Path) -> Iterator[Finding]:
    if book.suffix.lower() != ".xlsm":
        return
    ours, theirs = (
        Package.read(read_bytes(path), path.name) for path in (template_path(".xlsm"), book)
    )
    if _MACROS not in theirs:
        yield fault(
            "workbook_no_macros",
            f"{book.name} has no macros in it.",
            "Another program than Excel has saved it, or a mail filter has taken them out.",
            _NEW,
            book.name,
        )
    elif _RIBBON not in theirs or theirs.content(_RIBBON) != ours.content(_RIBBON):
        yield warning(
            "workbook_buttons",
            f"{book.name} has other buttons than this version.",
            "It was made by another version: some buttons may not work.",
            _NEW,
            book.name,
        )


def _is_in_cloud(machine: Machine, book: Path) -> bool:
    places = [machine.environment.get(name) for name in _CLOUDS]
    folders = [Path(place) for place in places if place]
    folders.append(machine.user / "Library/CloudStorage")
    return any(folder in book.absolute().parents for folder in folders)
