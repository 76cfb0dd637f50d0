"""The filtering of pairs as they are made: by themselves, among passages, beside those kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from worker.answering.names import unfounded_names
from worker.answering.numbers import unfounded_numbers
from worker.qa_data.audit import Audit, audit
from worker.qa_data.filters.duplicates import near_duplicate
from worker.qa_data.filters.round_trip import not_found
from worker.qa_data.filters.run import Corpus, read_alone, read_question
from worker.qa_data.negatives import Mining, hard_negatives
from worker.qa_data.pair import Pair, Rejection, Split, UnitVectors
from worker.retrieval.base import Embedder
from worker.runtime import Runtime


@dataclass
class PairFilter:
    """The filters that no model is asked for, over a corpus.

    What a pair is compared with are the pairs kept before it, so a run that goes on from stored
    rows comes to the same set as one that was never interrupted.
    """

    runtime: Runtime
    embedder: Embedder
    corpus: Corpus
    kept: list[Pair] = field(default_factory=list)
    _questions: list[UnitVectors] = field(default_factory=list)
    _answers: list[UnitVectors] = field(default_factory=list)

    def __post_init__(self) -> None:
        passages = self.corpus.passages
        self._rows = {passage.chunk_id: row for row, passage in enumerate(passages)}

    def judge_questions(self, pairs: Sequence[Pair]) -> list[Rejection | None]:
        """Return why each pair is rejected by its question, before it is answered."""
        verdicts = [read_question(pair, _unfounded) for pair in pairs]
        left = [place for place, verdict in enumerate(verdicts) if verdict is None]
        if left:
            questions = self._question_vectors([pairs[place] for place in left])
            own = [self._rows[pairs[place].passage.chunk_id] for place in left]
            lost = not_found(questions, self.corpus.vectors, own)
            for place, verdict in zip(left, lost, strict=True):
                verdicts[place] = verdict
        return verdicts

    def judge_whole(self, pair: Pair) -> Rejection | None:
        """Return why a pair is rejected now that it is answered."""
        return read_alone(pair, _unfounded)

    def keep(self, pair: Pair) -> Rejection | None:
        """Keep a pair, unless it says nearly what one that was kept before does."""
        question = self._question_vectors([pair])
        answer = self.embedder.embed_documents([pair.answer])
        rejection = None
        if self.kept:
            questions, answers = np.stack(self._questions), np.stack(self._answers)
            rejection = near_duplicate(pair, question, answer, self.kept, questions, answers)
        if rejection is None:
            self.kept.append(pair)
            self._questions.append(question[0])
            self._answers.append(answer[0])
        return rejection

    def keep_stored(self, pairs: Sequence[Pair]) -> None:
        """Keep pairs that an earlier try has kept, in their order."""
        if pairs:
            self.kept.extend(pairs)
            self._questions.extend(self._question_vectors(pairs))
            self._answers.extend(self.embedder.embed_documents([pair.answer for pair in pairs]))

    def _question_vectors(self, pairs: Sequence[Pair]) -> UnitVectors:
        """Return the (n, dim) vectors of questions; each is made once."""
        return self.runtime.query_vectors(self.embedder, [pair.question for pair in pairs])

    def audited(self) -> Audit:
        """Return what the pairs kept for validation have in common with those for training."""
        if not self.kept:
            return Audit(0, 0, ())
        return audit(self.kept, np.stack(self._questions), np.stack(self._answers))

    def negatives(self, pair: Pair, splits: Mapping[str, Split], count: int) -> tuple[str, ...]:
        """Return up to `count` passages near the question of a pair that do not answer it."""
        question, corpus = self._question_vectors([pair]), self.corpus
        (found,) = hard_negatives(
            [pair], question, corpus.passages, corpus.vectors, splits, Mining(count)
        )
        return tuple(passage.text for passage in found)


def _unfounded(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the numbers and names of a text that stand in none of the others."""
    return (*unfounded_numbers(text, known), *unfounded_names(text, known))
