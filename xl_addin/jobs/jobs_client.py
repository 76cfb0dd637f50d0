"""Runs a job for a command that waits for it."""

from __future__ import annotations

from collections.abc import Callable

from worker.contract import Event, RunRequest, RunResult
from worker.errors import BonsaiError
from worker.queueing.runners import runner_for
from worker.settings import Settings
from xl_addin.jobs.run import Gathered


class JobsClient:
    """Runs jobs where the settings say. One client keeps the models warm between its jobs.

    :raises SettingError: if the broker's address cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._runner = runner_for(settings)

    def run(
        self,
        request: RunRequest,
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
            if isinstance(result, RunResult):
                gathered.result, gathered.run = result, result.run
        except BonsaiError as error:
            gathered.error = error
        return gathered
