"""A session of a command: asks for jobs, waits for them, and lets their results land."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from time import perf_counter

from worker.contract import Event, Problem, Request
from worker.errors import BonsaiError
from worker.queueing.runners import runner_for
from worker.settings import Settings
from xl_addin.jobs.base import Asked, ExcelJob, In, Inputs, Landing
from xl_addin.jobs.books import Books, save_results
from xl_addin.jobs.earlier_runs import EarlierRuns
from xl_addin.jobs.estimate import learnt
from xl_addin.jobs.kept_runs import kept_if_not_landed
from xl_addin.jobs.landing import check_landing, land
from xl_addin.jobs.run import Run
from xl_addin.jobs.snapshots import keeping
from xl_addin.sheets.options import named_as_given
from xl_addin.sheets.pov import POV


class Session:
    """Runs jobs where the settings say, for a person who watches. Models stay warm in between.

    :param on_event: takes events as they come; `cancelled` says whether the person wants to stop.
    :raises SettingError: if the broker's address cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        on_event: Callable[[Event], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self.settings = settings
        self._runner = runner_for(settings)
        self._on_event = on_event
        self._cancelled = cancelled

    def run(
        self, request: Request, left_out: Sequence[Problem] = (), given: Collection[str] = ()
    ) -> Run:
        """Run a job and return all it gave; an error that ended it is kept in `error`.

        :param given: names of settings that came from the command line, for messages.
        """
        run, started = Run(left_out), perf_counter()

        def take_event(event: Event) -> None:
            run.take_event(event)
            self._on_event(event)

        try:
            result = self._runner.run(
                request,
                on_event=take_event,
                on_blob=run.blobs.__setitem__,
                cancelled=self._cancelled,
            )
            run.end(result)
        except BonsaiError as error:
            run.error = named_as_given(error, given)
        run.seconds = perf_counter() - started
        return run

    def do(self, job: ExcelJob[In], asked: Asked[In], inputs: Inputs, books: Books) -> Run:
        """Wait for a job that was asked for with inputs, and let its results land and be saved.

        :raises TableMissingError: if the workbook could not take its results.
        :raises NotLandedError: if its results could not be written; they are kept.
        """
        check_landing(job, books.results)
        run = self.run(asked.request, asked.left_out, inputs.options.given)
        if job.plan:
            EarlierRuns(self.settings.earlier_runs).remember(learnt(job.plan(asked.request), run))
        with kept_if_not_landed(self.settings, asked.request, run, inputs.path):
            landing = Landing(
                books.results, asked.request, run, elsewhere=_elsewhere(inputs, books)
            )
            land(job, landing)
            if run.all_rows and books.out:
                save_results(books, keeping(self.settings.home, books.results, run.notes))
        return run


def _elsewhere(inputs: Inputs, books: Books) -> set[str]:
    """Name what a run did not take from the workbook that gets its results."""
    named = set(inputs.options.given)
    if books.results is books.questions and books.povs is not books.results:
        named.add(POV.name)
    return named
