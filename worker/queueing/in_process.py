"""The runner that needs no server and no second process: jobs run right here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from worker.contract import Event, Request, Result
from worker.pov_statistics import keep_statistics
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.runtime import Runtime


class InProcessRunner:
    """Keeps its models warm from one job to the next. Heavy imports wait for the first job.

    :param for_others: whether jobs come from other machines: this one's own servers must be named
        in its settings too before a job may use them.
    """

    def __init__(self, settings: Settings, *, for_others: bool = False) -> None:
        self._settings = settings
        self._for_others = for_others
        self._runtime: Runtime | None = None

    def run(
        self,
        request: Request,
        *,
        on_event: Callable[[Event], None],
        on_blob: Callable[[str, bytes], None],
        cancelled: Callable[[], bool],
        earlier: Sequence[Event] = (),
    ) -> Result:
        """Run a job to its end.

        :param earlier: what earlier tries of the same job have stored: it goes on from there.
        :raises BonsaiError: whatever goes wrong; rows finished before came as events.
        """
        from worker.jobs import run_job
        from worker.models.servers import refuse_unknown_servers
        from worker.pipeline.job_context import JobContext
        from worker.runtime import Runtime

        refuse_unknown_servers(request, self._settings, here=not self._for_others)
        self._runtime = self._runtime or Runtime(self._settings)
        context = JobContext(self._runtime, on_event, cancelled, on_blob, earlier)
        result = run_job(request, context)
        keep_statistics(self._settings, request, result)
        return result
