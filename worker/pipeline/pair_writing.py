"""The writing of pairs: a model is asked for a question about a passage, then for its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from worker.answering.prompts import ALPACA, Layout
from worker.contract import Problem
from worker.errors import EngineLostError
from worker.inference.base import Completion, Prompt, Sampling
from worker.pipeline.completing import Asker
from worker.qa_data.cleaning import clean_answer, clean_question
from worker.qa_data.filters.grade import GRADE_TOKENS, grade_prompt, read_grade
from worker.qa_data.pair import Pair, Passage, QuestionKind, Split, Target, pair_id
from worker.qa_data.wording import (
    ANSWER_TOKENS,
    QUESTION_TOKENS,
    answer_prompt,
    question_prompt,
)

#: What stands for the completion of a model that has failed.
_NOTHING = Completion("", 0, 0, cut=False)

#: What a model says, and why it could not.
_Reply = tuple[Completion, Problem | None]


@dataclass(frozen=True)
class Place:
    """Where a pair comes from: a passage, and the question's place, from 1, among its own.

    `earlier` are the questions that the passage has already, `target` what is asked for.
    """

    passage: Passage
    split: Split
    number: int
    kind: QuestionKind
    earlier: tuple[str, ...] = ()
    target: Target | None = None

    @property
    def pair_id(self) -> str:
        """The id of the pair that is made here."""
        return pair_id(self.passage.chunk_id, self.number)


@dataclass(frozen=True)
class Written:
    """A pair as the model wrote it, with what that took; `problem` if it could not."""

    pair: Pair
    completions: tuple[Completion, ...] = ()
    problem: Problem | None = None

    def with_reply(
        self, reply: Completion, problem: Problem | None, *, answer: str | None = None
    ) -> Written:
        """Return the same after one more reply of the model, which may be the answer."""
        pair = self.pair if answer is None else replace(self.pair, answer=answer)
        return Written(pair, (*self.completions, reply), problem)


@dataclass(frozen=True)
class _Text:
    """What a model is asked for the pair at a place of a batch. Nothing in it can be left out."""

    place: int
    text: str

    def prompt(self, layout: Layout) -> Prompt:
        """Return what the model is to read; one without a chat layout gets the original's marks."""
        if layout.form == "chat":
            return Prompt(self.text, "chat")
        marked = f"### Instruction:\n{self.text}\n\n### Response:\n"
        return Prompt(marked, "completion", ALPACA.stop)

    def smaller(self) -> None:
        """Return nothing: an answer from a part of the passage would be another one."""
        return


@dataclass(frozen=True)
class PairWriter:
    """A language model that writes pairs.

    All that is asked over a passage begins with it, so an engine reads it once, as long as other
    passages do not come in between: so many should be given at a time as the engine takes up.
    A model that fails at a pair leaves its problem there, and the others go on.

    :raises CancelledError: from every method, if the user has asked to stop.
    """

    asker: Asker
    seed: int

    def questions(self, places: Sequence[Place]) -> list[Written]:
        """Return pairs without answers, in the order of their places."""
        asked = [question_prompt(at.passage.text, at.kind, at.earlier, at.target) for at in places]
        return [
            Written(_unanswered(at, clean_question(reply.text)), (reply,), problem)
            for at, (reply, problem) in zip(
                places, self._replies(asked, QUESTION_TOKENS), strict=True
            )
        ]

    def answers(self, written: Sequence[Written]) -> list[Written]:
        """Return pairs with the answers to their questions."""
        asked = [answer_prompt(each.pair.passage.text, each.pair.question) for each in written]
        return [
            each.with_reply(reply, problem, answer=clean_answer(reply.text))
            for each, (reply, problem) in zip(
                written, self._replies(asked, ANSWER_TOKENS), strict=True
            )
        ]

    def grades(self, written: Sequence[Written]) -> list[tuple[Written, int | None]]:
        """Return pairs, each with the grade that the model gives it; None if it gives none."""
        asked = [grade_prompt(each.pair) for each in written]
        return [
            (each.with_reply(reply, None), read_grade(reply.text))
            for each, (reply, _) in zip(written, self._replies(asked, GRADE_TOKENS), strict=True)
        ]

    def _replies(self, asked: Sequence[str], tokens: int) -> list[_Reply]:
        """Return what the model says to each text, in their order.

        :raises EngineLostError: if it is gone for good.
        """
        asker = replace(self.asker, sampling=Sampling(tokens, seed=self.seed))
        texts = [_Text(place, text) for place, text in enumerate(asked)]
        replies: dict[int, _Reply] = {}
        for text, reply in asker.ask(texts, lambda _text, _piece: None):
            if isinstance(reply, Completion):
                replies[text.place] = reply, None
            elif isinstance(reply, EngineLostError):
                raise reply
            else:
                replies[text.place] = _NOTHING, asker.context.problem(reply)
        return [replies[place] for place in range(len(asked))]


def _unanswered(at: Place, question: str) -> Pair:
    return Pair(at.pair_id, at.passage, at.split, question, "")
