"""Sends requests to a worker and gathers what comes back, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from worker.contract import (
    Answer,
    AnswerRequest,
    AnswerResult,
    Event,
    IndexRequest,
    IndexResult,
    Problem,
    QuestionRanking,
    RankRequest,
    RankResult,
    RowFailed,
    RowReady,
    RunStamp,
    ScoreResult,
    SourceReport,
    Started,
)
from worker.errors import BonsaiError
from worker.queueing.in_process import InProcessRunner
from worker.settings import Settings


@dataclass
class Gathered:
    """Everything a run has given so far. `error` is what ended it before its time."""

    run: RunStamp | None = None
    result: IndexResult | RankResult | AnswerResult | None = None
    sources: list[SourceReport] = field(default_factory=list)
    rankings: list[QuestionRanking] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    error: BonsaiError | None = None

    def take(self, event: Event) -> None:
        """File one event."""
        if isinstance(event, Started):
            self.run = event.run
        elif isinstance(event, RowFailed):
            self.problems.append(event.problem)
        elif isinstance(event, RowReady):
            self._take_row(event.row)

    def _take_row(self, row: SourceReport | QuestionRanking | Answer) -> None:
        if isinstance(row, SourceReport):
            self.sources.append(row)
        elif isinstance(row, QuestionRanking):
            self.rankings.append(row)
        else:
            self.answers.append(row)


class JobsClient:
    """Runs jobs for a workbook. One client keeps the models warm between its jobs."""

    def __init__(self, settings: Settings) -> None:
        self._runner = InProcessRunner(settings)

    def run(
        self,
        request: IndexRequest | RankRequest | AnswerRequest,
        *,
        on_event: Callable[[Event], None],
        cancelled: Callable[[], bool],
    ) -> Gathered:
        """Run a job and return all it gave; an error that ended it is kept in `error`."""
        gathered = Gathered()

        def take(event: Event) -> None:
            gathered.take(event)
            on_event(event)

        try:
            result = self._runner.run(
                request,
                on_event=take,
                on_blob=gathered.blobs.__setitem__,
                cancelled=cancelled,
            )
            if not isinstance(result, ScoreResult):
                gathered.result, gathered.run = result, result.run
        except BonsaiError as error:
            gathered.error = error
        return gathered
