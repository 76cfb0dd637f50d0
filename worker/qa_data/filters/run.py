"""All filters in a row, the cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from worker.qa_data.filters.copying import copied
from worker.qa_data.filters.duplicates import near_duplicate
from worker.qa_data.filters.facts import Unfounded, unfounded_facts
from worker.qa_data.filters.form import bad_form, bad_question
from worker.qa_data.filters.round_trip import TOP_K, not_found
from worker.qa_data.filters.stand_alone import needs_passage
from worker.qa_data.pair import Pair, Passage, Rejection, UnitVectors

#: Returns the (n, dim) unit vectors of texts.
Embed = Callable[[Sequence[str]], UnitVectors]


@dataclass(frozen=True)
class Corpus:
    """The passages that questions are to find theirs among, with their vectors.

    It holds the passage of each pair, by its chunk id.
    """

    passages: Sequence[Passage]
    vectors: UnitVectors


def read_alone(pair: Pair, unfounded: Unfounded) -> Rejection | None:
    """Return why a pair is rejected by what it says, without a look at any other."""
    return bad_form(pair) or needs_passage(pair) or copied(pair) or unfounded_facts(pair, unfounded)


def read_question(pair: Pair, unfounded: Unfounded) -> Rejection | None:
    """Return why a pair that has no answer yet is rejected by its question.

    Most pairs that are rejected are so by their question, and an answer takes a model's time.
    """
    return (
        bad_question(pair)
        or needs_passage(pair)
        or copied(pair)
        or unfounded_facts(pair, unfounded)
    )


def run_filters(
    pairs: Sequence[Pair],
    corpus: Corpus,
    *,
    unfounded: Unfounded,
    embed_questions: Embed,
    embed_answers: Embed,
    top_k: int = TOP_K,
) -> list[Rejection | None]:
    """Return for each pair why it is rejected, or None if it stays.

    Only what is left of each filter goes into the next, so that a rejected question makes no
    duplicate of a good one, and only what can be read alone is embedded. Grades of a model are
    not asked for here.
    """
    verdicts = [read_alone(pair, unfounded) for pair in pairs]
    left = [place for place, verdict in enumerate(verdicts) if verdict is None]
    if not left:
        return verdicts
    questions = embed_questions([pairs[place].question for place in left])
    answers = embed_answers([pairs[place].answer for place in left])
    rows = {passage.chunk_id: row for row, passage in enumerate(corpus.passages)}
    own = [rows[pairs[place].passage.chunk_id] for place in left]
    lost = not_found(questions, corpus.vectors, own, top_k)
    kept: list[Pair] = []
    of_questions, of_answers = np.empty_like(questions), np.empty_like(answers)
    for row, place in enumerate(left):
        question, answer, number = questions[row : row + 1], answers[row : row + 1], len(kept)
        verdicts[place] = lost[row] or near_duplicate(
            pairs[place], question, answer, kept, of_questions[:number], of_answers[:number]
        )
        if verdicts[place] is None:
            kept.append(pairs[place])
            of_questions[number], of_answers[number] = question[0], answer[0]
    return verdicts
