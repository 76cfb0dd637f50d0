"""The whole examination: all probes, and the order in which their findings are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from worker.errors import BonsaiError
from worker.settings import Settings, load_settings
from xl_addin.doctor.bounded import SECONDS, looks
from xl_addin.doctor.excel_setup import look_at_bridge, look_at_excel
from xl_addin.doctor.finding import Placed, of_error
from xl_addin.doctor.index_state import look_at_indexes
from xl_addin.doctor.interpreter import look_at_interpreter
from xl_addin.doctor.job_setup import look_at_broker, look_at_local_jobs
from xl_addin.doctor.machine import Machine
from xl_addin.doctor.macro_security import look_at_macros, look_at_mark
from xl_addin.doctor.model_server import look_at_model_server
from xl_addin.doctor.model_setup import look_at_gpu, look_at_index_of_packages, look_at_models
from xl_addin.doctor.patient import Patient, Probe
from xl_addin.doctor.python_setup import look_at_packages, look_at_python
from xl_addin.doctor.storage import look_at_fonts, look_at_home, look_at_room
from xl_addin.doctor.workbook_fit import look_at_place, look_at_workbook

PROBES = (
    Probe("Python", "This Python", look_at_python),
    Probe("Python", "The packages", look_at_packages),
    Probe("Excel", "Excel", look_at_excel),
    Probe("Excel", "The Python that Excel starts", look_at_interpreter),
    Probe("Excel", "The way from Excel to Python", look_at_bridge),
    Probe("Excel", "The setting for macros", look_at_macros),
    Probe("Workbook", "The workbook", look_at_workbook),
    Probe("Workbook", "The place of the workbook", look_at_place),
    Probe("Workbook", "The mark of the web", look_at_mark),
    Probe("Jobs", "The Redis server", look_at_broker),
    Probe("Jobs", "The job file", look_at_local_jobs),
    Probe("Models", "The models", look_at_models),
    Probe("Models", "The package index", look_at_index_of_packages),
    Probe("Models", "The server of language models", look_at_model_server),
    Probe("Models", "The GPU", look_at_gpu),
    Probe("Indexes", "The store", look_at_indexes),
    Probe("This machine", "The home folder", look_at_home),
    Probe("This machine", "The disks", look_at_room),
    Probe("This machine", "The fonts", look_at_fonts),
)


def examine(
    settings: Settings,
    book: Path | None = None,
    machine: Machine | None = None,
    *,
    seconds: float = SECONDS,
    probes: Sequence[Probe] = PROBES,
) -> list[Placed]:
    """Return all findings, within so many seconds; what two probes found is told once.

    :param book: a workbook to look at, too.
    """
    patient = Patient(machine or Machine(), settings, book)
    found = looks(patient, probes, seconds)
    placed = {
        finding: Placed(probe.group, finding)
        for probe, findings in zip(probes, found, strict=True)
        for finding in findings
    }
    return [*placed.values()]


def examine_this_machine(book: Path | None = None, *, seconds: float = SECONDS) -> list[Placed]:
    """Return all findings; where the settings themselves cannot be read, that one alone."""
    try:
        settings = load_settings()
    except BonsaiError as error:
        return [Placed("This machine", of_error(error, "settings"))]
    return examine(settings, book, seconds=seconds)
