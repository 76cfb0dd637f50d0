"""One request, one result and one row of each kind that travels, a file for each job."""

from __future__ import annotations

from importlib import import_module

from worker.contract import Request, Result, Row
from worker.contract.kinds import JOBS

_MODULES = [import_module(f"{__name__}.{job}") for job in JOBS]

#: (request, result) by the name of the kind.
SAMPLES: dict[str, tuple[Request, Result]] = {
    name: sample for module in _MODULES for name, sample in module.SAMPLES.items()
}
ROWS: list[Row] = [row for module in _MODULES for row in module.ROWS]
