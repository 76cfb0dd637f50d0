"""Findings: what the doctor saw, why that is, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from worker.errors import BonsaiError

Mark = Literal["good", "warning", "fault"]
Group = Literal["Python", "Excel", "Workbook", "Jobs", "Models", "Indexes", "This machine"]

SIGNS: Mapping[Mark, str] = {"good": "✓", "warning": "!", "fault": "✗"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. What is good needs neither a reason nor a step.

    `code` names it for programs and stays the same; `private` are names in its words that a report
    to others leaves out.
    """

    code: str
    mark: Mark
    what: str
    why: str = ""
    next_step: str = ""
    private: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A finding, and the group in which it is shown."""

    group: Group
    finding: Finding


def good(code: str, what: str, *private: str) -> Finding:
    """Return the finding that something is as it should be."""
    return Finding(code, "good", what, private=private)


def warning(code: str, what: str, why: str, next_step: str, *private: str) -> Finding:
    """Return the finding that something works, but not in each case."""
    return Finding(code, "warning", what, why, next_step, private)


def fault(code: str, what: str, why: str, next_step: str, *private: str) -> Finding:
    """Return the finding that something does not work."""
    return Finding(code, "fault", what, why, next_step, private)


def of_error(error: BonsaiError, code: str = "", *private: str) -> Finding:
    """Return the fault that an error tells of."""
    return fault(code or error.code, error.what, error.why, error.next_step, *private)


def count(placed: Iterable[Placed]) -> str:
    """Return how many findings are of each mark, in words."""
    marks = [one.finding.mark for one in placed]
    words = {"good": "in order", "warning": "to be looked at", "fault": "wrong"}
    return ", ".join(f"{marks.count(mark)} {words[mark]}" for mark in SIGNS)
