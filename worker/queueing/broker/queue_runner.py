"""The runner on the workers of a Redis server: submits jobs, and follows them to their end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from worker.contract import (
    Event,
    PartRequest,
    Problem,
    Progress,
    Request,
    Result,
    RowFailed,
    TextReady,
    kind_of,
    parse_result,
    read_event,
    refused_blob,
)
from worker.errors import (
    BonsaiError,
    BrokerError,
    CancelledError,
    InputError,
    ProtocolError,
    UnavailableError,
    run_stopped,
)
from worker.pov_statistics import keep_statistics
from worker.queueing.broker.connection import broker_errors, connect
from worker.queueing.broker.runs import NewEntries, Runs, StreamPosition, queue_name
from worker.queueing.job import RESULT_BLOB, UNFINISHED, readable_problem
from worker.queueing.patience import USUAL, Patience
from worker.settings import Settings

_WAITING = "Waiting"

#: Things that a worker may send and that were not asked for, before its run is given up.
_MOST_REFUSED = 1000


class QueueRunner:
    """Runs jobs where the workers are; documents are read here.

    :raises SettingError: if the broker's address cannot be used.
    """

    def __init__(self, settings: Settings, patience: Patience = USUAL) -> None:
        self._settings = settings
        self._patience = patience
        self._runs = Runs(connect(settings, patience=2))
        self._results = Runs(connect(settings, patience=patience.server))

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
            return self._read_here(request, on_event, on_blob, cancelled, earlier)
        follower = self._submit(request, known=len(earlier))
        result = follower.follow(on_event, on_blob, cancelled)
        keep_statistics(self._settings, request, result)
        return result

    def _submit(
        self, request: Request, *, known: int = 0, patience: Patience | None = None
    ) -> _Follower:
        broker = self._settings.broker
        with broker_errors(broker):
            self._runs.submit(request)
        return _Follower(
            self._runs, self._results, request, broker, known, patience or self._patience
        )

    def _read_here(
        self,
        request: Request,
        on_event: Callable[[Event], None],
        on_blob: Callable[[str, bytes], None],
        cancelled: Callable[[], bool],
        earlier: Sequence[Event],
    ) -> Result:
        from worker.jobs import read_files
        from worker.pipeline.job_context import JobContext
        from worker.runtime import Runtime

        def ask(part: PartRequest) -> Result:
            """Ask a worker. The last part is done even if the run was stopped."""
            numbered = part.model_copy(update={"run_id": f"{part.run_id}-{secrets.token_hex(4)}"})
            hurried = replace(self._patience, away=self._patience.obey)
            follower = self._submit(numbered, patience=hurried if part.is_last else self._patience)
            stopped = (lambda: False) if part.is_last else cancelled
            return follower.follow(_waiting_alone(on_event), lambda *_: None, stopped)

        context = JobContext(Runtime(self._settings), on_event, cancelled, on_blob, earlier)
        return read_files(request, context, ask)


class _Follower:
    """Reads what a run writes until it has ended.

    :param results: the same runs, read with more patience.
    :param known: rows and problems at its beginning that were read before, and are passed over.
    """

    def __init__(
        self,
        runs: Runs,
        results: Runs,
        request: Request,
        broker: str,
        known: int,
        patience: Patience,
    ) -> None:
        self._known = known
        self._patience = patience
        self._runs = runs
        self._results = results
        self._request = request
        self._broker = broker
        self._position = StreamPosition()
        self._stop_asked_at: float | None = None
        self._silent_since: float | None = None
        self._refused = 0

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
            new, has_ended = self._new_entries(on_event)
            for payload in new.events:
                self._hand_on(read_event(self._request, payload), on_event)
            for name in new.blobs:
                self._hand_over(name, on_event, on_blob)
            if has_ended and not new.any:
                return self._result()
            if not new.events:
                self._say_why_nothing_happens(on_event)

    def _new_entries(self, on_event: Callable[[Event], None]) -> tuple[NewEntries, bool]:
        """Return what is new, and whether the run had ended before; wait for an absent server.

        Only the run's record says how it ended: its rows may be gone, or somebody else's.
        """
        run_id = self._request.run_id
        try:
            with broker_errors(self._broker):
                state = self._runs.state(run_id)
                wait = self._patience.look if state in UNFINISHED else 0.0
                new = self._runs.new_entries(run_id, self._position, wait_seconds=wait)
        except BrokerError as error:
            self._silent_since = self._silent_since or time.monotonic()
            if time.monotonic() - self._silent_since > self._patience.away:
                raise self._lost_sight(error) from error
            on_event(Progress(stage=_WAITING, done=0, of=1, message="the server does not answer"))
            time.sleep(self._patience.look)
            return NewEntries(), False
        self._silent_since = None
        return new, state not in UNFINISHED

    def _hand_on(self, event: Event, on_event: Callable[[Event], None]) -> None:
        if self._known and not isinstance(event, Progress | TextReady):
            self._known -= 1
            return
        if isinstance(event, RowFailed) and event.problem.code == ProtocolError.code:
            self._count_refused()
        on_event(event)

    def _hand_over(
        self,
        name: str,
        on_event: Callable[[Event], None],
        on_blob: Callable[[str, bytes], None],
    ) -> None:
        if name == RESULT_BLOB:
            return
        try:
            with broker_errors(self._broker):
                data = self._results.blob(self._request.run_id, name)
        except InputError as error:  # no record of ours
            refused: RowFailed | None = RowFailed(problem=Problem.from_error(error))
        else:
            if data is None:
                return
            refused = refused_blob(self._request, name, data)
            if refused is None:
                on_blob(name, data)
        if refused:
            self._count_refused()
            on_event(refused)

    def _count_refused(self) -> None:
        self._refused += 1
        if self._refused > _MOST_REFUSED:
            raise ProtocolError(
                "The worker sends what was not asked for.",
                f"{self._refused} rows, pictures or other parts of its results were refused.",
                "Use the same version of BONSAI on both sides, and run it again.",
            )

    def _ask_to_stop(self) -> None:
        now = time.monotonic()
        if self._stop_asked_at is None:
            with _ignoring_outages(), broker_errors(self._broker):  # then it is asked again
                self._runs.stop(self._request.run_id)
                self._stop_asked_at = now
        elif now - self._stop_asked_at > self._patience.obey:
            raise CancelledError(
                "The run was asked to stop.",
                "No worker has confirmed it yet.",
                "It stops as soon as its worker answers; finished rows are kept.",
            )

    def _result(self) -> Result:
        with broker_errors(self._broker):
            state = self._results.state(self._request.run_id)
            problem = self._results.problem(self._request.run_id)
            payload = self._results.blob(self._request.run_id, RESULT_BLOB)
        if problem:
            raise Problem.model_validate_json(readable_problem(problem)).to_error()
        if state == "cancelled":
            raise run_stopped("Somebody asked.")
        if payload is None:
            raise _expired()
        return parse_result(self._request, payload)

    def _say_why_nothing_happens(self, on_event: Callable[[Event], None]) -> None:
        with _ignoring_outages(), broker_errors(self._broker):
            if self._runs.is_full():
                message = "the memory of the server is full"
            elif self._runs.state(self._request.run_id) != "queued":
                return
            elif self._runs.workers(self._request):
                message = "for a free worker"
            else:
                message = f"no worker listens to {queue_name(self._request)}"
            on_event(Progress(stage=_WAITING, done=0, of=1, message=message))

    def _lost_sight(self, error: BonsaiError) -> UnavailableError:
        return BrokerError(
            error.what,
            f"It has been away for {self._patience.away:.0f} seconds.",
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
