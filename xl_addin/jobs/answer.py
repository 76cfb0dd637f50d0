"""The answer job: each question answered in up to three modes, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import get_args

from worker.contract import ANSWER, Answer, AnswerMode, AnswerRequest, RankRequest, Translation
from worker.evaluation.abstention import abstains
from worker.settings import Settings
from xl_addin.jobs.base import Asked, ExcelJob, Inputs, Landing, RowText, SummaryTable
from xl_addin.jobs.button import Button
from xl_addin.jobs.estimate import Plan
from xl_addin.jobs.rank import JOB as RANK_JOB
from xl_addin.jobs.rank import RANKING_FLAGS, first_questions, land_ranking, question_order
from xl_addin.jobs.rank import ask as ask_to_rank
from xl_addin.jobs.run import Run
from xl_addin.jobs.run_inputs import note_inputs
from xl_addin.jobs.scope import narrowed_answers
from xl_addin.sheets.answers import (
    ANSWERS,
    STAGES,
    answers_content,
    citation_lines,
    support_lines,
)
from xl_addin.sheets.edited_answers import keep_edits
from xl_addin.sheets.evaluation import BY_QUESTION, EVALUATION
from xl_addin.sheets.options import Options
from xl_addin.sheets.settings.answer import CONTEXTS, LLM, MODES, PROMPT
from xl_addin.sheets.stale_marks import of_run, with_stale_marks
from xl_addin.sheets.translations import outdated_note, with_translations
from xl_addin.workbook.port import Row, WorkbookPort

_COUNTED = ("Mode", "Answers", "Abstained", "Failed", "Prompt tokens", "Reused", "Tokens")


def answer_request(options: Options, machine: Settings, ranking: RankRequest) -> AnswerRequest:
    """Return the request to rank as `ranking` says, then answer."""
    return AnswerRequest(
        run_id=ranking.run_id,
        ranking=ranking,
        llm=options[LLM] or machine.llm,
        **options.fields(AnswerRequest),
    )


def ask(inputs: Inputs) -> Asked[AnswerRequest]:
    """Ask for the questions and points of view in use; raises as the rank job does."""
    ranking = ask_to_rank(inputs)
    request = answer_request(inputs.options, inputs.machine, ranking.request)
    return Asked(request, ranking.left_out)


def first_answers(request: AnswerRequest, number: int) -> AnswerRequest:
    """Return the same for the first so many questions alone."""
    ranking = first_questions(request.ranking, number)
    kept = {question.qid for question in ranking.questions}
    only = tuple(pair for pair in request.only if pair[0] in kept)
    return request.model_copy(update={"ranking": ranking, "only": only})


def plan(request: AnswerRequest) -> Plan:
    """Return what a request makes."""
    return Plan(request.ranking, request)


def land(landing: Landing[AnswerRequest]) -> Sequence[Row]:
    """Fill what Rank fills, and Answers."""
    book, run, request = landing.book, landing.run, landing.request
    lost = [*land_ranking(book, request.ranking, run), *_land_answers(book, request, run)]
    note_inputs(landing, request.ranking, request)
    return lost


def _land_answers(book: WorkbookPort, request: AnswerRequest, run: Run) -> Sequence[Row]:
    answers = run.rows(Answer)
    if not answers:
        return ()
    content = of_run(answers_content(answers), request.run_id)
    old = book.read_table(ANSWERS).rows
    qids = question_order(request.ranking, [row.values.get("QID") for row in old])
    replaces_all = run.is_whole and not request.ranking.is_part
    rows = keep_edits(content.rows, old, list(map(str, qids)), is_whole=replaces_all)
    translated = with_translations(book, replace(content, rows=rows), run.rows(Translation))
    if translated.outdated:
        run.notes.append(outdated_note(translated.outdated, ANSWERS.sheet))
    lost = book.write_table(with_stale_marks(book, translated.content))
    return [*lost, *translated.lost]


def answer_text(answer: Answer) -> RowText:
    """Return one answer in words, with its contexts and what it stands on."""
    title = f"{answer.qid} · {answer.mode} · {answer.seconds.total:.1f} s"
    notes = (", ".join(citation_lines(answer)), "; ".join(support_lines(answer)))
    return RowText(title, answer.text, notes)


def summary(run: Run) -> Iterator[SummaryTable]:
    """Show what the answers of each mode came to, and where their time went."""
    by_mode = {
        mode: [answer for answer in run.rows(Answer) if answer.mode == mode]
        for mode in get_args(AnswerMode)
    }
    given = {mode: answers for mode, answers in by_mode.items() if answers}
    if not given:
        return
    counts = [(mode, *_counts(answers)) for mode, answers in given.items()]
    seconds = [(mode, *_seconds(answers)) for mode, answers in given.items()]
    yield SummaryTable("Answered", _COUNTED, counts)
    yield SummaryTable("Seconds", ("Mode", *STAGES, "Total", "Tokens/s"), seconds)


def _counts(answers: Sequence[Answer]) -> tuple[int, ...]:
    whole = [answer for answer in answers if not answer.problem]
    return (
        len(answers),
        sum(abstains(answer.text) for answer in whole),
        len(answers) - len(whole),
        sum(answer.prompt_tokens for answer in answers),
        sum(answer.reused_tokens for answer in answers),
        sum(answer.tokens for answer in answers),
    )


def _seconds(answers: Sequence[Answer]) -> tuple[float, ...]:
    stages = [sum(getattr(answer.seconds, stage.lower()) for answer in answers) for stage in STAGES]
    generate = sum(answer.seconds.generate for answer in answers)
    tokens = sum(answer.tokens for answer in answers)
    return (*stages, sum(stages), tokens / generate if generate else 0.0)


JOB = ExcelJob(
    ANSWER,
    ask,
    land,
    sheets=(ANSWERS, EVALUATION, BY_QUESTION),
    shares=RANK_JOB.sheets,
    about="Rank, then answer each question without passages, with similar ones, with SEXY ones.",
    summary=summary,
    flags=(MODES, CONTEXTS, LLM, PROMPT, *RANKING_FLAGS),
    plain_files=True,
    plan=plan,
    first=first_answers,
    narrow=narrowed_answers,
    told={Answer: answer_text},
    button=Button(
        "bonsaiAnswer",
        "Answer",
        "answer",
        "ReviewNewComment",
        "Answer the questions",
        "Writes answers with and without your points of view side by side on Answers. "
        "Passages with Keep = no are left out; your Verdict and Note columns stay.",
        "A",
        blocked_while_running=True,
    ),
)
