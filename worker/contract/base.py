"""Bases of the jobs on the wire: requests, the rows that are told on the way, results."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, NamedTuple, TypeVar

from worker.contract.stamp import RunStamp
from worker.contract.wire import (
    MODEL,
    PROTOCOL_VERSION,
    ModelName,
    PlainName,
    Problem,
    Wire,
    require,
)


class PovStatistics(Wire):
    """Cosines of sampled chunks to p points of view, summed up: the backdrop of contrast scores.

    The figures of each stand by themselves, whatever the other points of view are.
    """

    mean: tuple[float, ...]  # (p,)
    sd: tuple[float, ...]  # (p,)

    def check_size(self, povs: int) -> None:
        """See that there are figures of each point of view.

        :raises ProtocolError: if not.
        """
        sizes = {len(self.mean), len(self.sd)}
        require(sizes == {povs}, "its statistics have another size")
        require(min(self.sd, default=0.0) >= 0, "its statistics are none")


class Learnt(NamedTuple):
    """What is usual for points of view under a model, as a ranking has found it."""

    model: str
    povs: list[str]
    statistics: PovStatistics


class Row(Wire):
    """One row of a result, told as soon as it is made."""

    #: The fields that no other row of its kind shares in a run.
    identity: ClassVar[tuple[str, ...]] = ()

    kind: str

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What tells rows of a kind apart: a newer one replaces an older one of the same key."""
        return tuple(getattr(self, name) for name in self.identity)

    @property
    def has_failed(self) -> bool:
        """Whether the row says why there is nothing to show."""
        return False


class Result(Wire):
    """What comes back."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows that it holds, in their order."""
        held = [getattr(self, name) for name in type(self).model_fields]
        for several in held:
            if isinstance(several, tuple):
                yield from (each for each in several if isinstance(each, Row))


class Request(Wire):
    """What a worker can be asked for; `job` names its kind."""

    job: str
    protocol: int = PROTOCOL_VERSION
    run_id: str

    def models(self) -> tuple[str, ...]:
        """Return the models that must be where the job runs: they choose its queue."""
        fields = type(self).model_fields.items()
        named = [getattr(self, name) for name, field in fields if MODEL in field.metadata]
        return tuple(name for name in named if name)

    def named_store(self) -> str:
        """Return where its index is; empty: the worker's own place."""
        return ""

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        return {}

    def learnt(self, result: Result) -> Learnt | None:
        """Return what its result says of points of view, for worksheet functions to go by."""
        return None

    def check_row(self, row: Row) -> None:
        """See that a row is one that was asked for, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        require(False, f"rows of the kind '{row.kind}' were not asked for")

    def check_text(self, qid: str, mode: str) -> None:
        """See that a piece of text belongs to an answer that was asked for.

        :raises ProtocolError: if not.
        """
        require(False, "no text was asked for")

    def check_blob(self, name: str, data: bytes) -> None:
        """See that a large result is one that was asked for, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        require(False, f"'{name[:80]}' was not asked for")

    def check_result(self, result: Result) -> None:
        """See that a result, apart from its rows, fits what was asked for.

        :raises ProtocolError: if not, saying what is wrong.
        """


class PartRequest(Request):
    """A part of a job that reads files where they lie: what is asked of a worker."""

    @property
    def is_last(self) -> bool:
        """Whether an index is left whole after it: it is done even if the run was stopped."""
        return False


class RunRequest(Request):
    """What a person asks for and waits for."""


class CollectionRequest(Request):
    """What works on a collection that one embedder has made."""

    collection: str
    embedder: ModelName
    store: PlainName = ""  # empty: the worker's own

    def named_store(self) -> str:
        """Return where its index is; empty: the worker's own place."""
        return self.store

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        return {"Collection": self.collection, "Embedder": self.embedder}


class RunResult(Result):
    """Outcome of what a person asked for; rows that failed are in `problems`."""

    run: RunStamp
    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()  # what the user should know of the whole run
    seconds: float = 0.0

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> RunResult:
        """Return what a run that ended before its time has given, out of its rows."""
        return cls(run=run)


In = TypeVar("In", bound=Request)
Out = TypeVar("Out", bound=Result)


@dataclass(frozen=True)
class JobKind(Generic[In, Out]):
    """One kind of job.

    One that `reads_files` runs where the files are, and asks workers for its parts. Such a part
    (`is_part`) is nothing that a person asked for, and no list shows it.
    """

    name: str
    request: type[In]
    result: type[Out]
    rows: tuple[type[Row], ...] = ()
    reads_files: bool = False
    is_part: bool = False
