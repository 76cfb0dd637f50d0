"""A run as it comes in: its stamp, rows, problems and pictures, whichever way they come."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from worker.contract import (
    Event,
    Problem,
    Request,
    Result,
    Row,
    RowFailed,
    RowReady,
    RunResult,
    RunStamp,
    Started,
)
from worker.errors import BonsaiError
from worker.queueing.local.local_jobs import EndedJob
from xl_addin.workbook.port import Row as SheetRow

AnyRow = TypeVar("AnyRow", bound=Row)
AnyResult = TypeVar("AnyResult", bound=Result)


@dataclass
class Run:
    """Everything a run has given so far.

    `left_out` are problems of rows that were not asked for at all, `error` is what ended the run
    before its time. Of its landing, `lost` are the user's cells whose passage or answer is gone,
    and `notes` what else the user should know.
    """

    left_out: Sequence[Problem] = ()
    stamp: RunStamp | None = None
    result: Result | None = None
    problems: list[Problem] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    error: BonsaiError | None = None
    seconds: float = 0.0
    lost: Sequence[SheetRow] = ()
    notes: list[str] = field(default_factory=list)
    _rows: dict[tuple[Hashable, ...], Row] = field(default_factory=dict)

    @classmethod
    def of_ended_job(cls, job: EndedJob, seconds: float) -> Run:
        """Return the run of a job that was followed by nobody."""
        run = cls(blobs=job.blobs, seconds=seconds)
        for event in job.events:
            run.take_event(event)
        if job.result:
            run.end(job.result)
        return run

    def as_ended_job(self, request: Request) -> EndedJob:
        """Return the same as a job that has ended, so that it can be kept."""
        rows = [RowReady(row=row) for row in self.all_rows]
        failed = [RowFailed(problem=problem) for problem in (*self.left_out, *self.problems)]
        started = [Started(run=self.stamp)] if self.stamp else []
        problem = Problem.from_error(self.error) if self.error else None
        return EndedJob(request, [*started, *rows, *failed], self.blobs, problem, self.result)

    def take_event(self, event: Event) -> None:
        """File one event."""
        if isinstance(event, Started):
            self._start(event.run)
        elif isinstance(event, RowFailed):
            self.problems.append(event.problem)
        elif isinstance(event, RowReady):
            self._rows[(event.row.kind, *event.row.key)] = event.row

    def end(self, result: Result) -> None:
        """File the result of a run that came to its end.

        A server that was killed may have forgotten its last rows: the result has them, too.
        """
        self.result = result
        whole = {(row.kind, *row.key): row for row in result.rows()}
        self._rows = {**whole, **self._rows} if whole.keys() - self._rows.keys() else self._rows
        if isinstance(result, RunResult):
            self.stamp = result.run

    def _start(self, stamp: RunStamp) -> None:
        """Begin; drop what was given before if it does not hold any more."""
        if self.stamp and not stamp.continues(self.stamp):
            self._rows.clear()
            self.problems.clear()
        self.stamp = stamp

    @property
    def is_whole(self) -> bool:
        """Whether the run came to its end."""
        return self.result is not None

    @property
    def all_rows(self) -> list[Row]:
        """Rows of every kind, in the order in which they first came."""
        return list(self._rows.values())

    def rows(self, kind: type[AnyRow]) -> list[AnyRow]:
        """Return the rows of one kind; of rows with the same key the newest counts."""
        return [row for row in self._rows.values() if isinstance(row, kind)]

    def result_as(self, kind: type[AnyResult]) -> AnyResult | None:
        """Return the result, if there is one of this kind."""
        return self.result if isinstance(self.result, kind) else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the user should know of a whole run, and of its landing."""
        result = self.result_as(RunResult)
        return (*(result.remarks if result else ()), *self.notes)
