"""The answer job: each question in each mode, from contexts in similarity or in SEXY order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter

from worker.answering.contexts import choose_contexts
from worker.answering.prompt_order import shared_first
from worker.answering.prompts import choose_layout
from worker.contract import (
    Answer,
    AnswerMode,
    AnswerRequest,
    AnswerResult,
    Question,
    QuestionRanking,
    RankedChunk,
    RunStamp,
    TextReady,
)
from worker.errors import BonsaiError
from worker.inference.base import Completion, Sampling
from worker.models.hub.kept import with_commit
from worker.pipeline.completing import Asker
from worker.pipeline.drafts import Draft
from worker.pipeline.job_context import JobContext, short_hash
from worker.pipeline.judging import JudgedQuestion, judged_questions
from worker.pipeline.pace import Pace
from worker.pipeline.ranking import rankings
from worker.pipeline.translating import ranked_texts, translations
from worker.pipeline.unread_texts import unread_texts

Key = tuple[str, AnswerMode]

#: Fields of a request that no setting stands for, or that are in its stamp by themselves.
_NO_SETTINGS = {"job", "protocol", "run_id", "ranking", "llm", "only"}


def answer(request: AnswerRequest, context: JobContext) -> AnswerResult:
    """Rank, then answer each question in each mode, and translate what is asked for.

    An answer that fails is reported in its row, and the others go on.

    :raises BonsaiError: as `rank` does; or if the model or the prompt layout cannot be used.
    """
    started = perf_counter()
    model = context.runtime.language_model(request.llm)
    context.check_cancelled()
    layout = choose_layout(request.prompt, has_chat_layout=model.has_chat_layout)
    name = with_commit(context.runtime.settings.models, model.name)
    ranking = rankings(request.ranking, context, lambda stamp: _stamp(request, name, stamp))
    asker = Asker(model, layout, _sampling(request), context)
    answers = _answer_all(request, ranking.questions, asker)
    shown = [*(answer.text for answer in answers), *ranked_texts(ranking.questions)]
    return AnswerResult(
        run=ranking.run,
        questions=ranking.questions,
        translations=translations(request.ranking, shown, context),
        answers=tuple(answers),
        problems=ranking.problems,
        remarks=ranking.remarks,
        seconds=perf_counter() - started,
    )


def _stamp(request: AnswerRequest, llm: str, ranking: RunStamp) -> RunStamp:
    own = request.model_dump(mode="json", exclude=_NO_SETTINGS)
    settings = short_hash([ranking.settings_hash, own])
    return ranking.model_copy(
        update={"run_id": request.run_id, "llm": llm, "settings_hash": settings}
    )


def _sampling(request: AnswerRequest) -> Sampling:
    return Sampling(request.max_tokens, request.temperature, request.seed, request.repeatable)


def _answer_all(
    request: AnswerRequest, rankings: Sequence[QuestionRanking], asker: Asker
) -> list[Answer]:
    """Return the answers in the order of the questions; rows come as they are finished."""
    context = asker.context
    answers: dict[Key, Answer] = {(row.qid, row.mode): row for row in context.stored(Answer)}
    wanted = [
        (ranking.qid, mode)
        for ranking in rankings
        for mode in request.modes
        if request.asks(ranking.qid, mode)
    ]
    drafts = [
        draft
        for draft in _drafts(request, rankings, asker)
        if (draft.question.qid, draft.mode) not in answers
    ]
    pace = Pace(len(wanted) - len(drafts), len(wanted), asker.model.streams)
    context.progress("Answering", pace.done, pace.of)
    for given in _answers(drafts, asker):
        context.row(given)
        answers[given.qid, given.mode] = given
        estimate = pace.step(written=given.tokens > 0)
        context.progress("Answering", pace.done, pace.of, f"{given.qid} {given.mode}", estimate)
    return [answers[key] for key in wanted]


def _answers(drafts: Sequence[Draft], asker: Asker) -> Iterator[Answer]:
    def tell(draft: Draft, text: str) -> None:
        asker.context.emit(TextReady(qid=draft.question.qid, mode=draft.mode, text=text))

    yield from (draft.abstention() for draft in drafts if draft.abstains)
    for draft, reply in asker.ask([draft for draft in drafts if not draft.abstains], tell):
        if isinstance(reply, Completion):
            yield draft.answer(asker.model.name, reply)
        else:
            problem = asker.context.problem(_add_place(reply, draft))
            yield draft.answer(asker.model.name, Completion("", 0, 0, cut=False), problem)


def _drafts(
    request: AnswerRequest, rankings: Sequence[QuestionRanking], asker: Asker
) -> list[Draft]:
    """Return what is to be written, question by question.

    Always over all questions, also when some are answered already: how contexts are ordered
    depends on all of them.
    """
    by_qid = {question.qid: question for question in request.ranking.questions}
    judged: dict[str, JudgedQuestion] = {}
    if request.gate and (read := [each for each in rankings if _reads(request, each.qid)]):
        judged = judged_questions(request, read, asker)
    drafts = [
        draft
        for ranking in rankings
        for draft in _drafts_of(request, by_qid[ranking.qid], ranking, judged.get(ranking.qid))
    ]
    if request.repeatable or not asker.layout.begins_with_contexts:
        return drafts
    return _beginning_alike(drafts)


def _reads(request: AnswerRequest, qid: str) -> bool:
    """Say whether a question is answered from passages."""
    return any(request.asks(qid, mode) for mode in request.modes if mode != "no-rag")


def _drafts_of(
    request: AnswerRequest,
    question: Question,
    ranking: QuestionRanking,
    judged: JudgedQuestion | None,
) -> Iterator[Draft]:
    for mode in request.modes:
        if not request.asks(question.qid, mode):
            continue
        contexts = tuple(_contexts(request, question, ranking, mode))
        unread = unread_texts(request, question, contexts, mode)
        if mode == "no-rag" or judged is None:
            yield Draft(question, ranking, mode, contexts, None, 0.0, unread)
        else:
            evidence, seconds = judged.evidence, judged.seconds
            yield Draft(question, ranking, mode, contexts, evidence, seconds, unread)


def _beginning_alike(drafts: Sequence[Draft]) -> list[Draft]:
    asked = [() if draft.abstains else draft.contexts for draft in drafts]
    orders = shared_first([[row.chunk_id for row in contexts] for contexts in asked])
    by_id = {row.chunk_id: row for contexts in asked for row in contexts}
    return [
        replace(draft, contexts=tuple(by_id[chunk_id] for chunk_id in order))
        for draft, order in zip(drafts, orders, strict=True)
    ]


def _contexts(
    request: AnswerRequest, question: Question, ranking: QuestionRanking, mode: AnswerMode
) -> list[RankedChunk]:
    if mode == "no-rag":
        return []
    rows = list(ranking.rows)
    if mode == "rag":
        rows.sort(key=lambda row: row.query_rank)
    return choose_contexts(
        rows,
        request.contexts,
        question.excluded_chunk_ids,
        one_per_pov=request.one_per_pov and mode == "sexy",
    )


def _add_place(error: BonsaiError, draft: Draft) -> BonsaiError:
    question = draft.question
    place = f", {question.place}" if question.place else ""
    what = f"{error.what[:-1]} (question {question.qid}{place}, mode {draft.mode})."
    return type(error)(what, error.why, error.next_step)
