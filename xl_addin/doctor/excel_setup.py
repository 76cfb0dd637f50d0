"""Excel, and what stands between it and Python: a library and COM on Windows, a script on macOS."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from xl_addin.doctor.finding import Finding, fault, good
from xl_addin.doctor.patient import Patient

_CLICK_TO_RUN = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
_BITS = {"x86": 32, "x64": 64}
_FRESH = "Run: bonsai setup"


def look_at_excel(patient: Patient) -> Iterator[Finding]:
    """Look for an Excel for the desktop."""
    machine = patient.machine
    if not machine.has_excel:
        yield good("excel", "There is no Excel on this kind of system; commands need none")
    elif machine.system == "win32" and not machine.values(r"HKCR\Excel.Application\CurVer"):
        yield fault(
            "excel_missing",
            "Excel for the desktop is not registered on this Windows.",
            "It is not installed, or its installation is damaged; Excel in a browser runs no "
            "macros.",
            "Install or repair Microsoft Office (Settings, Apps, Microsoft 365, Modify).",
        )
    elif machine.system == "darwin" and not _container(machine.user).is_dir():
        yield fault(
            "excel_missing",
            "Excel was never started by this user.",
            f"Its folder {_container(machine.user)} is not there.",
            "Start Excel once, then run: bonsai setup",
        )
    else:
        bits = _excel_bits(patient)
        yield good("excel", f"Excel for the desktop{f', with {bits} bits' if bits else ''}")


def look_at_bridge(patient: Patient) -> Iterator[Finding]:
    """Look at what carries a click from Excel to Python."""
    machine = patient.machine
    if not machine.has_excel:
        return
    try:
        version = machine.installed("xlwings").version
    except PackageNotFoundError:
        return  # among the packages that are missing
    if machine.system == "darwin":
        yield _script(machine.user, version)
        return
    yield _library(patient, version)
    try:
        machine.installed("pywin32")
        yield good("com", "The COM server of xlwings can start: pywin32 is there")
    except PackageNotFoundError:
        yield fault(
            "com_missing",
            "Excel cannot speak with Python: the package pywin32 is not installed.",
            "xlwings answers Excel as a COM server, and needs it for that.",
            machine.pip("pywin32"),
        )


def _library(patient: Patient, version: str) -> Finding:
    """Say whether the library is where the macros look: beside Python, or one folder above."""
    python = patient.machine.python
    bits = _excel_bits(patient)
    names = [f"xlwings{width}-{version}.dll" for width in ([bits] if bits else _BITS.values())]
    folders = (python.parent, python.parent.parent)
    gone = [name for name in names if not any((folder / name).is_file() for folder in folders)]
    if not gone:
        return good("library", f"The library of xlwings {version} is there")
    return fault(
        "library_missing",
        f"The library {gone[0]} is not there, by which Excel reaches Python.",
        f"It was looked for in {folders[0]} and {folders[1]}. A virus scanner may have taken it "
        "away, or the installed xlwings is another one than the workbook was made for.",
        patient.machine.pip(f"--force-reinstall --no-deps xlwings=={version}"),
    )


def script_place(user: Path, version: str) -> Path:
    """Return where Excel for Mac looks for the script of a version of xlwings."""
    folder = user / "Library/Application Scripts/com.microsoft.Excel"
    return folder / f"xlwings-{version}.applescript"


def _script(user: Path, version: str) -> Finding:
    place = script_place(user, version)
    if place.is_file():
        return good("script", f"The script {place.name} is there, by which Excel starts Python")
    return fault(
        "script_missing",
        f"The script {place.name} is not there, by which Excel for Mac starts Python.",
        f"It was looked for in {place.parent}; each version of xlwings has its own.",
        f"{_FRESH}, or: xlwings runpython install",
    )


def _excel_bits(patient: Patient) -> int | None:
    platform = patient.machine.values(_CLICK_TO_RUN).get("Platform")
    return _BITS.get(str(platform))


def _container(user: Path) -> Path:
    return user / "Library/Containers/com.microsoft.Excel"
