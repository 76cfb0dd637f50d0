"""Desks to examine: Windows and macOS as files and answers, with everything in its place.

Stand-ins are the registry, which is a mapping here, and the packages, which are real folders of
metadata. All else is what the doctor sees on any machine: files, processes, servers.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

from tests.worker.queueing.worlds import quick_settings
from worker import __version__
from worker.settings import IN_PROCESS, Settings
from xl_addin.doctor.examination import examine
from xl_addin.doctor.finding import Finding
from xl_addin.doctor.machine import Machine
from xl_addin.jobs.books import new_book

XLWINGS = "0.37.8"
_REQUIRED = {"lxml": "lxml>=5.2", "xlwings": f"xlwings=={XLWINGS}"}

EXCEL = r"HKCR\Excel.Application\CurVer"
BITS = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
SECURITY = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security"


@dataclass
class Desk:
    """A machine whose parts a test may break, its settings, and a workbook."""

    folder: Path
    machine: Machine
    settings: Settings
    registry: dict[str, dict[str, object]]
    book: Path | None = None
    seconds: float = 60.0  # this machine may be busy
    site: Path = field(init=False)

    def __post_init__(self) -> None:
        self.site = self.folder / "site"

    @property
    def config(self) -> Path:
        if self.machine.system == "darwin":
            return self.machine.user / "Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
        return self.machine.user / ".xlwings" / "xlwings.conf"

    def name_interpreter(self, python: Path | str) -> None:
        """Write which Python Excel starts."""
        key = "INTERPRETER_MAC" if self.machine.system == "darwin" else "INTERPRETER_WIN"
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(f'"{key}","{python}"\n', encoding=self.machine.code_page)

    def change_machine(self, **parts: object) -> None:
        self.machine = replace(self.machine, **parts)

    def change_settings(self, **parts: object) -> None:
        self.settings = replace(self.settings, **parts)

    def install(self, name: str, version: str, *requires: str, files: int = 2) -> None:
        """Put a package with some files of code into the site folder, as pip records it."""
        info = self.site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
        info.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: local\n"
            + needs
        )
        code = [f"{name}/part{number}.py" for number in range(files)]
        info.joinpath("RECORD").write_text("".join(f"{line},,\n" for line in code))
        for line in code:
            place = self.site / line
            place.parent.mkdir(exist_ok=True)
            place.touch()

    def remove(self, name: str) -> None:
        for info in self.site.glob(f"{name.replace('-', '_')}-*.dist-info"):
            for file in info.iterdir():
                file.unlink()
            info.rmdir()

    def findings(self) -> list[Finding]:
        """Return what the doctor finds."""
        found = examine(self.settings, self.book, self.machine, seconds=self.seconds)
        return [placed.finding for placed in found]

    def problems(self) -> list[Finding]:
        """Return what is not as it should be."""
        return [finding for finding in self.findings() if finding.mark != "good"]


def windows_desk(folder: Path) -> Desk:
    """A Windows with Excel, Python and BONSAI in a path with blanks and Japanese letters."""
    python = folder / "my 環境" / "Scripts" / "python.exe"
    return _desk(folder, "win32", python)


def mac_desk(folder: Path) -> Desk:
    """A Mac with Excel, Python and BONSAI."""
    desk = _desk(folder, "darwin", folder / "bonsai-xl" / "bin" / "python")
    scripts = desk.machine.user / "Library/Application Scripts/com.microsoft.Excel"
    scripts.mkdir(parents=True)
    (scripts / f"xlwings-{XLWINGS}.applescript").touch()
    return desk


def _desk(folder: Path, system: str, python: Path) -> Desk:
    user = folder / "user"
    python.parent.mkdir(parents=True)
    python.touch()
    for bits in (32, 64):
        (python.parent.parent / f"xlwings{bits}-{XLWINGS}.dll").touch()
    registry: dict[str, dict[str, object]] = {
        EXCEL: {"": "Excel.Application.16"},
        BITS: {"Platform": "x64"},
        SECURITY: {"VBAWarnings": 2},
    }
    site = folder / "site"

    def values(key: str) -> Mapping[str, object]:
        return registry.get(key, {})

    def keys(key: str) -> list[str]:
        below = [each.removeprefix(f"{key}\\") for each in registry if each.startswith(f"{key}\\")]
        return sorted({each.partition("\\")[0] for each in below})

    def installed(name: str) -> Distribution:
        found = [*Distribution.discover(name=name, path=[str(site)])]
        if not found:
            raise PackageNotFoundError(name)
        return found[0]

    machine = Machine(
        system=system,
        bits=64,
        python=python,
        user=user,
        environment={"USERPROFILE": str(user)},
        code_page="utf-8" if system == "darwin" else "cp932",
        values=values,
        keys=keys,
        installed=installed,
    )
    desk = Desk(folder, machine, quick_settings(folder / "home", IN_PROCESS), registry)
    desk.name_interpreter(python)
    desk.install("bonsai-xl", __version__, *_REQUIRED.values(), 'chromadb>=1.5; extra == "local"')
    for name, version in {"lxml": "6.0.2", "xlwings": XLWINGS, "pywin32": "311"}.items():
        desk.install(name, version)
    desk.book = user / "Documents" / "my 本.xlsm"
    new_book(desk.book)
    return desk


def stand_in_python(place: Path, answer: str) -> Path:
    """Write a program in the place of a Python: it prints a line, or whatever a shell does."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{answer}\n")
    place.chmod(0o700)
    return place


def this_python() -> Path:
    return Path(sys.executable)


def codes(findings: list[Finding]) -> list[str]:
    """Return the codes of findings, but for that of an index which only some tests make."""
    return [finding.code for finding in findings if finding.code != "index_missing"]


def problems(desk: Desk) -> list[Finding]:
    return [each for each in desk.problems() if each.code != "index_missing"]


def only(desk: Desk) -> Finding:
    """Return the one thing that is not right, beside that index."""
    found = problems(desk)
    assert len(found) == 1, found
    assert all((found[0].what, found[0].why, found[0].next_step))
    return found[0]
