"""The answer job on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from pydantic import Field

from worker.contract.base import JobKind, Learnt, Result, Row, RunRequest
from worker.contract.rank import QuestionRanking, RankRequest, RankResult, StageSeconds
from worker.contract.stamp import RunStamp
from worker.contract.translation import Translation
from worker.contract.wire import (
    AnswerMode,
    Count,
    ModelName,
    Problem,
    Rank,
    Wire,
    require,
    require_numbers,
)


class AnswerRequest(RunRequest):
    """Rank as `ranking` says, then answer each question in each mode."""

    job: Literal["answer"] = "answer"
    ranking: RankRequest
    modes: tuple[AnswerMode, ...] = ("no-rag", "rag", "sexy")
    contexts: int = Field(default=3, ge=1, le=20)
    llm: ModelName
    prompt: str = ""  # a layout's name, a template text, or empty for the model's own
    max_tokens: int = Field(default=160, ge=1)
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)  # 0: the likeliest token each time
    seed: int = Field(default=1, ge=0)
    repeatable: bool = False  # the same run gives the same text, at the price of speed
    one_per_pov: bool = False  # contexts with different strongest points of view come first
    gate: bool = True  # without evidence in what was retrieved, the answer is "I dont know"
    only: tuple[tuple[str, AnswerMode], ...] = ()  # these alone; empty: each question in each mode

    def models(self) -> tuple[str, ...]:
        """Return the models that must be where the job runs: they choose its queue."""
        return (*self.ranking.models(), *super().models())

    def named_store(self) -> str:
        """Return where its index is; empty: the worker's own place."""
        return self.ranking.named_store()

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        return self.ranking.told()

    def learnt(self, result: Result) -> Learnt | None:
        """Return what its result says of points of view, for worksheet functions to go by."""
        return self.ranking.learnt(result)

    def asks(self, qid: str, mode: str) -> bool:
        """Say whether a question is to be answered in a mode."""
        return mode in self.modes and (not self.only or (qid, mode) in self._only)

    @cached_property
    def _only(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.only)

    def check_row(self, row: Row) -> None:
        """See that an answer, or a ranking, is one that was asked for, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        if not isinstance(row, Answer):
            return self.ranking.check_row(row)
        self.ranking.check_question(row.qid, row.question)
        self.check_text(row.qid, row.mode)
        numbers = [citation.number for citation in row.citations]
        require(len(numbers) <= self.contexts, f"the answer to {row.qid} has too many contexts")
        require(len(set(numbers)) == len(numbers), f"two contexts of {row.qid} have one number")
        require_numbers(row.model_dump())

    def check_text(self, qid: str, mode: str) -> None:
        """See that a piece of text belongs to an answer that was asked for.

        :raises ProtocolError: if not.
        """
        asked = any(question.qid == qid for question in self.ranking.questions)
        require(asked, f"the question '{qid[:80]}' was not asked")
        require(self.asks(qid, mode), f"the mode {mode} was not asked for")

    def check_blob(self, name: str, data: bytes) -> None:
        """See that a large result is the picture of a question, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        self.ranking.check_blob(name, data)


class Citation(Wire):
    """The context that stood as `[number]` in a prompt; `cited` if the answer has that number.

    `attributed` if the model did not write it: a sentence that repeats the context got it after.
    """

    number: Rank
    chunk_id: str
    source: str
    start: Count
    cited: bool = False
    attributed: bool = False


class Support(Wire):
    """What an answer stands on.

    `evidence` says how well what was retrieved holds the question's answer, from 0 to 1. Below
    `needed` the model is not asked, and the answer is "I dont know".
    """

    similarity: float | None = None  # highest query similarity among the contexts
    evidence: float | None = None
    needed: float | None = None
    reason: str = ""  # what the evidence lacks, if the model was not asked
    left_out: Count = 0  # contexts that the prompt had no room for
    shortened: bool = False  # the only context was cut to fit
    dangling: Count = 0  # citations of contexts that do not exist; they were taken out
    moved: Count = 0  # citations that went to the context which their sentence repeats
    doubtful: tuple[Rank, ...] = ()  # contexts that hold little of a sentence which cites them
    quotes: Count = 0  # quoted spans
    quotes_found: Count = 0  # of these, those that stand in a context letter by letter
    numbers: tuple[str, ...] = ()  # those that stand in no context, nor in the question
    names: tuple[str, ...] = ()  # the same
    unread: tuple[str, ...] = ()  # what a model was given in a language that it does not know


class Answer(Row):
    """One answer; `citations` are the contexts that stood in its prompt."""

    identity = ("qid", "mode")

    kind: Literal["answer"] = "answer"
    qid: str
    question: str
    mode: AnswerMode
    text: str
    citations: tuple[Citation, ...] = ()
    support: Support = Support()
    seconds: StageSeconds
    prompt_tokens: Count
    reused_tokens: Count = 0  # of the prompt's; computed for an earlier prompt
    tokens: Count
    model: str
    problem: Problem | None = None

    @property
    def has_failed(self) -> bool:
        """Whether the model could not answer."""
        return self.problem is not None


class AnswerResult(RankResult):
    """Outcome of an answer job: the ranking it used and the answers."""

    answers: tuple[Answer, ...]

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> AnswerResult:
        """Return what a run that ended before its time has given, out of its rows."""
        ranked = RankResult.so_far(run, rows)
        answers = tuple(row for row in rows if isinstance(row, Answer))
        return cls(
            run=run,
            questions=ranked.questions,
            translations=ranked.translations,
            answers=answers,
        )


ANSWER = JobKind("answer", AnswerRequest, AnswerResult, (QuestionRanking, Answer, Translation))
KINDS = (ANSWER,)
