"""The filtering of pairs as they are made: by themselves, among passages, beside those kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from worker.answering.names import unfounded_names
from worker.answering.numbers import unfounded_numbers
from worker.qa_data.filters.duplicates import near_duplicate
from worker.qa_data.filters.round_trip import not_found
from worker.qa_data.filters.run import Corpus, read_alone
from worker.qa_data.pair import Pair, Rejection, UnitVectors
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

    def judge(self, pairs: Sequence[Pair]) -> list[Rejection | None]:
        """Return why each pair is rejected by itself, or for not finding its passage."""
        verdicts = [read_alone(pair, _unfounded) for pair in pairs]
        left = [place for place, verdict in enumerate(verdicts) if verdict is None]
        if left:
            questions = self.question_vectors([pairs[place] for place in left])
            own = [self._rows[pairs[place].passage.chunk_id] for place in left]
            lost = not_found(questions, self.corpus.vectors, own)
            for place, verdict in zip(left, lost, strict=True):
                verdicts[place] = verdict
        return verdicts

    def keep(self, pair: Pair) -> Rejection | None:
        """Keep a pair, unless it says nearly what one that was kept before does."""
        question = self.question_vectors([pair])
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
            self._questions.extend(self.question_vectors(pairs))
            self._answers.extend(self.embedder.embed_documents([pair.answer for pair in pairs]))

    def question_vectors(self, pairs: Sequence[Pair]) -> UnitVectors:
        """Return the (n, dim) vectors of questions; each is made once."""
        return self.runtime.query_vectors(self.embedder, [pair.question for pair in pairs])

    @property
    def vectors(self) -> tuple[UnitVectors, UnitVectors]:
        """The (n, dim) vectors of the questions that were kept, and of their answers."""
        empty = np.empty((0, self.embedder.dim), np.float32)
        questions, answers = np.stack(self._questions), np.stack(self._answers)
        return (questions, answers) if self.kept else (empty, empty)


def _unfounded(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the numbers and names of a text that stand in none of the others."""
    return (*unfounded_numbers(text, known), *unfounded_names(text, known))
