"""Runners: what runs a job to its end, this process or the workers of a Redis server.

Neither is what a button of a workbook waits for: `worker.queueing.local` records its job and
hands it, in a process of its own, to one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from worker.contract import Event, Request, Result
from worker.queueing.in_process import InProcessRunner
from worker.settings import IN_PROCESS, Settings


class Runner(Protocol):
    """Runs a job to its end. Models stay warm from one job to the next, wherever they are."""

    def run(
        self,
        request: Request,
        *,
        on_event: Callable[[Event], None],
        on_blob: Callable[[str, bytes], None],
        cancelled: Callable[[], bool],
        earlier: Sequence[Event] = (),
    ) -> Result:
        """Run a job, going on from the events of an earlier try.

        :param on_event: takes events, and `on_blob` large results by name, as they come.
        :param cancelled: says whether the user has asked to stop.
        :raises BonsaiError: whatever goes wrong; rows finished before came as events.
        """
        ...


def runner_for(settings: Settings) -> Runner:
    """Return the runner that the settings ask for; nothing is loaded or connected yet.

    :raises SettingError: if the broker's address cannot be used.
    """
    if settings.broker == IN_PROCESS:
        return InProcessRunner(settings)
    from worker.queueing.broker.queue_runner import QueueRunner

    return QueueRunner(settings)
