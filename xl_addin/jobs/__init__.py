"""Each kind of job as a person meets it, a file each, and the sheets that they fill."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from xl_addin.jobs.base import ExcelJob
from xl_addin.sheets.changes import CHANGES
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.job_sheet import JOBS
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.pov import POV
from xl_addin.sheets.run_inputs import INPUTS
from xl_addin.sheets.settings import SETTINGS
from xl_addin.workbook.columns import Table

#: The jobs, as ribbon and help show them: the module of this name holds the JOB.
_NAMES = (
    "index", "rank", "answer", "dataset", "taste", "tune", "regress", "score_selection",
)  # fmt: skip

EXCEL_JOBS: tuple[ExcelJob[Any], ...] = tuple(
    import_module(f"xl_addin.jobs.{name}").JOB for name in _NAMES
)
BY_ACTION = {job.action: job for job in EXCEL_JOBS}
BY_KIND = {job.kind.name: job for job in EXCEL_JOBS}

#: The sheets of a workbook, from left to right.
SHEETS = (
    LAST_RUN,
    FBQ,
    POV,
    SETTINGS,
    *(sheet for job in EXCEL_JOBS for sheet in job.sheets),
    INPUTS,
    CHANGES,
    JOBS,
)

TABLES = tuple(sheet for sheet in SHEETS if isinstance(sheet, Table))
