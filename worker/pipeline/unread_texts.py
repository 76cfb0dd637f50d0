"""What the models of an answer cannot read: it is said beside the answer, which may be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worker.contract import AnswerMode, AnswerRequest, Question, RankedChunk
from worker.language import not_read


def unread_texts(
    request: AnswerRequest, question: Question, contexts: Sequence[RankedChunk], mode: AnswerMode
) -> tuple[str, ...]:
    """Return what each model that had a part in an answer cannot read of what it was given."""
    return tuple(filter(None, _lines(request, question, contexts, mode)))


def _lines(
    request: AnswerRequest, question: Question, contexts: Sequence[RankedChunk], mode: AnswerMode
) -> Iterator[str]:
    ranking = request.ranking
    asked = {"question": [question.text]}
    passages = {"passages": [row.text for row in contexts]}
    povs = {"points of view": [pov.text for pov in ranking.povs]} if mode == "sexy" else {}
    if mode != "no-rag":
        found = asked | passages | ({} if ranking.scoring_embedder else povs)
        yield not_read("embedding model", ranking.embedder, found)
    if mode == "sexy" and ranking.scoring_embedder:
        yield not_read("embedding model", ranking.scoring_embedder, passages | povs)
    yield not_read("language model", request.llm, asked | passages)
