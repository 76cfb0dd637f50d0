"""The desk: what ribbon buttons and the timer do with the workbook that is open on it.

A button reads the workbook, submits a job and returns; the timer asks how far the jobs of this
workbook are and writes what has ended. Nothing is remembered in between but the Jobs table, so
the workbook may be closed and opened again, and results land once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from worker.contract import Problem
from worker.errors import BonsaiError, InputError, WorkbookLockedError
from worker.queueing.job import Job
from worker.queueing.local.local_jobs import EndedJob, LocalJobs
from worker.settings import Settings
from worker.visible_text import visible
from xl_addin.desk.at_once import AT_ONCE
from xl_addin.desk.question import CHOICES, Choice, is_asked, question
from xl_addin.jobs import BY_ACTION, BY_KIND
from xl_addin.jobs.base import Asked, ExcelJob, In, Inputs, Landing
from xl_addin.jobs.books import book_options
from xl_addin.jobs.earlier_runs import EarlierRuns
from xl_addin.jobs.estimate import TRIAL, Estimate, estimate, learnt
from xl_addin.jobs.kept_runs import not_landed
from xl_addin.jobs.landing import check_landing, land, lost_note
from xl_addin.jobs.open_book import OpenBook
from xl_addin.jobs.run import Run
from xl_addin.jobs.scope import NOTHING
from xl_addin.jobs.snapshots import keep_open
from xl_addin.language.language import Language
from xl_addin.sheets.book_language import book_language
from xl_addin.sheets.job_sheet import ASKS, JobSheet, clock, ended_cells, progress_cells


@dataclass(frozen=True)
class Desk:
    """One open workbook, the jobs of this machine, and the status bar."""

    book: OpenBook
    jobs: LocalJobs
    settings: Settings
    show_status: Callable[[str], None]

    @cached_property
    def language(self) -> Language:
        """The language in which the workbook is spoken to."""
        return book_language(self.book)

    def press(self, action: str) -> None:
        """Do what a button says. What goes wrong is shown in the Jobs table and status bar.

        A run may bring a question first: it stands at the top of the Jobs table.

        :raises WorkbookError: if the Jobs table cannot be read or written.
        """
        self._do(action, partial(self._obey, action))

    def choose(self, action: str, number: int) -> None:
        """Do what a person has chosen when a button brought a question; 0: nothing.

        :raises WorkbookError: if the Jobs table cannot be read or written.
        """
        choice = CHOICES.get(number)
        if choice is None:
            self._do(action, lambda _sheet: self._tell("BONSAI: nothing was begun"))
        else:
            self._do(action, partial(self._begin_chosen, action, choice))

    def _do(self, action: str, work: Callable[[JobSheet], None]) -> None:
        sheet = JobSheet(self.book, self._say)
        sheet.forget_questions()
        try:
            work(sheet)
        except BonsaiError as error:
            self._show_error(action, error, sheet)
        sheet.write()

    def tick(self) -> None:
        """Bring the Jobs table up to date and let finished results land.

        :raises WorkbookError: if the Jobs table cannot be read or written; nothing landed then.
        """
        sheet = JobSheet(self.book, self._say)
        try:
            for run_id in sheet.unfinished:
                self._look_after(run_id, sheet)
                sheet.write()  # at once: what has landed must not land again
        except WorkbookLockedError:
            self._tell("BONSAI: results are waiting until Excel is free")

    def _obey(self, action: str, sheet: JobSheet) -> None:
        if action == "stop":
            self._stop(sheet)
        elif action in AT_ONCE:
            self._do_at_once(action, sheet)
        else:
            self._begin(action, sheet)

    def _begin(self, action: str, sheet: JobSheet) -> None:
        """Submit what a button says, unless there is something to ask before."""
        job = _job_of(action)
        asked = self._asked(job, sheet)
        stale = job.narrow(asked, self.book, "stale") if job.narrow else None
        expected, of_stale = self._estimate(job, asked), self._estimate(job, stale)
        if expected and is_asked(expected, of_stale):
            now = clock(time.time())
            cells = {"What": action, "State": ASKS, "Submitted": now}
            sheet.put(f"asked {now}", {**cells, "Message": question(action, expected, of_stale)})
        else:
            self._submit(action, asked, sheet)

    def _begin_chosen(self, action: str, choice: Choice, sheet: JobSheet) -> None:
        job = _job_of(action)
        asked = self._asked(job, sheet)
        if choice == "trial" and job.first:
            asked = replace(asked, request=job.first(asked.request, TRIAL))
        elif (choice == "stale" or choice == "selected") and job.narrow:
            part = job.narrow(asked, self.book, choice)
            if part is None:
                self._tell(f"BONSAI: {NOTHING[choice]}")
                return
            asked = part
        self._submit(action, asked, sheet)

    def _asked(self, job: ExcelJob[In], sheet: JobSheet) -> Asked[In]:
        check_landing(job, self.book)
        if any(sheet.what(run_id) == job.kind.name for run_id in sheet.unfinished):
            raise InputError(
                f"{job.action.capitalize()} is running already.",
                "A second run would do the same work again.",
                "Wait for it, or press Stop first.",
            )
        return job.ask(self._inputs())

    def _estimate(self, job: ExcelJob[In], asked: Asked[In] | None) -> Estimate | None:
        if job.plan is None or asked is None:
            return None
        means = EarlierRuns(self.settings.earlier_runs).means()
        return estimate(job.plan(asked.request), means, self.settings)

    def _submit(self, action: str, asked: Asked[In], sheet: JobSheet) -> None:
        request = asked.request
        remark = self.jobs.submit(request, book=self._own_name(), place=asked.place)
        left_out = asked.left_out
        rows = f"{len(left_out)} rows left out: {left_out[0]}" if left_out else ""
        message = "\n".join(filter(None, [rows, remark]))
        cells = {"What": request.job, "State": "queued", "Message": message}
        sheet.put(request.run_id, {**cells, "Submitted": clock(time.time())})
        self._tell(f"BONSAI: {action.replace('_', ' ')} has begun")

    def _do_at_once(self, action: str, sheet: JobSheet) -> None:
        if sheet.unfinished:
            raise InputError(
                f"{action.replace('_', ' ').capitalize()} does not work now.",
                "A job is running, whose results will land in the workbook.",
                "Wait for it, or press Stop first.",
            )
        message, now = AT_ONCE[action](self.book, self.settings.home), clock(time.time())
        cells = {"What": action, "State": "done", "Message": visible(message)}
        sheet.put(f"{action} {now}", {**cells, "Submitted": now, "Finished": now})
        self._tell(f"BONSAI: {message}")

    def _inputs(self) -> Inputs:
        book, options = self.book, book_options(self.book, self.book.path)
        return Inputs(options, self.settings, book, book, book.path, book.selection)

    def _stop(self, sheet: JobSheet) -> None:
        for run_id in sheet.unfinished:
            self.jobs.stop(run_id)
        self._tell("BONSAI: stopping; finished rows are kept")

    def _look_after(self, run_id: str, sheet: JobSheet) -> None:
        job = self.jobs.job(run_id)
        if job is None:
            message = "This machine knows nothing of the job: it was submitted elsewhere."
            sheet.put(run_id, {"State": "lost", "Message": message})
            return
        try:
            ended = self.jobs.ended(run_id)
        except InputError as error:
            sheet.put(run_id, ended_cells(job, "failed", str(error)))
            return
        if ended is None:
            self.jobs.look_after(job)
            progress = self.jobs.progress(run_id)
            sheet.put_progress(run_id, progress_cells(job, progress))
            if progress:
                self._tell(f"BONSAI: {progress.stage} {progress.done} of {progress.of}")
            return
        sheet.put(run_id, {"Message": "The results are being written."})
        sheet.write()  # where this table takes no news, results would land at each tick
        message = self._land(job, ended)
        sheet.put(run_id, ended_cells(job, job.state, message))
        self._tell(f"BONSAI: {ended.request.job} {job.state}. {message}".strip())

    def _land(self, job: Job, ended: EndedJob) -> str:
        """Write what a job gave, and return the message for its row."""
        run = Run.of_ended_job(ended, (job.finished or job.submitted) - job.submitted)
        kind = BY_KIND[ended.request.job]
        if kind.plan:
            EarlierRuns(self.settings.earlier_runs).remember(learnt(kind.plan(ended.request), run))
        problems = [*([ended.problem] if ended.problem else []), *run.problems]
        try:
            if run.all_rows and BY_KIND[ended.request.job].sheets:
                keep_open(self.settings.home, self.book, job.run_id, run.notes)
            landing = Landing(self.book, ended.request, run, job.place, self.book.write_beside)
            land(kind, landing)
        except WorkbookLockedError:
            raise
        except Exception as error:  # whatever it was: the results stay where they are
            problems.append(Problem.from_error(not_landed(job.run_id, error)))
        return "\n".join([*map(str, problems), *run.remarks, *map(lost_note, run.lost)])

    def _show_error(self, action: str, error: BonsaiError, sheet: JobSheet) -> None:
        now = clock(time.time())
        what = BY_ACTION[action].kind.name if action in BY_ACTION else action
        cells = {"What": what, "State": "failed", "Message": str(error)}
        sheet.put(f"not started {now}", {**cells, "Submitted": now, "Finished": now})
        self._tell(f"BONSAI: {error}")

    def _say(self, text: str) -> str:
        return self.language.say(text)

    def _tell(self, text: str) -> None:
        self.show_status(self._say(text))

    def _own_name(self) -> str:
        return str(self.book.path)


def _job_of(action: str) -> ExcelJob[Any]:
    if action not in BY_ACTION:
        raise InputError(
            f"There is no action '{action}'.",
            "The workbook's buttons and the installed BONSAI differ in version.",
            "Start from a fresh workbook, or install the version that fits.",
        )
    return BY_ACTION[action]
