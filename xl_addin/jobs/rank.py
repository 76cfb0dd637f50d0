"""The rank job: passages of each question in the order that the points of view give them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from worker.contract import (
    RANK,
    ChunkFilter,
    PictureWords,
    PointOfView,
    Problem,
    Question,
    QuestionRanking,
    RankRequest,
    Translation,
    check_weights,
)
from worker.errors import InputError
from worker.settings import Settings
from xl_addin.jobs.base import (
    Asked,
    ExcelJob,
    Inputs,
    Landing,
    SummaryTable,
    collection_fields,
    new_run_id,
)
from xl_addin.jobs.button import Button
from xl_addin.jobs.estimate import Plan
from xl_addin.jobs.heatmaps import land_heatmaps
from xl_addin.jobs.run import Run
from xl_addin.jobs.run_inputs import note_inputs
from xl_addin.jobs.scope import narrowed_ranking
from xl_addin.language.language import Say
from xl_addin.sheets.book_language import book_language
from xl_addin.sheets.evaluation import (
    BY_QUESTION,
    EVALUATION,
    land_evaluation,
)
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.inputs import read_povs, read_questions
from xl_addin.sheets.labels import LABELS, land_ranked, moved_note
from xl_addin.sheets.live import LIVE, live_content
from xl_addin.sheets.matrix import MATRIX, matrix_content
from xl_addin.sheets.options import Options
from xl_addin.sheets.pov import weights_can_be_read
from xl_addin.sheets.ranked import RANKED, ranked_content
from xl_addin.sheets.run_inputs import RANKING
from xl_addin.sheets.settings import filling
from xl_addin.sheets.settings.answer import LLM
from xl_addin.sheets.settings.index import COLLECTION, EMBEDDER, LONG_PASSAGES
from xl_addin.sheets.settings.rank import QUESTIONS, TOP_K
from xl_addin.sheets.settings.translate import TRANSLATE_TO, TRANSLATOR
from xl_addin.sheets.stale_marks import of_run, with_stale_marks
from xl_addin.sheets.translations import outdated_note, with_translations
from xl_addin.workbook.port import CellValue, Formula, Row, RowValue, TableContent, WorkbookPort

#: A sheet has 1,048,576 rows and 16,384 columns; to write a row takes some 20 kB of memory.
_MOST_ROWS, _MOST_POVS = 500_000, 8_000
#: Whatever says how passages are ranked.
RANKING_FLAGS = (
    *filling(RankRequest, ChunkFilter), QUESTIONS, COLLECTION, EMBEDDER, LONG_PASSAGES,
)  # fmt: skip


def rank_request(
    options: Options,
    machine: Settings,
    questions: Sequence[Question],
    povs: Sequence[PointOfView],
    say: Say = str,
) -> RankRequest:
    """Return the request to rank for these questions by these points of view.

    :param say: says the words that stand over pictures.
    """
    return RankRequest(
        run_id=new_run_id(),
        questions=tuple(questions),
        povs=tuple(povs),
        picture_words=PictureWords(**{name: say(text) for name, text in PictureWords()}),
        only=ChunkFilter(**options.fields(ChunkFilter)),
        **collection_fields(options, machine),
        **options.fields(RankRequest) | {"translator": _translator(options, machine)},
    )


def _translator(options: Options, machine: Settings) -> str:
    """Return the model that translates: the one asked for, else what writes answers."""
    return (options[TRANSLATOR] or options[LLM] or machine.llm) if options[TRANSLATE_TO] else ""


def ask(inputs: Inputs) -> Asked[RankRequest]:
    """Ask for the questions and points of view in use.

    :raises WorkbookError: if a table cannot be read; InputError: if no row is left in one, or
        all weights are 0.
    """
    questions, unasked = read_questions(inputs.questions, inputs.options[QUESTIONS])
    povs, unseen = read_povs(inputs.povs)
    _refuse_nothing("question", inputs.questions.name, bool(questions), unasked)
    _refuse_nothing("point of view", inputs.povs.name, bool(povs), unseen)
    check_weights(povs)
    say = book_language(inputs.questions).say
    request = rank_request(inputs.options, inputs.machine, questions, povs, say)
    _refuse_too_many(request)
    return Asked(request, unasked + unseen)


def first_questions(request: RankRequest, number: int) -> RankRequest:
    """Return the same for the first so many questions alone."""
    some = request.questions[:number]
    is_part = request.is_part or len(some) < len(request.questions)
    return request.model_copy(update={"questions": some, "is_part": is_part})


def _refuse_too_many(request: RankRequest) -> None:
    """Refuse what no workbook takes, before anything is run."""
    questions, povs = len(request.questions), len(request.povs)
    if questions * request.top_k > _MOST_ROWS:
        raise InputError(
            f"{questions:,} questions × {request.top_k:,} passages are "
            f"{questions * request.top_k:,} rows.",
            f"The sheet Ranked is written with up to {_MOST_ROWS:,}.",
            f"Lower '{TOP_K.name}' on the Settings sheet, or set the Use of some questions to no.",
        )
    if povs > _MOST_POVS:
        raise InputError(
            f"{povs:,} points of view are in use.",
            f"The sheet Matrix has columns for {_MOST_POVS:,}.",
            "Set the Use of some to no.",
        )


def _refuse_nothing(what: str, book: str, found: bool, problems: tuple[Problem, ...]) -> None:
    if not found:
        raise InputError(
            f"There is no {what} in use in {book}.",
            str(problems[0]) if problems else "All rows are empty, or have Use = no.",
            f"Write at least one {what} and set its Use to yes.",
        )


def land(landing: Landing[RankRequest]) -> Sequence[Row]:
    """Fill Ranked, Matrix, Live, Heatmap and Inputs; Labels and Evaluation follow."""
    lost = land_ranking(landing.book, landing.request, landing.run)
    note_inputs(landing, landing.request)
    return lost


def land_ranking(book: WorkbookPort, request: RankRequest, run: Run) -> Sequence[Row]:
    """Write rankings; questions that a run was not for, or did not reach, stay as they are."""
    rankings = run.rows(QuestionRanking)
    if not rankings:
        return ()
    leaves_others = request.is_part or not run.is_whole
    before = book.read_table(RANKED).rows if leaves_others else None
    ranked, *rest = (
        _completed(book, content, request) if leaves_others else content
        for content in _contents(book, rankings, request)
        if book.has_table(content.table)
    )
    translated = with_translations(book, ranked, run.rows(Translation))
    if translated.outdated:
        run.notes.append(outdated_note(translated.outdated, RANKED.sheet))
    landed = land_ranked(book, with_stale_marks(book, translated.content, RANKING))
    if landed.moved:
        run.notes.append(moved_note(landed.moved))
    for content in rest:
        book.write_table(content)
    run.notes += land_evaluation(book, ranked.rows)
    run.notes += land_heatmaps(book, request, run, before)
    return [*landed.lost, *translated.lost]


def _contents(
    book: WorkbookPort, rankings: Sequence[QuestionRanking], request: RankRequest
) -> Iterator[TableContent]:
    """Yield what rankings give to Ranked, Matrix and Live."""
    povs, score, share = request.povs, request.score, request.sexy_share
    yield of_run(ranked_content(rankings), request.run_id)
    yield matrix_content(rankings, povs, score, share, follows=weights_can_be_read(book))
    yield live_content(rankings, povs, score)


def _completed(book: WorkbookPort, content: TableContent, request: RankRequest) -> TableContent:
    """Return the content with the old rows of other questions, each question in its place."""
    reached = {row["QID"] for row in content.rows}
    formulas = {
        header: value for header, value in content.rows[0].items() if isinstance(value, Formula)
    }
    standing = book.read_table(content.table).rows
    old = [
        {**row.cells(content.run_columns), **formulas}
        for row in standing
        if row.values.get("QID") not in reached
    ]
    qids = question_order(request, [row.values.get("QID") for row in standing])
    places: dict[RowValue, int] = {qid: place for place, qid in enumerate(qids)}
    rows = sorted([*content.rows, *old], key=lambda row: places[row["QID"]])
    return replace(content, rows=rows)


def question_order(request: RankRequest, standing: Sequence[CellValue]) -> list[CellValue]:
    """Return the ids of questions as a table is to have them: those of a part where they stand.

    :param standing: the ids of the rows that stand there.
    """
    asked = [question.qid for question in request.questions]
    order = (standing, asked) if request.is_part else (asked, standing)
    return [*dict.fromkeys(qid for some in order for qid in some)]


def summary(run: Run) -> Iterator[SummaryTable]:
    """Show the best passage of each question."""
    rows = [
        (
            ranking.qid,
            best.sexy,
            best.query_rank - best.rank,
            best.source,
            ", ".join(touch.pov_id for touch in best.top_povs),
        )
        for ranking in run.rows(QuestionRanking)
        for best in ranking.rows[:1]
    ]
    if rows:
        headers = ("Question", "SEXY", "Move", "Best passage", "Touches")
        yield SummaryTable("Ranked", headers, rows)


JOB = ExcelJob(
    RANK,
    ask,
    land,
    sheets=(RANKED, LABELS, MATRIX, LIVE, HEATMAP),
    shares=(EVALUATION, BY_QUESTION),
    about="Rank passages for each question by how strongly they touch the points of view.",
    summary=summary,
    flags=RANKING_FLAGS,
    plain_files=True,
    plan=Plan,
    first=first_questions,
    narrow=narrowed_ranking,
    button=Button(
        "bonsaiRank",
        "Rank",
        "rank",
        "Filter",
        "Rank passages by your points of view",
        "Takes the questions of FBQ and the sentences of POV. "
        "Fills Ranked, Matrix and Heatmap; your Keep and Note columns stay.",
        "R",
        blocked_while_running=True,
    ),
)
