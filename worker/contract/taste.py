"""The taste job on the wire: points of view learn from the passages that a person keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from worker.contract.base import CollectionRequest, JobKind, Result, Row, RunRequest, RunResult
from worker.contract.comparison import Comparison
from worker.contract.inputs import PointOfView
from worker.contract.stamp import RunStamp
from worker.contract.wire import Count, Wire, require, require_numbers


class Label(Wire):
    """What a person says of one passage, as it was found for one question."""

    qid: str
    chunk_id: str
    source: str
    liked: bool


class TasteRequest(CollectionRequest, RunRequest):
    """Learn where points of view move to from the passages that were liked."""

    job: Literal["taste"] = "taste"
    name: str
    strength: float = Field(default=1.0, ge=0.0, le=1.0)  # 0: the base alone; 1: all that is learnt
    povs: tuple[PointOfView, ...]
    labels: tuple[Label, ...]

    @property
    def model(self) -> str:
        """The name by which the taste is loaded."""
        return f"taste:{self.name}"

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        counts = {"Points of view": len(self.povs), "Keep marks": len(self.labels)}
        named = {label: str(count) for label, count in counts.items()}
        return super().told() | {"Taste": self.name} | named

    def check_row(self, row: Row) -> None:
        """See that a measured line is of the taste.

        :raises ProtocolError: if not, saying what is wrong.
        """
        if not isinstance(row, Comparison):
            return super().check_row(row)
        require(row.model == self.model, f"'{row.model[:80]}' was not asked for")
        require_numbers(row.model_dump())

    def check_result(self, result: Result) -> None:
        """See that the result is of the taste, and counts no more labels than there were.

        :raises ProtocolError: if not.
        """
        if isinstance(result, TasteResult):
            require(result.model == self.model, f"'{result.model[:80]}' was not asked for")
            known = {pov.pov_id for pov in self.povs}
            require({share.pov_id for share in result.learnt} <= known, "it names a point of view")
            counted = sum(share.passages for share in result.learnt)
            require(counted <= len(self.labels), "it has learnt from more than was marked")


class LearntPov(Wire):
    """One point of view, and how many liked passages of how many documents moved it."""

    pov_id: str
    passages: Count
    documents: Count


class TasteResult(RunResult):
    """Outcome of a taste job: the taste `model` is kept, and measured in `comparisons`.

    `liked` and `disliked` are passages that count; `labels_left_out` do not, and the remarks say
    why.
    """

    model: str
    comparisons: tuple[Comparison, ...]
    learnt: tuple[LearntPov, ...]
    liked: Count
    disliked: Count
    labels_left_out: Count = 0

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> TasteResult:
        """Return what a run that ended before its time has given: nothing was kept."""
        return cls(run=run, model="", comparisons=(), learnt=(), liked=0, disliked=0)


TASTE = JobKind("taste", TasteRequest, TasteResult, (Comparison,))
KINDS = (TASTE,)
