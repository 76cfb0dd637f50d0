"""Looks that are bounded: all at the same time, each in a thread, none waited for too long."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from worker.errors import BonsaiError
from xl_addin.doctor.finding import Finding, fault, of_error, warning
from xl_addin.doctor.patient import Patient, Probe

#: Until what was not told yet is a finding of its own.
SECONDS = 7.5

_Told = tuple[int, list[Finding]]


def looks(patient: Patient, probes: Sequence[Probe], seconds: float) -> list[list[Finding]]:
    """Return what each probe found, within so many seconds.

    One that hangs is left behind in a thread that ends with the process.
    """
    told: SimpleQueue[_Told] = SimpleQueue()
    for number, probe in enumerate(probes):
        threading.Thread(
            target=lambda number=number, probe=probe: told.put((number, _looked(patient, probe))),
            name=f"bonsai-doctor {probe.subject}",
            daemon=True,
        ).start()
    found: dict[int, list[Finding]] = {}
    ends = time.monotonic() + seconds
    while len(found) < len(probes):
        try:
            number, findings = told.get(timeout=max(0.0, ends - time.monotonic()))
        except Empty:
            break
        found[number] = findings
    return [found.get(number, [_hung(probe, seconds)]) for number, probe in enumerate(probes)]


def _looked(patient: Patient, probe: Probe) -> list[Finding]:
    findings: list[Finding] = []
    try:
        findings += probe.look(patient)
    except BonsaiError as error:
        findings.append(of_error(error))
    except Exception as error:  # whatever it was: the other looks go on
        findings.append(
            fault(
                "unforeseen",
                f"{probe.subject} could not be looked at.",
                f"{type(error).__name__}: {error}",
                "Please report it.",
            )
        )
    return findings


def _hung(probe: Probe, seconds: float) -> Finding:
    return warning(
        "no_answer",
        f"{probe.subject} did not answer within {seconds:.0f} seconds.",
        "It is very busy, or hangs: a network drive, a server or a virus scanner may be the cause.",
        "Run the doctor once more; if it is the same then, look at that first.",
    )
