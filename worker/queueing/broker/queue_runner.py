"""Runs jobs on the workers of a Redis server, and follows them to their end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from worker.contract import (
    Event,
    IndexPart,
    Problem,
    Progress,
    Request,
    Result,
    TextReady,
    kind_of,
    parse_event,
    parse_result,
)
from worker.errors import BonsaiError, BrokerError, CancelledError, InputError, UnavailableError
from worker.pov_statistics import keep_statistics
from worker.queueing.broker.connection import connect, translated
from worker.queueing.broker.runs import News, Place, Runs, queue_name
from worker.queueing.job import RESULT_BLOB
from worker.settings import Settings

_WAITING = "Waiting"
_WAIT = 0.5  # seconds between two looks at the wish to stop
_STOP_PATIENCE = 10.0  # seconds that a worker has to obey
_SERVER_PATIENCE = 3600.0  # seconds without the server before a follower gives up
_RESULT_PATIENCE = 180  # seconds without the server while a result is on its way


class QueueRunner:
    """Runs jobs where the workers are; documents are read here.

    :raises SettingError: if the broker's address cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runs = Runs(connect(settings, patience=2))
        self._results = Runs(connect(settings, patience=_RESULT_PATIENCE))

    def run(
        self,
        request: Request,
        *,
        on_event: Callable[[Event], None],
        on_blob: Callable[[str, bytes], None],
        cancelled: Callable[[], bool],
        earlier: Sequence[Event] = (),
    ) -> Result:
        """Run a job to its end, as `InProcessRunner.run` does; a known run id is followed.

        :raises BonsaiError: whatever goes wrong; rows finished before came as events.
        """
        if kind_of(request).reads_files:
            return self._read_here(request, on_event, cancelled, earlier)
        follower = self._submit(request, known=len(earlier))
        result = follower.follow(on_event, on_blob, cancelled)
        keep_statistics(self._settings, request, result)
        return result

    def _submit(
        self, request: Request, *, known: int = 0, patience: float = _SERVER_PATIENCE
    ) -> _Follower:
        with translated(self._settings.broker):
            self._runs.submit(request)
        broker = self._settings.broker
        return _Follower(self._runs, self._results, request, broker, known, patience)

    def _read_here(
        self,
        request: Request,
        on_event: Callable[[Event], None],
        cancelled: Callable[[], bool],
        earlier: Sequence[Event],
    ) -> Result:
        from worker.jobs import read_files
        from worker.pipeline.job_context import JobContext
        from worker.runtime import Runtime

        def ask(part: IndexPart) -> Result:
            """Ask a worker. The last part is done even if the run was stopped."""
            numbered = part.model_copy(update={"run_id": f"{part.run_id}-{secrets.token_hex(4)}"})
            follower = self._submit(
                numbered, patience=_STOP_PATIENCE if part.is_last else _SERVER_PATIENCE
            )
            stopped = (lambda: False) if part.is_last else cancelled
            return follower.follow(_waiting_alone(on_event), lambda *_: None, stopped)

        context = JobContext(Runtime(self._settings), on_event, cancelled, earlier=earlier)
        return read_files(request, context, ask)


class _Follower:
    """Reads what a run writes until it has ended.

    :param results: the same runs, read with more patience.
    :param known: rows and problems at its beginning that were read before, and are passed over.
    :param patience: seconds that the server may be away.
    """

    def __init__(
        self,
        runs: Runs,
        results: Runs,
        request: Request,
        broker: str,
        known: int,
        patience: float,
    ) -> None:
        self._known = known
        self._patience = patience
        self._runs = runs
        self._results = results
        self._request = request
        self._broker = broker
        self._place = Place()
        self._stop_asked_at: float | None = None
        self._silent_since: float | None = None

    def follow(
        self,
        on_event: Callable[[Event], None],
        on_blob: Callable[[str, bytes], None],
        cancelled: Callable[[], bool],
    ) -> Result:
        """Hand over events and large results as they come; return the result."""
        while True:
            if cancelled():
                self._ask_to_stop()
            news = self._news(on_event)
            for payload in news.events:
                self._hand_on(parse_event(payload), on_event)
            for name in news.blobs:
                self._hand_over(name, on_blob)
            if news.end:
                return self._result()
            if not news.events:
                self._say_why_nothing_happens(on_event)

    def _news(self, on_event: Callable[[Event], None]) -> News:
        """Return what is new; a server that is away is waited for."""
        try:
            with translated(self._broker):
                news = self._runs.news(self._request.run_id, self._place, wait_seconds=_WAIT)
        except BrokerError as error:
            self._silent_since = self._silent_since or time.monotonic()
            if time.monotonic() - self._silent_since > self._patience:
                raise self._lost_sight(error) from error
            on_event(Progress(stage=_WAITING, done=0, of=1, message="the server does not answer"))
            time.sleep(_WAIT)
            return News()
        self._silent_since = None
        return news

    def _hand_on(self, event: Event, on_event: Callable[[Event], None]) -> None:
        if self._known and not isinstance(event, Progress | TextReady):
            self._known -= 1
        else:
            on_event(event)

    def _hand_over(self, name: str, on_blob: Callable[[str, bytes], None]) -> None:
        if name == RESULT_BLOB:
            return
        with translated(self._broker):
            data = self._results.blob(self._request.run_id, name)
        if data is not None:
            on_blob(name, data)

    def _ask_to_stop(self) -> None:
        now = time.monotonic()
        if self._stop_asked_at is None:
            self._stop_asked_at = now
            with translated(self._broker):
                self._runs.stop(self._request.run_id)
        elif now - self._stop_asked_at > _STOP_PATIENCE:
            raise CancelledError(
                "The run was asked to stop.",
                "No worker has confirmed it yet.",
                "It stops as soon as its worker answers; finished rows are kept.",
            )

    def _result(self) -> Result:
        with translated(self._broker):
            job = self._results.job(self._request.run_id)
            payload = self._results.blob(self._request.run_id, RESULT_BLOB)
        if job and job.problem:
            raise Problem.model_validate_json(job.problem).to_error()
        if job and job.state == "cancelled":
            raise CancelledError(
                "The run was stopped.", "Somebody asked.", "Finished rows are kept."
            )
        if payload is None:
            raise _expired()
        return parse_result(self._request, payload)

    def _say_why_nothing_happens(self, on_event: Callable[[Event], None]) -> None:
        with _ignoring_outages(), translated(self._broker):
            if self._runs.is_full():
                message = "the memory of the server is full"
            elif not self._runs.waits(self._request.run_id):
                return
            elif self._runs.workers(self._request):
                message = "for a free worker"
            else:
                message = f"no worker listens to {queue_name(self._request)}"
            on_event(Progress(stage=_WAITING, done=0, of=1, message=message))

    def _lost_sight(self, error: BonsaiError) -> UnavailableError:
        return BrokerError(
            error.what,
            f"It has been away for {self._patience:.0f} seconds.",
            f"The job {self._request.run_id} goes on when it is back: see 'bonsai jobs'.",
        )


def _waiting_alone(on_event: Callable[[Event], None]) -> Callable[[Event], None]:
    """Return what passes on why nothing happens, and nothing else of a part."""

    def take(event: Event) -> None:
        if isinstance(event, Progress) and event.stage == _WAITING:
            on_event(event)

    return take


@contextmanager
def _ignoring_outages() -> Iterator[None]:
    try:
        yield
    except BrokerError:
        return


def _expired() -> InputError:
    return InputError(
        "The results of the job are gone.", "They are kept for a week.", "Run it again."
    )
