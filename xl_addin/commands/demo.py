"""`bonsai demo`: the whole job on the shipped sample, into one workbook: index, rank, answer."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from worker.models.catalogue import find_model, next_better
from worker.models.weights import fetch_weights
from worker.settings import IN_PROCESS, Settings, load_settings
from xl_addin.commands.console import Terminal
from xl_addin.commands.path_options import path_option
from xl_addin.commands.summaries import exit_code, print_problems, print_summary
from xl_addin.jobs import BY_KIND
from xl_addin.jobs.base import Inputs
from xl_addin.jobs.books import (
    book_options,
    new_book,
    open_books,
    set_settings,
    use_first_questions,
)
from xl_addin.jobs.run import Run
from xl_addin.jobs.session import Session
from xl_addin.sheets.settings.index import COLLECTION, DOCUMENTS
from xl_addin.shipped_files import templates_folder
from xl_addin.workbook.file.disk import make_folder

SAMPLE_COLLECTION = "bonsai-sample"

#: Questions of the sample that are answered: as many as take about two minutes of two cores.
_QUESTIONS = 4


def demo(
    out: Annotated[Path, path_option(help="Folder for the workbook and the documents.")] = Path(
        "bonsai-demo"
    ),
    quiet: Annotated[bool, typer.Option("--quiet", help="Show errors alone.")] = False,
) -> None:
    """Run the whole job on the sample: index, rank, answer. Fetches the models it needs."""
    terminal = Terminal(quiet=quiet)
    here = replace(load_settings(), broker=IN_PROCESS)
    raise typer.Exit(run_demo(out, here, terminal))


def run_demo(out: Path, settings: Settings, terminal: Terminal) -> int:
    """Make a workbook full of results in `out` and return the exit code.

    Documents are copied beside the workbook, so that both can be tried on. A second run indexes
    only what changed and writes a new workbook.
    """
    started = perf_counter()
    with terminal.downloading() as report:
        for name in filter(find_model, (settings.embedder, settings.llm)):
            fetch_weights(settings.models, name, terminal.report, report)
    book = _prepare(out)
    runs = _index_and_answer(book, settings, terminal)
    for job in ("index", "rank", "answer"):
        print_summary(terminal, BY_KIND[job], runs[0] if job == "index" else runs[-1])
    for run in runs:
        print_problems(terminal, run)
    terminal.say(f"{perf_counter() - started:.0f} s, {peak_memory()}")
    terminal.say(better_answers(settings.llm))
    terminal.say(f"Open {book}")
    return max(map(exit_code, runs))


def better_answers(llm: str) -> str:
    """Return how to get better answers than those of a language model."""
    better = next_better(llm)
    if better is None:
        return (
            f"The answers are by {llm}. Larger models give better ones: 'bonsai models' lists some "
            "and the servers that run on this machine."
        )
    return (
        f"The answers are by {llm}. Better ones: bonsai models get {better.name} "
        f"({better.megabytes} MB), then set BONSAI_LLM={better.name}."
    )


def peak_memory() -> str:
    """Return the most memory this process has held so far, in words."""
    if sys.platform == "win32":
        return "peak memory is not measured on Windows"
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return f"peak memory {megabytes:.0f} MB"


def _prepare(out: Path) -> Path:
    documents = out / "documents"
    make_folder(documents)
    shutil.copytree(
        templates_folder() / "sample_documents",
        documents,
        copy_function=_copy_if_absent,
        dirs_exist_ok=True,
    )
    book = _free_name(out)
    new_book(book)
    books = open_books(book, None, None)
    set_settings(
        books.results, {DOCUMENTS.name: documents.name, COLLECTION.name: SAMPLE_COLLECTION}
    )
    use_first_questions(books.results, _QUESTIONS)
    books.results.save()
    return book


def _copy_if_absent(source: str, target: str) -> None:
    """Leave a file of that name as it is: somebody may have worked on it."""
    if not os.path.lexists(target):
        shutil.copy2(source, target)


def _free_name(out: Path) -> Path:
    """Never write over a workbook in which somebody may have taken notes."""
    number, path = 1, out / "bonsai_demo.xlsx"
    while path.exists():
        number += 1
        path = out / f"bonsai_demo_{number}.xlsx"
    return path


def _index_and_answer(path: Path, settings: Settings, terminal: Terminal) -> list[Run]:
    """Return the run of each job, in their order; an index that failed is the last."""
    books = open_books(path, None, None)
    options = book_options(books.questions, path)
    inputs = Inputs(options, settings, books.questions, books.povs, path)
    with terminal.watching() as watch:
        session = Session(settings, watch.take, terminal.cancelled)
        runs: list[Run] = []
        for job in (BY_KIND["index"], BY_KIND["answer"]):
            if not any(run.error for run in runs):
                runs.append(session.do(job, job.ask(inputs), inputs, books))
    return runs
