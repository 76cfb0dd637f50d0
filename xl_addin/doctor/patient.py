"""What is examined: a machine, its settings, and a workbook if one is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from worker.settings import Settings
from xl_addin.doctor.finding import Finding, Group
from xl_addin.doctor.machine import Machine


@dataclass(frozen=True)
class Patient:
    """What probes look at."""

    machine: Machine
    settings: Settings
    book: Path | None = None


@dataclass(frozen=True)
class Probe:
    """One look at a patient; `subject` is what it looks at, for when it takes too long."""

    group: Group
    subject: str
    look: Callable[[Patient], Iterable[Finding]]
