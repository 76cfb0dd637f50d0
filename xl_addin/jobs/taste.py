"""The taste job: points of view learn from the passages that were kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worker.contract import TASTE, Comparison, TasteRequest, TasteResult
from worker.errors import InputError
from xl_addin.jobs.base import (
    Asked,
    ExcelJob,
    Inputs,
    Landing,
    Summary,
    SummaryTable,
    collection_fields,
    new_run_id,
)
from xl_addin.jobs.button import Button
from xl_addin.jobs.run import Run
from xl_addin.sheets.inputs import read_povs
from xl_addin.sheets.keep_marks import read_labels
from xl_addin.sheets.settings import filling
from xl_addin.sheets.settings.index import COLLECTION, EMBEDDER, LONG_PASSAGES
from xl_addin.sheets.settings.rank import SCORER
from xl_addin.sheets.settings.taste import TASTE_NAME
from xl_addin.sheets.tuning import TUNING, tuning_content
from xl_addin.workbook.port import Row


def ask(inputs: Inputs) -> Asked[TasteRequest]:
    """Ask for a taste from the points of view in use and the Keep marks.

    :raises WorkbookError: if a table cannot be read; InputError: if nothing is marked, or no point
        of view is in use.
    """
    labels = read_labels(inputs.questions)
    povs, unseen = read_povs(inputs.povs)
    if not povs:
        raise InputError(
            f"There is no point of view in use in {inputs.povs.name}.",
            str(unseen[0]) if unseen else "All rows are empty, or have Use = no.",
            "Write at least one point of view and set its Use to yes.",
        )
    request = TasteRequest(
        run_id=new_run_id(),
        name=inputs.options[TASTE_NAME],
        povs=povs,
        labels=labels,
        **collection_fields(inputs.options, inputs.machine),
        **inputs.options.fields(TasteRequest),
    )
    return Asked(request, unseen)


def land(landing: Landing[TasteRequest]) -> Sequence[Row]:
    """Put what was measured onto the sheet Tuning; lines of other models stay."""
    lines = landing.run.rows(Comparison)
    if not lines:
        return ()
    return landing.book.write_table(tuning_content(lines, landing.book.read_table(TUNING).rows))


def summary(run: Run) -> Iterator[Summary]:
    """Say what was learnt from how much, what was measured, and how it is used."""
    lines = run.rows(Comparison)
    if lines:
        yield SummaryTable(
            "Liked passages of documents left out",
            ("Measured", "Base", "With the taste", "Change", "95 % interval", "Verdict"),
            [
                (line.metric, line.base, line.tuned, line.change, _interval(line), line.verdict)
                for line in lines
            ],
        )
    result = run.result_as(TasteResult)
    if not result:
        return
    learnt = [
        (each.pov_id, each.passages, each.documents) for each in result.learnt if each.passages
    ]
    yield SummaryTable("Learnt", ("Point of view", "Liked passages", "Documents"), learnt)
    yield (
        f"{result.model} is kept. To rank by it, set '{SCORER.name}' on the Settings sheet to "
        f"{result.model}, and run Rank."
    )


def _interval(line: Comparison) -> str:
    return f"{line.low:+.3f} to {line.high:+.3f}"


JOB = ExcelJob(
    TASTE,
    ask,
    land,
    sheets=(TUNING,),
    about="Learn from Keep marks where your points of view lead, as a taste to rank by.",
    summary=summary,
    flags=(TASTE_NAME, *filling(TasteRequest), COLLECTION, EMBEDDER, LONG_PASSAGES),
    button=Button(
        "bonsaiTaste",
        "Learn my taste",
        "taste",
        "HappyFace",
        "Learn from the passages that you keep",
        "Takes the rows of Ranked with Keep = yes, and moves your points of view towards them. "
        "Set 'Scoring embedder' on Settings to its name, as in taste:mine, and Rank follows.",
        "L",
        blocked_while_running=True,
    ),
)
