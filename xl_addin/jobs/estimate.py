"""What a run will take, said before it begins: time, and what goes to services that may charge.

Time is told by what earlier runs of this machine took, a row of the same kind; of what was never
run here nothing is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.contract import (
    Answer,
    AnswerMode,
    AnswerRequest,
    Question,
    QuestionRanking,
    RankRequest,
    RunResult,
)
from worker.models.servers import charging_server
from worker.settings import Settings
from xl_addin.jobs.run import Run

#: Seconds: a run that takes longer is asked about first.
LONG = 120
#: Rows: a run of more is asked about if nobody knows how long it takes.
MANY = 20
#: Questions of a trial.
TRIAL = 5

#: Texts that an embedding service takes in one call.
_TEXTS_A_CALL = 96
#: Passages on which it is measured what is usual for points of view.
SAMPLED = 2000

#: Seconds a row by what the row is, and characters a passage by its collection.
Means = Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """What a run makes: rankings, and answers if they are asked for, too."""

    ranking: RankRequest
    answering: AnswerRequest | None = None

    @property
    def questions(self) -> int:
        """How many questions are asked."""
        return len(self.ranking.questions)

    @property
    def answers(self) -> int:
        """How many answers are wanted."""
        return sum(count for _, count in self._by_mode())

    @property
    def start(self) -> str:
        """The name of what is done once a run, before its rows."""
        return " ".join(filter(None, ("start", *self._rankers, self._llm)))

    @property
    def each_ranking(self) -> str:
        """The name of a ranking by these models."""
        return " ".join(filter(None, ("rank", *self._rankers)))

    @property
    def each_passage(self) -> str:
        """The name of a passage of this collection."""
        return f"passage {self.ranking.collection}"

    def each_answer(self, mode: str) -> str:
        """Return the name of an answer in a mode by this model."""
        return f"answer {mode} {self._llm}"

    def rows(self) -> Iterator[tuple[str, int]]:
        """Yield each kind of row with how many are made."""
        yield self.each_ranking, self.questions
        for mode, count in self._by_mode():
            yield self.each_answer(mode), count

    @property
    def prompted(self) -> tuple[int, int]:
        """Characters of the questions in all prompts, and passages in them at most."""
        if self.answering is None:
            return 0, 0
        asked = self._asked
        characters = sum(len(question.text) for question, _ in asked)
        with_passages = sum(mode != "no-rag" for _, mode in asked)
        return characters, with_passages * self.answering.contexts

    @property
    def _asked(self) -> list[tuple[Question, AnswerMode]]:
        answering = self.answering
        return [
            (question, mode)
            for question in self.ranking.questions
            for mode in (answering.modes if answering else ())
            if answering and answering.asks(question.qid, mode)
        ]

    def _by_mode(self) -> Iterable[tuple[str, int]]:
        return Counter(mode for _, mode in self._asked).items()

    @property
    def _rankers(self) -> tuple[str, ...]:
        asked = self.ranking
        return asked.embedder, asked.scoring_embedder, asked.reranker

    @property
    def _llm(self) -> str:
        return self.answering.llm if self.answering else ""


@dataclass(frozen=True)
class Sending:
    """What goes at most to a service; of `passages` nobody knows how long they are."""

    server: str
    calls: int
    characters: int
    passages: int = 0

    def __str__(self) -> str:
        with_passages = f" and {self.passages:,} passages" if self.passages else ""
        return (
            f"up to {self.calls:,} calls to {self.server}, which may charge for them, with about "
            f"{self.characters:,} characters{with_passages}"
        )


@dataclass(frozen=True)
class Estimate:
    """What a run will take; no `seconds` if that is not known."""

    questions: int
    answers: int
    seconds: float | None
    sendings: tuple[Sending, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether a person may want to be asked first."""
        if self.seconds is None:
            return max(self.questions, self.answers) > MANY
        return self.seconds > LONG

    @property
    def may_cost(self) -> bool:
        """Whether it sends anything to a service that may charge for it."""
        return bool(self.sendings)

    def __str__(self) -> str:
        questions = "1 question" if self.questions == 1 else f"{self.questions:,} questions"
        answers = "1 answer" if self.answers == 1 else f"{self.answers:,} answers"
        rows = f"{questions}, {answers}" if self.answers else questions
        time = "it is not known yet how long that takes"
        if self.seconds is not None:
            seconds = self.seconds
            time = f"about {seconds:.0f} s" if seconds < LONG else f"about {seconds / 60:.0f} min"
        return "; ".join(map(str, (f"{rows}: {time}", *self.sendings)))


def estimate(plan: Plan, means: Means, settings: Settings) -> Estimate:
    """Return what a run of this machine will take.

    :param means: what was learnt of earlier runs.
    """
    sendings = tuple(_sendings(plan, means, settings))
    return Estimate(plan.questions, plan.answers, _seconds(plan, means), sendings)


def learnt(plan: Plan, run: Run) -> dict[str, float]:
    """Return the means of a whole run; nothing of one that ended early, or has translated.

    Answers that several streams write at once share the time; one that no model wrote took none,
    and proves nothing.
    """
    whole = run.result_as(RunResult)
    rankings = run.rows(QuestionRanking)
    if whole is None or not rankings or plan.ranking.translate_to:  # which is in its seconds
        return {}
    ranked = sum(ranking.seconds.total for ranking in rankings)
    written = [answer for answer in run.rows(Answer) if answer.tokens]
    wrote = sum(map(_writing, written))
    left = max(0.0, whole.seconds - ranked)
    share = min(1.0, left / wrote) if wrote else 0.0
    passages = [len(row.text) for ranking in rankings for row in ranking.rows]
    means = {plan.start: left - share * wrote, plan.each_ranking: ranked / len(rankings)}
    if passages:
        means[plan.each_passage] = sum(passages) / len(passages)
    for mode, count in Counter(answer.mode for answer in written).items():
        seconds = sum(_writing(answer) for answer in written if answer.mode == mode)
        means[plan.each_answer(mode)] = share * seconds / count
    return means


def _writing(answer: Answer) -> float:
    return answer.seconds.prompt + answer.seconds.generate


def _seconds(plan: Plan, means: Means) -> float | None:
    rows = list(plan.rows())
    if plan.ranking.translate_to or any(name not in means for name, _ in rows):
        return None
    return means.get(plan.start, 0.0) + sum(means[name] * count for name, count in rows)


def _sendings(plan: Plan, means: Means, settings: Settings) -> Iterator[Sending]:
    asked, answering = plan.ranking, plan.answering
    questions = [question.text for question in asked.questions]
    povs = [pov.text for pov in asked.povs]
    scoring = asked.scoring_embedder or asked.embedder
    if server := charging_server(asked.embedder, settings):
        yield _embedding(server, questions)
    if server := charging_server(scoring, settings):
        passages = SAMPLED + plan.questions * asked.top_k if scoring != asked.embedder else 0
        yield _embedding(server, povs, passages, means.get(plan.each_passage))
    if answering and (server := charging_server(answering.llm, settings)):
        characters, passages = plan.prompted
        yield _sending(server, plan.answers, characters, passages, means.get(plan.each_passage))
    if asked.translator and (server := charging_server(asked.translator, settings)):
        passages = plan.questions * asked.top_k
        calls = plan.questions + passages + plan.answers
        characters = sum(map(len, questions))
        yield _sending(server, calls, characters, passages, means.get(plan.each_passage))


def _embedding(
    server: str, texts: Iterable[str], passages: int = 0, each: float | None = None
) -> Sending:
    lengths = [len(text) for text in texts]
    calls = -(-len(lengths) // _TEXTS_A_CALL) + -(-passages // _TEXTS_A_CALL)
    return _sending(server, calls, sum(lengths), passages, each)


def _sending(
    server: str, calls: int, characters: int, passages: int, each: float | None
) -> Sending:
    if each is None:
        return Sending(server, calls, characters, passages)
    return Sending(server, calls, characters + round(each * passages))
