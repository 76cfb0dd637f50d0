"""One measured line: a figure of a model beside that of its base, and how sure the change is."""

from __future__ import annotations

from typing import Literal

from worker.contract.base import Row
from worker.contract.wire import Count

#: What an interval of a change says: above 0, across it, or below.
Verdict = Literal["better", "no real change", "worse"]


class Comparison(Row):
    """A figure by a model that was made here and by its base, on what neither has learnt from.

    Higher is better. `low` and `high` bound the change at 95 %; it was measured on so many
    (`counted`) of what `over` names, as in "questions".
    """

    identity = ("model", "metric")

    kind: Literal["comparison"] = "comparison"
    model: str  # as in taste:NAME
    metric: str
    base: float
    tuned: float
    low: float
    high: float
    counted: Count
    over: str
    verdict: Verdict

    @property
    def change(self) -> float:
        """By how much the model is above its base."""
        return self.tuned - self.base


def verdict_of(low: float, high: float) -> Verdict:
    """Return what the bounds of a change say of it."""
    if low > 0:
        return "better"
    return "worse" if high < 0 else "no real change"
