"""The answer job: each question in each mode, from contexts in similarity or in SEXY order."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from worker.answering.contexts import choose_contexts
from worker.answering.prompts import Layout, choose_layout, clean_answer, fill
from worker.contract import (
    Answer,
    AnswerMode,
    AnswerRequest,
    AnswerResult,
    Citation,
    Question,
    QuestionRanking,
    RankedChunk,
    RunStamp,
    TextReady,
)
from worker.errors import EngineError, PromptTooLongError
from worker.inference.base import Completion, LanguageModel, Prompt
from worker.pipeline.job_context import JobContext, short_hash
from worker.pipeline.ranking import rank


@dataclass(frozen=True)
class _Run:
    """One answer run under way."""

    request: AnswerRequest
    context: JobContext
    model: LanguageModel
    layout: Layout


def answer(request: AnswerRequest, context: JobContext) -> AnswerResult:
    """Rank, then answer each question in each mode.

    An answer that fails is reported in its row, and the others go on.

    :raises BonsaiError: as `rank` does; or if the model or the prompt layout cannot be used.
    """
    started = perf_counter()
    model = context.runtime.language_model(request.llm)
    layout = choose_layout(request.prompt, has_chat_layout=model.has_chat_layout)
    ranking = rank(request.ranking, context, lambda stamp: _stamp(request, model, stamp))
    run = _Run(request, context, model, layout)
    answers = _answer_all(run, ranking.questions)
    return AnswerResult(
        run=ranking.run,
        questions=ranking.questions,
        answers=tuple(answers),
        problems=ranking.problems,
        statistics=ranking.statistics,
        remarks=ranking.remarks,
        seconds=perf_counter() - started,
    )


def _stamp(request: AnswerRequest, model: LanguageModel, ranking: RunStamp) -> RunStamp:
    settings = [
        ranking.settings_hash,
        request.modes,
        request.contexts,
        request.one_per_pov,
        request.prompt,
    ]
    return ranking.model_copy(
        update={"run_id": request.run_id, "llm": model.name, "settings_hash": short_hash(settings)}
    )


def _answer_all(run: _Run, rankings: tuple[QuestionRanking, ...]) -> list[Answer]:
    by_qid = {question.qid: question for question in run.request.ranking.questions}
    work = [(ranking, mode) for ranking in rankings for mode in run.request.modes]
    stored = {(given.qid, given.mode): given for given in run.context.stored(Answer)}
    answers: list[Answer] = []
    for ranking, mode in work:
        run.context.progress("Answering", len(answers), len(work), f"{ranking.qid} {mode}")
        given = stored.get((ranking.qid, mode))
        if given is None:
            given = _answer_one(run, by_qid[ranking.qid], ranking, mode)
            run.context.row(given)
        answers.append(given)
    run.context.progress("Answering", len(answers), len(work))
    return answers


def _answer_one(
    run: _Run, question: Question, ranking: QuestionRanking, mode: AnswerMode
) -> Answer:
    started = perf_counter()
    contexts = _contexts(run.request, question, ranking, mode)
    problem = None
    try:
        completion = _generate(run, question, contexts, mode)
    except (PromptTooLongError, EngineError) as error:
        completion = Completion("", 0, 0, cut=False)
        problem = run.context.problem(_placed(error, question, mode))
    return Answer(
        qid=question.qid,
        question=question.text,
        mode=mode,
        text=clean_answer(completion.text) + ("…" if completion.cut else ""),
        citations=_citations(contexts),
        similarity=max((row.query_similarity for row in contexts), default=None),
        seconds=perf_counter() - started,
        prompt_tokens=completion.prompt_tokens,
        tokens=completion.tokens,
        model=run.model.name,
        problem=problem,
    )


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


def _generate(
    run: _Run, question: Question, contexts: list[RankedChunk], mode: AnswerMode
) -> Completion:
    text = fill(run.layout, question.text, [row.text for row in contexts])
    return run.model.generate(
        Prompt(text, run.layout.form, run.layout.stop),
        max_tokens=run.request.max_tokens,
        on_text=lambda piece: run.context.emit(TextReady(qid=question.qid, mode=mode, text=piece)),
        cancelled=run.context.cancelled,
    )


def _citations(contexts: list[RankedChunk]) -> tuple[Citation, ...]:
    return tuple(
        Citation(number=number, chunk_id=row.chunk_id, source=row.source, start=row.start)
        for number, row in enumerate(contexts, start=1)
    )


def _placed(
    error: PromptTooLongError | EngineError, question: Question, mode: str
) -> PromptTooLongError | EngineError:
    place = f", {question.place}" if question.place else ""
    what = f"{error.what[:-1]} (question {question.qid}{place}, mode {mode})."
    return type(error)(what, error.why, error.next_step)
