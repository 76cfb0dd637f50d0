"""Whether Excel for Windows runs the macros of a workbook: its settings, and where the file is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PureWindowsPath

from xl_addin.doctor.finding import Finding, fault, good
from xl_addin.doctor.machine import Machine
from xl_addin.doctor.patient import Patient

_POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security"
_OWN = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security"
_BLOCKING = {3: "only macros with a signature run", 4: "no macros run, and nobody is asked"}
_INTERNET = 3  # the zone that is written on what came from there
_TRUST = "File, Options, Trust Center, Trust Center Settings"


def look_at_macros(patient: Patient) -> Iterator[Finding]:
    """Look whether macros are blocked on this machine."""
    machine = patient.machine
    if machine.system != "win32":
        return
    by_policy = machine.values(_POLICY).get("VBAWarnings")
    level = by_policy or machine.values(_OWN).get("VBAWarnings")
    if level not in _BLOCKING:
        yield good("macros", "Excel runs macros that a person allows")
        return
    yield fault(
        "macros_blocked",
        "Excel does not run the macros of a workbook.",
        f"It is set so that {_BLOCKING[level]}."
        + (" Whoever manages this machine has set it." if by_policy else ""),
        "Ask them to allow macros in a trusted location."
        if by_policy
        else f"{_TRUST}, Macro Settings: choose 'Disable macros with notification'.",
    )


def look_at_mark(patient: Patient) -> Iterator[Finding]:
    """Look whether a workbook is marked as come from the internet."""
    machine, book = patient.machine, patient.book
    if machine.system != "win32" or book is None or not book.is_file():
        return
    try:
        mark = book.with_name(f"{book.name}:Zone.Identifier").read_text(errors="replace")
    except OSError:
        mark = ""
    if f"ZoneId={_INTERNET}" not in mark.replace(" ", ""):
        yield good("mark", "The workbook bears no mark of the web")
    elif _is_trusted(machine, str(book.absolute())):
        yield good("mark", "The workbook bears the mark of the web, and is in a trusted location")
    else:
        yield fault(
            "mark_of_the_web",
            f"Excel blocks the macros of {book}, in red and without a button.",
            "The file bears the mark of the web, as downloads and attachments do, and its folder "
            "is no trusted location.",
            "Close it; right click on the file, Properties, Unblock. Or make one here, which has "
            "no mark: bonsai new my.xlsm",
            book.name,
        )


def _is_trusted(machine: Machine, place: str) -> bool:
    for root in (_OWN, _POLICY):
        for name in machine.keys(rf"{root}\Trusted Locations"):
            values = machine.values(rf"{root}\Trusted Locations\{name}")
            folder = str(values.get("Path") or "")
            if folder and _is_in(place, folder, below=bool(values.get("AllowSubfolders"))):
                return True
    return False


def _is_in(place: str, folder: str, *, below: bool) -> bool:
    """Say whether a file is in a folder; paths of Windows do not tell capitals."""
    path, trusted = PureWindowsPath(place), PureWindowsPath(folder)
    return path.parent == trusted or (below and trusted in path.parents)
