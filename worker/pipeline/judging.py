"""The judging of a run: for each question, whether what was retrieved holds its answer."""

from __future__ import annotations

from collections.abc import Sequence
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
    open_ones = {
        qid: each
        for qid, each in judged.items()
        if each.passages and weighing.is_unsure(each.evidence)
    }
    qids = list(open_ones)
    prompts = [_prompt(each) for each in open_ones.values()]
    sampling = Sampling(1, repeatable=repeatable, first_tokens=_FIRST_TOKENS)
    after: dict[str, JudgedQuestion] = {}
    stage = "Asking the model about evidence"
    context.progress(stage, 0, len(prompts))
    with suppress(EngineLostError):  # who answers next will see whether it comes back
        replies = model.generate(
            prompts, sampling, on_text=lambda _index, _text: None, cancelled=context.cancelled
        )
        for done, (index, reply) in enumerate(replies, start=1):
            context.progress(stage, done, len(prompts), qids[index])
            if isinstance(reply, Completion) and reply.first_tokens:
                asked = open_ones[qids[index]]
                after[qids[index]] = replace(
                    asked,
                    evidence=weighing.weighed(asked.evidence, reply.first_tokens),
                    seconds=asked.seconds + reply.seconds,
                )
    return after


def _prompt(judged: JudgedQuestion) -> Prompt:
    return Prompt(fill(STATES_ANSWER, judged.question, judged.passages), STATES_ANSWER.form)


def _stored(context: JobContext) -> dict[str, Evidence]:
    """Return the evidence for questions that were answered already."""
    return {
        row.qid: Evidence(row.support.evidence, row.support.needed, row.support.reason)
        for row in context.stored(Answer)
        if row.support.evidence is not None and row.support.needed is not None
    }
