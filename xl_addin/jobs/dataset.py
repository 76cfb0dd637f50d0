"""The dataset job: questions and answers made from the passages of an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from worker.contract import (
    DATASET,
    DatasetRequest,
    QaPair,
    rejected,
)
from worker.errors import InputError
from worker.settings import Settings
from xl_addin.jobs.base import (
    Asked,
    ExcelJob,
    Inputs,
    Landing,
    RowText,
    Summary,
    SummaryTable,
    collection_fields,
    new_run_id,
)
from xl_addin.jobs.button import Button
from xl_addin.jobs.run import Run
from xl_addin.sheets.options import Options
from xl_addin.sheets.qa import QA, keep_own, qa_content
from xl_addin.sheets.settings import filling
from xl_addin.sheets.settings.answer import LLM
from xl_addin.sheets.settings.dataset import (
    QA_PASSAGES,
    QA_QUESTIONS,
    QA_VALIDATION,
    VALIDATION_DOCUMENTS,
)
from xl_addin.sheets.settings.index import COLLECTION, DOCUMENTS, EMBEDDER, LONG_PASSAGES
from xl_addin.workbook.port import Row

#: A sheet has 1,048,576 rows; to write a row takes some 20 kB of memory.
_MOST_ROWS = 100_000
#: Folders that the command reads first, each with the setting that names the index of it.
_FOLDERS = {DOCUMENTS: COLLECTION, VALIDATION_DOCUMENTS: QA_VALIDATION}
#: Pairs that the terminal shows.
_SHOWN = 5


def dataset_request(options: Options, machine: Settings) -> DatasetRequest:
    """Return the request to make pairs from an index."""
    return DatasetRequest(
        run_id=new_run_id(),
        llm=options[LLM] or machine.llm,
        **collection_fields(options, machine),
        **options.fields(DatasetRequest),
    )


def ask(inputs: Inputs) -> Asked[DatasetRequest]:
    """Ask for pairs as the options say.

    :raises InputError: if there would be more than a sheet takes.
    """
    request = dataset_request(inputs.options, inputs.machine)
    pairs = request.limit * request.questions
    if pairs > _MOST_ROWS:
        raise InputError(
            f"{request.limit:,} passages × {request.questions} questions are {pairs:,} rows.",
            f"The sheet QA is written with up to {_MOST_ROWS:,}.",
            f"Lower '{QA_PASSAGES.name}' or '{QA_QUESTIONS.name}' on the Settings sheet.",
        )
    return Asked(request)


def land(landing: Landing[DatasetRequest]) -> Sequence[Row]:
    """Fill the QA sheet; rows that a person has changed stay as they are."""
    book, run = landing.book, landing.run
    pairs = run.rows(QaPair)
    if not pairs:
        return ()
    content = qa_content(pairs)
    rows = keep_own(content.rows, book.read_table(QA).rows, is_whole=run.is_whole)
    return book.write_table(replace(content, rows=rows))


def summary(run: Run) -> Iterator[Summary]:
    """Show the first pairs, how many were kept, and what the others lack."""
    pairs = run.rows(QaPair)
    if not pairs:
        return
    shown = [(pair.question, pair.answer, pair.reason or "kept") for pair in pairs[:_SHOWN]]
    yield SummaryTable("The first pairs", ("Question", "Answer", "Kept"), shown)
    counts = [(split, *_counts(pairs, split)) for split in ("train", "validation")]
    yield SummaryTable("Data set", ("Split", "Documents", "Tried", "Kept"), counts)
    if left_out := rejected(pairs):
        told = ", ".join(f"{name} {count}" for name, count in left_out.items())
        yield f"Left out: {told}"


def _counts(pairs: Sequence[QaPair], split: str) -> tuple[int, int, int]:
    here = [pair for pair in pairs if pair.split == split]
    return len({pair.doc for pair in here}), len(here), sum(pair.kept for pair in here)


def pair_text(pair: QaPair) -> RowText:
    """Return one pair in words."""
    title = f"{pair.doc} · {pair.split} · {'kept' if pair.kept else 'left out'}"
    return RowText(title, f"{pair.question}\n{pair.answer}".strip(), (pair.reason,))


JOB = ExcelJob(
    DATASET,
    ask,
    land,
    sheets=(QA,),
    about="Make questions and answers from passages, to train and to test an embedding model.",
    summary=summary,
    flags=(DOCUMENTS, COLLECTION, EMBEDDER, LONG_PASSAGES, LLM, *filling(DatasetRequest)),
    reads=_FOLDERS,
    trial=QA_PASSAGES,
    told={QaPair: pair_text},
    button=Button(
        "bonsaiDataset",
        "Data set",
        "dataset",
        "DataValidation",
        "Make questions and answers from the documents",
        "Writes pairs from passages of the index onto the sheet QA, each with the reason if it is "
        "not kept. Kept is yours to flip; rows that you have changed stay.",
        "D",
        blocked_while_running=True,
    ),
)
