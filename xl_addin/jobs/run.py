"""What a run gives, gathered row by row, whichever way it comes."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.contract import (
    Answer,
    Event,
    Problem,
    QuestionRanking,
    Row,
    RowFailed,
    RowReady,
    RunResult,
    RunStamp,
    SourceReport,
    Started,
)
from worker.errors import BonsaiError


@dataclass
class Gathered:
    """Everything a run has given so far. `error` is what ended it before its time."""

    run: RunStamp | None = None
    result: RunResult | None = None
    reports: dict[str, SourceReport] = field(default_factory=dict)  # by file: the newest counts
    rankings: list[QuestionRanking] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    error: BonsaiError | None = None

    @property
    def sources(self) -> list[SourceReport]:
        """What became of each file."""
        return list(self.reports.values())

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the user should know of a whole run."""
        return self.result.remarks if self.result else ()

    def take(self, event: Event) -> None:
        """File one event."""
        if isinstance(event, Started):
            self._start(event.run)
        elif isinstance(event, RowFailed):
            self.problems.append(event.problem)
        elif isinstance(event, RowReady):
            self._take_row(event.row)

    def _start(self, run: RunStamp) -> None:
        """Begin; drop what was given before if it does not hold any more."""
        if self.run and not run.continues(self.run):
            for rows in (self.reports, self.rankings, self.answers, self.problems):
                rows.clear()
        self.run = run

    def _take_row(self, row: Row) -> None:
        if isinstance(row, SourceReport):
            self.reports[row.file] = row
        elif isinstance(row, QuestionRanking):
            self.rankings.append(row)
        elif isinstance(row, Answer):
            self.answers.append(row)
