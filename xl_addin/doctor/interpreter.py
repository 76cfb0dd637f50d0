"""Which Python Excel starts: what xlwings.conf says, and what that Python says of itself."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker import __version__
from xl_addin.doctor.child_answer import answer_of
from xl_addin.doctor.finding import Finding, fault, good, warning
from xl_addin.doctor.machine import Machine
from xl_addin.doctor.patient import Patient

_NAME = "xlwings.conf"
_SECONDS = 6.0  # an environment on a slow disk takes two to import all that a button needs
_OLDEST = (3, 11)
#: Under which name each system looks for it.
ENTRY = {"win32": "INTERPRETER_WIN", "darwin": "INTERPRETER_MAC"}
_SET_UP = "Run: bonsai setup"

#: Asked of that Python, however old it is: nothing in it is newer than Python 2.7.
_QUESTION = """
import json, struct, sys
told = {"python": list(sys.version_info[:2]), "bits": struct.calcsize("P") * 8}
try:
    import worker, xl_addin.ribbon
    told["bonsai"] = worker.__version__
except BaseException:
    told["reason"] = "%s: %s" % (sys.exc_info()[0].__name__, sys.exc_info()[1])
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Entry:
    """A line of xlwings.conf that names a Python, and the file that it stands in.

    `python` is what Excel reads there; `meant` is what stands there if the file is in UTF-8.
    """

    python: str
    meant: str
    file: Path


def user_config(machine: Machine) -> Path:
    """Return the file in which xlwings looks for a user's settings."""
    if machine.system == "darwin":
        return machine.user / "Library/Containers/com.microsoft.Excel/Data" / _NAME
    return Path(machine.environment.get("USERPROFILE") or machine.user) / ".xlwings" / _NAME


def interpreter(patient: Patient) -> Entry | None:
    """Return which Python Excel starts, if that is said anywhere.

    A file beside the workbook stands over the user's own, as xlwings has it.
    """
    machine = patient.machine
    beside = [patient.book.absolute().parent / _NAME] if patient.book else []
    found = (entry_in(file, machine) for file in (*beside, user_config(machine)))
    return next(filter(None, found), None)


def entry_in(file: Path, machine: Machine) -> Entry | None:
    """Return which Python a settings file of xlwings names, if it names one."""
    read, meant = (
        _entries(file, encoding).get(ENTRY.get(machine.system, ""), "")
        for encoding in (machine.code_page, "utf-8")
    )
    return Entry(os.path.expandvars(read), os.path.expandvars(meant), file) if read else None


def look_at_interpreter(patient: Patient) -> Iterator[Finding]:
    """Look at the Python that Excel starts: named, there, and with this BONSAI in it."""
    machine, entry = patient.machine, interpreter(patient)
    if not machine.has_excel:
        return
    if entry is None:
        yield fault(
            "interpreter_unset",
            "Excel does not know which Python to start.",
            f"{user_config(machine)} is missing, or has no line {ENTRY[machine.system]}.",
            _SET_UP,
        )
        return
    problem = path_problem(machine, entry)
    yield problem or _asked(machine, entry)


def path_problem(machine: Machine, entry: Entry) -> Finding | None:
    """Return what is wrong with the path alone, if anything."""
    path = Path(entry.python)
    if entry.meant != entry.python and not path.is_file() and Path(entry.meant).is_file():
        return fault(
            "interpreter_letters",
            f"The path of Python, {entry.meant}, has letters that do not reach Excel.",
            f"Excel reads {entry.file} in the code page {machine.code_page}, as {path}.",
            r"Make the environment in a folder with plain letters, such as C:\bonsai-xl.",
        )
    if machine.system == "darwin" and (" " in entry.python or not path.is_absolute()):
        return fault(
            "interpreter_blank",
            f"The path of Python, {path}, is no full path, or has a blank in it.",
            "Excel for Mac starts Python by a line of a shell, which is cut at blanks.",
            "Make the environment in a folder without blanks, then run: bonsai setup",
        )
    if not path.is_file():
        return fault(
            "interpreter_gone",
            f"The Python that Excel starts is not there: {path}",
            f"{entry.file} names it; it was moved, or removed since.",
            _SET_UP,
        )
    return None


def _asked(machine: Machine, entry: Entry) -> Finding:
    """Return what the Python says of itself; one that is ours needs not be asked."""
    path = Path(entry.python)
    if path.parent == machine.python.parent:
        return good("interpreter", f"Excel starts this Python: {path}")
    try:
        answer = answer_of([path, "-B", "-c", _QUESTION], _SECONDS, folder=path.parent)
        told: dict[str, Any] = json.loads((answer or "").strip().splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        return fault(
            "interpreter_silent",
            f"The Python that Excel starts does not answer: {path}",
            f"It does not start, or hangs; {entry.file} names it. ({type(error).__name__})",
            _SET_UP,
        )
    return _judged(machine, path, told)


def _judged(machine: Machine, path: Path, told: dict[str, Any]) -> Finding:
    version, other = tuple(told["python"]), f"Excel starts another Python than this one: {path}"
    if version < _OLDEST:
        return fault(
            "interpreter_old",
            f"Excel starts Python {version[0]}.{version[1]}: {path}",
            f"BONSAI needs {_OLDEST[0]}.{_OLDEST[1]} or newer.",
            f"Run: bonsai setup, which names {machine.python}",
        )
    if told["bits"] != 64:
        return fault(
            "interpreter_bits",
            f"Excel starts a Python with {told['bits']} bits: {path}",
            "The packages that BONSAI needs are made for 64 bits alone.",
            f"Run: bonsai setup, which names {machine.python}",
        )
    if "bonsai" not in told:
        return fault(
            "interpreter_empty",
            other,
            f"BONSAI cannot be imported there: {told.get('reason')}",
            f"Run: bonsai setup, which names {machine.python}",
        )
    if told["bonsai"] != __version__:
        return fault(
            "interpreter_version",
            other,
            f"It has BONSAI {told['bonsai']}, this one {__version__}.",
            f"Run: bonsai setup, which names {machine.python}",
        )
    return warning(
        "interpreter_other",
        other,
        "Both have this version of BONSAI, but each its own packages.",
        "If that is not meant, run: bonsai setup",
    )


def _entries(file: Path, encoding: str) -> dict[str, str]:
    """Return the lines of a settings file of xlwings: a name and a value, both in quotes.

    Of several lines for one name the first counts, as xlwings has it.
    """
    try:
        lines = file.read_text(encoding=encoding, errors="replace").splitlines()
    except (OSError, LookupError):
        return {}
    rows = [row for row in csv.reader(lines) if len(row) > 1]
    return {row[0].strip().upper(): row[1].strip() for row in reversed(rows)}
