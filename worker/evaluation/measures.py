"""Measures over the answers that one model gave in one mode."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from worker.evaluation.abstention import abstains
from worker.evaluation.facts import count_stated
from worker.evaluation.questions import KnownQuestion

Verdict = Literal["right", "abstained", "wrong"]

_RESAMPLES = 2_000
_SEED = 20_240_819


@dataclass(frozen=True)
class GivenAnswer:
    """What was answered to a question, and the names of the files it cites."""

    question: KnownQuestion
    text: str
    cited: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Estimate:
    """A mean over questions with the ends of its 95 % interval."""

    value: float
    low: float
    high: float
    questions: int


@dataclass(frozen=True)
class Measures:
    """All measures; one is None where no answer counts for it."""

    fact_recall: Estimate | None
    abstention_recall: Estimate | None
    false_abstention: Estimate | None
    citation_precision: Estimate | None
    crag: Estimate | None
    crag_answerable: Estimate | None
    #: Answers to answerable questions that neither abstain nor cite anything.
    uncited: int


def measure(answers: Sequence[GivenAnswer]) -> Measures:
    """Return the measures over answers, each question counting once.

    - fact recall: gold facts stated, of all gold facts of answerable questions;
    - abstention recall: unanswerable questions abstained from, of all unanswerable (the
      "negative rejection" of RGB, arXiv 2309.01431);
    - false abstention: answerable questions abstained from, of all answerable;
    - citation precision: cited files that hold the answer, of all cited files, over answers to
      answerable questions (as in ALCE, arXiv 2305.14627, but by file instead of by entailment);
      answers without citations do not count and are told as `uncited`;
    - crag: mean of `crag_score`; crag_answerable: the same over answerable questions.
    """
    answerable = [answer for answer in answers if answer.question.answerable]
    unanswerable = [answer for answer in answers if not answer.question.answerable]
    given = [answer for answer in answerable if judge(answer) != "abstained"]
    return Measures(
        fact_recall=_ratio(map(_stated_facts, answerable)),
        abstention_recall=_share(judge(answer) == "abstained" for answer in unanswerable),
        false_abstention=_share(judge(answer) == "abstained" for answer in answerable),
        citation_precision=_ratio(_gold_citations(answer) for answer in given if answer.cited),
        crag=_share(map(crag_score, answers)),
        crag_answerable=_share(map(crag_score, answerable)),
        uncited=sum(not answer.cited for answer in given),
    )


def judge(answer: GivenAnswer) -> Verdict:
    """Return whether an answer is right, abstains or is wrong.

    Right is an answer to an answerable question that states every gold fact, whatever it admits
    not to know beside. Nothing but abstaining suits an unanswerable question.
    """
    question = answer.question
    if question.answerable and count_stated(answer.text, question.facts) == len(question.facts):
        return "right"
    return "abstained" if abstains(answer.text) else "wrong"


def crag_score(answer: GivenAnswer) -> int:
    """Return the score of CRAG (arXiv 2406.04744): 1 right, 0 abstained, -1 wrong.

    CRAG asks answerable questions for the most part; here an unanswerable one has the right
    answer "I dont know", so that abstaining scores 1 and any other answer -1.
    """
    if not answer.question.answerable:
        return 1 if judge(answer) == "abstained" else -1
    return {"right": 1, "abstained": 0, "wrong": -1}[judge(answer)]


def _stated_facts(answer: GivenAnswer) -> tuple[int, int]:
    facts = answer.question.facts
    return count_stated(answer.text, facts), len(facts)


def _gold_citations(answer: GivenAnswer) -> tuple[int, int]:
    return len(answer.cited & answer.question.sources), len(answer.cited)


def _share(values: Iterable[float]) -> Estimate | None:
    return _ratio((value, 1) for value in values)


def _ratio(parts: Iterable[tuple[float, float]]) -> Estimate | None:
    """Return the sum of the first parts over that of the second, or None without any.

    The interval is the percentile bootstrap over questions (Efron 1979), with a fixed seed; it has
    no width where all questions agree.
    """
    table = np.array(list(parts), dtype=np.float64)
    if not len(table):
        return None
    draws = np.random.default_rng(_SEED).integers(len(table), size=(_RESAMPLES, len(table)))
    sums = table[draws].sum(axis=1)
    low, high = np.percentile(sums[:, 0] / sums[:, 1], [2.5, 97.5])
    top, bottom = table.sum(axis=0)
    return Estimate(float(top / bottom), float(low), float(high), len(table))
