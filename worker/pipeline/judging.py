"""The judging of a run: for each question, whether what was retrieved holds its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import perf_counter

from worker.answering.evidence.judge import Evidence
from worker.answering.evidence.second_judge import WEIGHINGS
from worker.answering.prompts import STATES_ANSWER, fill
from worker.contract import Answer, AnswerRequest, QuestionRanking
from worker.errors import EngineLostError
from worker.inference.base import Completion, LanguageModel, Prompt, Sampling
from worker.pipeline.completing import Asker
from worker.pipeline.evidence_gate import PASSAGES_READ, EvidenceGate
from worker.pipeline.job_context import JobContext

#: Of the likeliest first tokens, those among which Yes and No are looked for.
_FIRST_TOKENS = 20


@dataclass(frozen=True)
class JudgedQuestion:
    """The evidence for one question, the passages it was found in, and the seconds it took."""

    question: str
    passages: tuple[str, ...]
    evidence: Evidence
    seconds: float


def judged_questions(
    request: AnswerRequest, rankings: Sequence[QuestionRanking], asker: Asker
) -> dict[str, JudgedQuestion]:
    """Return what was found out about each question, by its id.

    A question that was answered before an interruption keeps its evidence.
    """
    known = _stored(asker.context)
    gate = EvidenceGate(request.ranking, asker.context)
    excluded = {each.qid: each.excluded_chunk_ids for each in request.ranking.questions}
    judged: dict[str, JudgedQuestion] = {}
    for number, ranking in enumerate(rankings):
        asker.context.progress("Judging evidence", number, len(rankings), ranking.qid)
        started = perf_counter()
        nearest = sorted(ranking.rows, key=lambda row: row.query_rank)
        left = [row.text for row in nearest if row.chunk_id not in excluded[ranking.qid]]
        evidence = known.get(ranking.qid) or gate.judge(ranking.question, left)
        seconds = perf_counter() - started
        passages = tuple(left[:PASSAGES_READ])
        judged[ranking.qid] = JudgedQuestion(ranking.question, passages, evidence, seconds)
    new = {qid: each for qid, each in judged.items() if qid not in known}
    judged.update(second_look(new, asker.model, asker.context, repeatable=request.repeatable))
    return judged


def second_look(
    judged: dict[str, JudgedQuestion],
    model: LanguageModel,
    context: JobContext,
    *,
    repeatable: bool,
) -> dict[str, JudgedQuestion]:
    """Return those that the model was asked about, after its word.

    Only models that were measured are asked, and only where words leave it open. Where the model
    has no word to give, what was found by words holds.
    """
    weighing = WEIGHINGS.get(model.name)
    if weighing is None:
        return {}
    unsure = [
        qid
        for qid, each in judged.items()
        if each.passages and weighing.is_unsure(each.evidence, each.question)
    ]
    replies = _yes_or_no([judged[qid] for qid in unsure], model, context, repeatable)
    return {
        unsure[index]: replace(
            judged[unsure[index]],
            evidence=weighing.weighed(judged[unsure[index]].evidence, reply.first_tokens),
            seconds=judged[unsure[index]].seconds + reply.seconds,
        )
        for index, reply in replies
    }


def _yes_or_no(
    asked: Sequence[JudgedQuestion], model: LanguageModel, context: JobContext, repeatable: bool
) -> Iterator[tuple[int, Completion]]:
    """Yield what a model says of those that it has a word for."""
    prompts = [
        Prompt(fill(STATES_ANSWER, each.question, each.passages), STATES_ANSWER.form)
        for each in asked
    ]
    sampling = Sampling(1, repeatable=repeatable, first_tokens=_FIRST_TOKENS)
    with suppress(EngineLostError):  # whoever asks for an answer next sees to its coming back
        replies = model.generate(
            prompts, sampling, on_text=lambda _index, _text: None, cancelled=context.cancelled
        )
        for done, (index, reply) in enumerate(replies):
            context.progress("Asking the model about evidence", done, len(prompts))
            if isinstance(reply, Completion) and reply.first_tokens:
                yield index, reply


def _stored(context: JobContext) -> dict[str, Evidence]:
    """Return the evidence for questions that were answered already."""
    return {
        row.qid: Evidence(row.support.evidence, row.support.needed, row.support.reason)
        for row in context.stored(Answer)
        if row.support.evidence is not None and row.support.needed is not None
    }
