"""The tune job: an embedding model learns from pairs of the workbook, and is proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worker.contract import (
    TUNE,
    Comparison,
    PairSet,
    PointOfView,
    Problem,
    QuestionMove,
    TuneRequest,
)
from worker.errors import BonsaiError, SettingError
from xl_addin.jobs.base import Asked, ExcelJob, Inputs, Landing, Summary, SummaryTable, new_run_id
from xl_addin.jobs.button import Button
from xl_addin.jobs.control_questions import control_set
from xl_addin.jobs.run import Run
from xl_addin.sheets.inputs import read_povs
from xl_addin.sheets.settings import filling
from xl_addin.sheets.settings.index import EMBEDDER
from xl_addin.sheets.settings.tune import TUNE_BASE, TUNE_NAME, TUNE_ON
from xl_addin.sheets.tuned_ranks import TUNED_RANKS, loss_pictures, tuned_ranks_content
from xl_addin.sheets.tuning import TUNING, tuning_content
from xl_addin.sheets.tuning_pairs import joined, qa_set, taste_set
from xl_addin.workbook.port import Row, WorkbookPort

#: Questions that the terminal shows.
_SHOWN = 5


def ask(inputs: Inputs) -> Asked[TuneRequest]:
    """Ask for a model from the pairs that the options name.

    :raises WorkbookError: if a table cannot be read.
    :raises InputError: if there are no pairs.
    :raises SettingError: if the model is to have no name.
    """
    options = inputs.options
    if not options[TUNE_NAME]:
        raise SettingError(
            "The tuned model has no name.",
            "It is kept under one, and used as tuned:NAME.",
            f"Write one beside '{TUNE_NAME.name}' on the Settings sheet, or give it with "
            f"{TUNE_NAME.flag}.",
        )
    povs, unseen = _povs(inputs.povs)
    on = options[TUNE_ON]
    request = TuneRequest(
        run_id=new_run_id(),
        base=options[TUNE_BASE] or options[EMBEDDER] or inputs.machine.embedder,
        name=options[TUNE_NAME],
        data=_data(inputs.questions, povs, on),
        control=control_set(),
        povs=povs,
        **options.fields(TuneRequest),
    )
    return Asked(request, unseen if on != "qa" else ())


def _data(book: WorkbookPort, povs: tuple[PointOfView, ...], on: str) -> PairSet:
    if on == "qa":
        return qa_set(book)
    taste = taste_set(book, povs)
    return taste if on == "taste" else joined(qa_set(book), taste)


def _povs(book: WorkbookPort) -> tuple[tuple[PointOfView, ...], tuple[Problem, ...]]:
    """Return the points of view, of a workbook that has any."""
    try:
        return read_povs(book)
    except BonsaiError:
        return (), ()


def land(landing: Landing[TuneRequest]) -> Sequence[Row]:
    """Fill Tuning and Tuned ranks; lines of other models stay on Tuning."""
    book, run = landing.book, landing.run
    lines = run.rows(Comparison)
    if not lines:
        return ()
    lost = book.write_table(tuning_content(lines, book.read_table(TUNING).rows))
    book.put_pictures(TUNED_RANKS.sheet, [])  # the rows may need their place
    book.write_table(tuned_ranks_content(run.rows(QuestionMove)))
    book.put_pictures(TUNED_RANKS.sheet, loss_pictures(landing.request.model, run.blobs))
    return lost


def summary(run: Run) -> Iterator[Summary]:
    """Show what was measured, and the questions that moved furthest."""
    lines = run.rows(Comparison)
    if lines:
        yield SummaryTable(
            "On documents that were not learnt from",
            ("Measured", "Base", "Tuned", "Change", "95 % interval", "Verdict"),
            [
                (
                    line.metric,
                    line.base,
                    line.tuned,
                    line.change,
                    f"{line.low:+.3f} to {line.high:+.3f}",
                    line.verdict,
                )
                for line in lines
            ],
        )
    asked = run.rows(QuestionMove)
    moved = sorted((row for row in asked if row.move), key=lambda row: -abs(row.move))[:_SHOWN]
    if moved:
        rows = [(row.question, row.base_rank, row.tuned_rank) for row in moved]
        yield SummaryTable("Moved furthest", ("Question", "Rank before", "Rank after"), rows)
    elif asked:
        yield "The passage of each question stands where it stood."


JOB = ExcelJob(
    TUNE,
    ask,
    land,
    sheets=(TUNED_RANKS,),
    shares=(TUNING,),
    about="Tune an embedding model on questions and their passages, and prove what it does.",
    summary=summary,
    flags=(TUNE_NAME, TUNE_BASE, TUNE_ON, *filling(TuneRequest), EMBEDDER),
    pair_files=True,
    button=Button(
        "bonsaiTune",
        "Tune",
        "tune",
        "ControlsGallery",
        "Tune an embedding model on your questions",
        "Trains on pairs of the sheet QA with Kept = yes, measures on documents that were not "
        "trained on, and fills Tuning and Tuned ranks. Takes minutes on a processor.",
        "U",
        blocked_while_running=True,
    ),
)
