"""The dataset job on the wire: questions and answers made from the passages of an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from worker.contract.base import CollectionRequest, JobKind, Result, Row, RunRequest, RunResult
from worker.contract.stamp import RunStamp
from worker.contract.wire import Count, ModelName, Problem, Wire, require, require_numbers


class DatasetRequest(CollectionRequest, RunRequest):
    """Make questions with their answers from passages of a collection.

    Documents are split into a train and a validation part before anything is written. Those of
    `validation_collection`, if one is named, are the validation part, and all others are for
    training.
    """

    job: Literal["dataset"] = "dataset"
    validation_collection: str = ""
    llm: ModelName
    limit: int = Field(default=500, ge=1, le=100_000)  # passages that are used
    more_than: int = Field(default=300, ge=0)  # characters of a passage that is used
    fewer_than: int = Field(default=2000, ge=1)  # the same
    words: tuple[str, ...] = ()  # a passage has at least one of them; empty: any passage does
    whole_words: bool = False  # else a word may stand inside of another
    questions: int = Field(default=1, ge=1, le=20)  # a passage
    validation_share: float = Field(default=0.2, ge=0.0, le=1.0)  # of the documents
    grade: bool = False  # the model grades what all other filters have kept
    negatives: int = Field(default=4, ge=0, le=10)  # passages of the index that a pair is told from
    seed: int = Field(default=1, ge=0)

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        return super().told() | {"Passages": f"up to {self.limit}", "Language model": self.llm}

    def check_row(self, row: Row) -> None:
        """See that a pair is whole, and that it is said why it is not kept.

        :raises ProtocolError: if not, saying what is wrong.
        """
        if not isinstance(row, QaPair):
            return super().check_row(row)
        require(bool(row.pair_id and row.doc), "a pair has no id, or no document")
        require(row.kept == (not row.reason), f"the pair {row.pair_id[:80]} is kept with a reason")
        require(bool(row.filter) == bool(row.reason), f"no filter left {row.pair_id[:80]} out")
        require(len(row.negatives) <= self.negatives, f"{row.pair_id[:80]} has too many negatives")
        require_numbers(row.model_dump())

    def check_result(self, result: Result) -> None:
        """See that there are no more pairs than were asked for.

        :raises ProtocolError: if there are.
        """
        if isinstance(result, DatasetResult):
            most = self.limit * self.questions
            require(len(result.pairs) <= most, f"there are more than {most} pairs")


class QaPair(Row):
    """One question with its answer, the passage that both were made from, and what became of it.

    `filter` names what left it out, and `reason` says why; both are empty for a pair that is kept.
    """

    identity = ("pair_id",)

    kind: Literal["pair"] = "pair"
    pair_id: str
    doc: str
    chunk_id: str
    passage: str
    split: Literal["train", "validation"]
    question: str
    answer: str
    negatives: tuple[str, ...] = ()  # passages near the question that do not answer it
    kept: bool
    filter: str = ""
    reason: str = ""
    prompt_tokens: Count = 0
    reused_tokens: Count = 0  # of the prompts'; computed for an earlier prompt
    tokens: Count = 0
    seconds: float = 0.0  # of the language model
    problem: Problem | None = None

    @property
    def has_failed(self) -> bool:
        """Whether the model could not write it."""
        return self.problem is not None


class Leak(Wire):
    """What both parts have: a file, text of two passages, or questions or answers nearly alike.

    `text` is it, and stands in what `train` and `validation` name.
    """

    shared: Literal["file", "passage", "question", "answer"]
    train: str
    validation: str
    text: str


class DatasetResult(RunResult):
    """Outcome of a dataset job; `leaks` is what the audit has found among the pairs kept."""

    pairs: tuple[QaPair, ...]
    leaks: tuple[Leak, ...] = ()

    @property
    def rejected(self) -> dict[str, int]:
        """How many pairs each filter left out, the busiest filter first."""
        return rejected(self.pairs)

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> DatasetResult:
        """Return what a run that ended before its time has given, out of its rows.

        Nobody has audited it.
        """
        return cls(run=run, pairs=tuple(row for row in rows if isinstance(row, QaPair)))


def rejected(pairs: Sequence[QaPair]) -> dict[str, int]:
    """Return how many of some pairs each filter left out, the busiest filter first."""
    counted = Counter(pair.filter for pair in pairs if pair.filter)
    return dict(counted.most_common())


DATASET = JobKind("dataset", DatasetRequest, DatasetResult, (QaPair,))
KINDS = (DATASET,)
