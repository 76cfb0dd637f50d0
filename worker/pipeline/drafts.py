"""One answer on its way: what it is asked, what it may use, and what it becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from worker.answering.attribution import Attribution, attribute
from worker.answering.citations import check_citations
from worker.answering.evidence.judge import Evidence
from worker.answering.names import unfounded_names
from worker.answering.numbers import unfounded_numbers
from worker.answering.prompts import NO_ANSWER, Layout, clean_answer, fill
from worker.answering.quotes import check_quotes
from worker.contract import (
    Answer,
    AnswerMode,
    Citation,
    Problem,
    Question,
    QuestionRanking,
    RankedChunk,
    StageSeconds,
    Support,
)
from worker.inference.base import Completion, Prompt

#: Characters of a passage below which it is not worth showing.
_LEAST_CONTEXT = 200


@dataclass(frozen=True)
class Draft:
    """One answer to be written; `contexts` stand in the order that they have in the prompt.

    `unread` says what a model was given in a language that it does not know.
    """

    question: Question
    ranking: QuestionRanking
    mode: AnswerMode
    contexts: tuple[RankedChunk, ...]
    evidence: Evidence | None
    prompt_seconds: float
    unread: tuple[str, ...] = ()
    left_out: int = 0
    shortened: bool = False

    @property
    def abstains(self) -> bool:
        """Whether what was retrieved does not hold the answer, so that nobody is asked."""
        return self.evidence is not None and not self.evidence.enough

    def prompt(self, layout: Layout) -> Prompt:
        """Return what the model is to read."""
        text = fill(layout, self.question.text, [row.text for row in self.contexts])
        return Prompt(text, layout.form, layout.stop)

    def smaller(self) -> Draft | None:
        """Return the draft with less to read: without its last-ranked context, or half of its only.

        None if nothing is left to take away.
        """
        if len(self.contexts) > 1:
            last = max(self.contexts, key=self._rank)
            kept = tuple(row for row in self.contexts if row is not last)
            return replace(self, contexts=kept, left_out=self.left_out + 1)
        if not self.contexts or len(self.contexts[0].text) < _LEAST_CONTEXT:
            return None
        only = self.contexts[0]
        half = only.model_copy(update={"text": _beginning(only.text, len(only.text) // 2)})
        return replace(self, contexts=(half,), shortened=True)

    def answer(self, model: str, completion: Completion, problem: Problem | None = None) -> Answer:
        """Return the answer that a completion gives, with its citations looked at."""
        checked = check_citations(clean_answer(completion.text), len(self.contexts))
        passages = [row.text for row in self.contexts]
        whole = checked.text + ("…" if completion.cut else "")
        found = attribute(whole, self.question.text, passages)
        return Answer(
            qid=self.question.qid,
            question=self.question.text,
            mode=self.mode,
            text=found.text,
            citations=tuple(
                Citation(
                    number=number,
                    chunk_id=row.chunk_id,
                    source=row.source,
                    start=row.start,
                    cited=number in found.named or number in found.added,
                    attributed=number in found.added,
                )
                for number, row in enumerate(self.contexts, start=1)
            ),
            support=self._support(found, checked.dangling),
            seconds=self._seconds(completion.seconds),
            prompt_tokens=completion.prompt_tokens,
            reused_tokens=completion.reused_tokens,
            tokens=completion.tokens,
            model=model,
            problem=problem,
        )

    def abstention(self) -> Answer:
        """Return the answer of somebody who does not know and has not asked the model."""
        asked_nobody = replace(self, contexts=())
        return asked_nobody.answer("", Completion(NO_ANSWER, 0, 0, cut=False))

    def _support(self, found: Attribution, dangling: int) -> Support:
        passages = [row.text for row in self.contexts]
        quotes, quotes_found = check_quotes(found.text, passages)
        known = [self.question.text, *passages]
        evidence = self.evidence
        return Support(
            similarity=max((row.query_similarity for row in self.contexts), default=None),
            evidence=evidence.score if evidence else None,
            needed=evidence.needed if evidence else None,
            reason=evidence.why if evidence else "",
            left_out=self.left_out,
            shortened=self.shortened,
            dangling=dangling,
            quotes=quotes if self.contexts else 0,
            quotes_found=quotes_found,
            moved=found.moved,
            doubtful=tuple(sorted(found.doubtful)),
            numbers=unfounded_numbers(found.text, known) if passages else (),
            names=unfounded_names(found.text, known) if passages else (),
            unread=self.unread,
        )

    def _seconds(self, generate: float) -> StageSeconds:
        ranked = self.ranking.seconds
        return StageSeconds(
            embed=0.0 if self.mode == "no-rag" else ranked.embed,
            retrieve=0.0 if self.mode == "no-rag" else ranked.retrieve,
            score=ranked.score if self.mode == "sexy" else 0.0,
            prompt=self.prompt_seconds,
            generate=generate,
        )

    def _rank(self, row: RankedChunk) -> int:
        return row.rank if self.mode == "sexy" else row.query_rank


def _beginning(text: str, length: int) -> str:
    """Return the whole words, or in scripts without spaces the characters, up to a length."""
    return re.sub(r"(?<=\s)\S*$", "", text[:length]).rstrip() if " " in text else text[:length]
