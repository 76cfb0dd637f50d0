"""The tune job on the wire: an embedding model that learns from questions and their passages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from pydantic import Field

from worker.contract.base import JobKind, Row, RunRequest, RunResult
from worker.contract.comparison import Comparison
from worker.contract.inputs import PointOfView
from worker.contract.pictures import check_png
from worker.contract.stamp import RunStamp
from worker.contract.wire import ModelName, Rank, Wire, require, require_numbers

#: full: all weights learn. lora: small matrices beside them do, and are added in the end.
TuneMethod = Literal["full", "lora"]

#: The name under which the picture of the loss (PNG) is stored.
LOSS_BLOB = "loss"


class TunePassage(Wire):
    """A passage; an empty `split` leaves it to the job on which side its document is."""

    passage_id: str
    doc: str
    text: str
    split: Literal["train", "validation", ""] = ""


class TunePair(Wire):
    """A question, or a point of view, and a passage that it is to find."""

    question: str
    passage_id: str


class PairSet(Wire):
    """Pairs, and all passages that are searched, those of no pair too."""

    passages: tuple[TunePassage, ...] = ()
    pairs: tuple[TunePair, ...] = ()


class TuneRequest(RunRequest):
    """Tune an embedding model on pairs, prove on unseen documents what it does, and keep it.

    `control` are questions that have nothing to do with the pairs: what they lose is what the model
    forgets. `povs` are looked at, not learnt from.
    """

    job: Literal["tune"] = "tune"
    base: ModelName
    name: str
    data: PairSet
    control: PairSet = PairSet()
    povs: tuple[PointOfView, ...] = ()
    method: TuneMethod = "full"
    epochs: int = Field(default=2, ge=1, le=100)
    strength: float = Field(default=1.0, ge=0.0, le=1.0)  # 0 is the base, 1 all that was learnt
    batch: int = Field(default=16, ge=2, le=1024)  # pairs
    negatives: int = Field(default=4, ge=0, le=10)  # hard ones, of each pair
    learning_rate: float = Field(default=0.0, ge=0.0, le=1.0)  # 0: what is usual for the method
    seed: int = Field(default=1, ge=0)

    @property
    def model(self) -> str:
        """The name by which it will be loaded."""
        return f"tuned:{self.name}"

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        return {"Base": self.base, "Name": self.name, "Pairs": str(len(self.data.pairs))}

    def check_row(self, row: Row) -> None:
        """See that a line is of this model, and that a question was asked for.

        :raises ProtocolError: if not, saying what is wrong.
        """
        if isinstance(row, Comparison):
            require(row.model == self.model, f"it measures another model, {row.model[:80]}")
        elif isinstance(row, QuestionMove):
            require(row.question in self._asked, "it tells of a question that was not asked")
        else:
            return super().check_row(row)
        require_numbers(row.model_dump())

    def check_blob(self, name: str, data: bytes) -> None:
        """See that a large result is the picture of the loss, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        if name != LOSS_BLOB:
            return super().check_blob(name, data)
        check_png(name, data)

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(pair.question for pair in self.data.pairs)


class QuestionMove(Row):
    """Where the passage of a question stands among all passages, by the base and by the model."""

    identity = ("question",)

    kind: Literal["move"] = "move"
    model: str
    question: str
    doc: str
    base_rank: Rank
    tuned_rank: Rank

    @property
    def move(self) -> int:
        """How many places it went up."""
        return self.base_rank - self.tuned_rank


class TuneResult(RunResult):
    """Outcome of a tune job: what was measured, and what is kept.

    `strength` is that of the model which is kept, and 0 if none is: all strengths that were tried
    cost control questions too much.
    """

    comparisons: tuple[Comparison, ...] = ()
    moves: tuple[QuestionMove, ...] = ()
    strength: float = 0.0

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> TuneResult:
        """Return what a run that ended before its time has given, out of its rows."""
        return cls(
            run=run,
            comparisons=tuple(row for row in rows if isinstance(row, Comparison)),
            moves=tuple(row for row in rows if isinstance(row, QuestionMove)),
        )


TUNE = JobKind("tune", TuneRequest, TuneResult, (Comparison, QuestionMove))
KINDS = (TUNE,)
