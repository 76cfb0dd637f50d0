"""What a ribbon button and the timer do with the workbook that is open on a desk.

A button reads the workbook, submits a job and returns; the timer asks how far the jobs of this
workbook are and writes what has ended. Nothing is remembered in between but the Jobs table, so
the workbook may be closed and opened again, and results land once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from worker.contract import Problem, Request, RunRequest, RunResult, ScoreRequest, ScoreResult
from worker.errors import BonsaiError, InputError, WorkbookLockedError
from worker.queueing.job import Job
from worker.queueing.local.local_jobs import Finished, LocalJobs
from worker.settings import Settings
from xl_addin.jobs.books import book_options, documents_folder
from xl_addin.jobs.landing import land, lost_note
from xl_addin.jobs.requests import answer_request, index_request, rank_request, score_request
from xl_addin.jobs.run import Gathered
from xl_addin.sheets.job_sheet import JobSheet, clock, ended_cells, progress_cells
from xl_addin.workbook.port import CellValue, Row, WorkbookPort

_JOB_NAMES = {"score_selection": "score"}


class OpenBook(WorkbookPort, Protocol):
    """A workbook that is open in Excel."""

    @property
    def path(self) -> Path:
        """Its file; the name alone if it was never saved."""
        ...

    def selection(self) -> tuple[str, Sequence[Sequence[CellValue]]]:
        """Return where the selected cells are, and their values row by row."""
        ...

    def write_beside(self, place: str, values: Sequence[Sequence[CellValue]]) -> None:
        """Write values into the cells right of a place, which must be empty.

        :raises WorkbookError: naming the first cell that is not.
        """
        ...


@dataclass(frozen=True)
class Desk:
    """One open workbook, the jobs of this machine, and the status bar."""

    book: OpenBook
    jobs: LocalJobs
    settings: Settings
    show_status: Callable[[str], None]

    def press(self, action: str) -> None:
        """Do what a button says. What goes wrong is shown in the Jobs table and status bar."""
        sheet = JobSheet(self.book)
        try:
            if action == "stop":
                self._stop(sheet)
            else:
                self._submit(action, sheet)
        except BonsaiError as error:
            self._show_error(action, error, sheet)
        sheet.write()

    def tick(self) -> None:
        """Bring the Jobs table up to date and let finished results land."""
        sheet = JobSheet(self.book)
        try:
            for run_id in sheet.unfinished:
                self._look_after(run_id, sheet)
                sheet.write()  # at once: what has landed must not land again
        except WorkbookLockedError:
            self.show_status("BONSAI: results are waiting until Excel is free")

    def _submit(self, action: str, sheet: JobSheet) -> None:
        request, place, problems = self._request(action)
        if any(sheet.what(run_id) == request.job for run_id in sheet.unfinished):
            raise InputError(
                f"{action.capitalize()} is running already.",
                "A second run would do the same work again.",
                "Wait for it, or press Stop first.",
            )
        self.jobs.submit(request, book=self._own_name(), place=place)
        message = f"{len(problems)} rows left out: {problems[0]}" if problems else ""
        cells = {"What": request.job, "State": "queued", "Message": message}
        sheet.put(request.run_id, {**cells, "Submitted": clock(time.time())})
        self.show_status(f"BONSAI: {action.replace('_', ' ')} has begun")

    def _request(self, action: str) -> tuple[Request, str, tuple[Problem, ...]]:
        options = book_options(self.book, self.book.path, {})
        if action == "index":
            folder = documents_folder(options, self.book.path)
            return index_request(options, self.settings, folder), "", ()
        if action == "rank":
            request, problems = rank_request(options, self.settings, self.book, self.book)
            return request, "", problems
        if action == "answer":
            answer, problems = answer_request(options, self.settings, self.book, self.book)
            return answer, "", problems
        if action == "score_selection":
            place, cells = self.book.selection()
            return score_request(options, self.settings, cells, self.book), place, ()
        raise InputError(
            f"There is no action '{action}'.",
            "The workbook's buttons and the installed BONSAI differ in version.",
            "Start from a fresh workbook, or install the version that fits.",
        )

    def _stop(self, sheet: JobSheet) -> None:
        for run_id in sheet.unfinished:
            self.jobs.stop(run_id)
        self.show_status("BONSAI: stopping; finished rows are kept")

    def _look_after(self, run_id: str, sheet: JobSheet) -> None:
        job = self.jobs.job(run_id)
        if job is None:
            message = "This machine knows nothing of the job: it was submitted elsewhere."
            sheet.put(run_id, {"State": "lost", "Message": message})
            return
        try:
            finished = self.jobs.finished(run_id)
        except InputError as error:
            sheet.put(run_id, ended_cells(job, "failed", str(error)))
            return
        if finished is None:
            self.jobs.look_after(job)
            progress = self.jobs.progress(run_id)
            sheet.put(run_id, progress_cells(job, progress))
            if progress:
                self.show_status(f"BONSAI: {progress.stage} {progress.done} of {progress.of}")
            return
        message = self._land(job, finished)
        sheet.put(run_id, ended_cells(job, job.state, message))
        self.show_status(f"BONSAI: {finished.request.job} {job.state}. {message}".strip())

    def _land(self, job: Job, finished: Finished) -> str:
        """Write what a job gave, and return the message for its row."""
        problems = [finished.problem] if finished.problem else []
        lost: Sequence[Row] = ()
        remarks: tuple[str, ...] = ()
        try:
            if isinstance(finished.request, ScoreRequest):
                self._land_scores(job, finished)
            elif isinstance(finished.request, RunRequest):
                gathered = Gathered(blobs=finished.blobs)
                for event in finished.events:
                    gathered.take(event)
                if isinstance(finished.result, RunResult):
                    gathered.result, gathered.run = finished.result, finished.result.run
                seconds = (job.finished or job.submitted) - job.submitted
                lost = land(self.book, finished.request, gathered, seconds)
                problems += gathered.problems
                remarks = gathered.remarks
        except WorkbookLockedError:
            raise
        except BonsaiError as error:
            problems.append(Problem.from_error(error))
        return "\n".join([*map(str, problems), *remarks, *map(lost_note, lost)])

    def _land_scores(self, job: Job, finished: Finished) -> None:
        if isinstance(finished.result, ScoreResult):
            column = [[score] for score in finished.result.scores]
            self.book.write_beside(job.place, column)

    def _show_error(self, action: str, error: BonsaiError, sheet: JobSheet) -> None:
        now = clock(time.time())
        cells = {"What": _JOB_NAMES.get(action, action), "State": "failed", "Message": str(error)}
        sheet.put(f"not started {now}", {**cells, "Submitted": now, "Finished": now})
        self.show_status(f"BONSAI: {error}")

    def _own_name(self) -> str:
        return str(self.book.path)
