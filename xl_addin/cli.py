"""The `bonsai` command: everything a person types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from worker.errors import SettingError
from worker.settings import IN_PROCESS, Settings, load_settings
from xl_addin.commands import worker_commands
from xl_addin.commands.console import Terminal
from xl_addin.commands.demo import run_demo
from xl_addin.commands.evaluate_command import evaluate
from xl_addin.commands.failures import failures_reported
from xl_addin.commands.job_commands import BrokerOption, jobs_app, with_broker
from xl_addin.commands.model_commands import models_app
from xl_addin.commands.summaries import (
    exit_code,
    print_answers,
    print_index,
    print_problems,
    print_ranking,
    write_json,
)
from xl_addin.jobs import actions
from xl_addin.jobs.actions import Outcome, Session
from xl_addin.jobs.books import (
    Books,
    book_options,
    documents_folder,
    new_book,
    open_books,
    save_results,
)
from xl_addin.jobs.jobs_client import JobsClient
from xl_addin.sheets import settings as names
from xl_addin.sheets.settings import Options, read_options
from xl_addin.workbook.file.disk import check_writable
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import CellValue

app = typer.Typer(
    help="Rank passages by your points of view, and answer from the best.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(models_app, name="models")
app.add_typer(jobs_app, name="jobs")

BookArgument = Annotated[Path, typer.Argument(help="Workbook (.xlsx or .xlsm).")]
OutOption = Annotated[
    Path | None,
    typer.Option("-o", "--out", help="Write results here instead of into the workbook."),
]
PovOption = Annotated[Path | None, typer.Option("--pov", help="Workbook with a POV column.")]
JsonOption = Annotated[
    Path | None, typer.Option("--json", help="Also write the complete result here (- for screen).")
]
CollectionOption = Annotated[str | None, typer.Option(help="Name of the index.")]
EmbedderOption = Annotated[str | None, typer.Option(help="Embedding model by name.")]
StoreOption = Annotated[str | None, typer.Option(help="Folder of the indexes.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Show errors alone.")]
ScoreOption = Annotated[str | None, typer.Option(help="contrast, classic, max, mean or pnorm.")]
TopOption = Annotated[int | None, typer.Option(help="Passages ranked for each question.")]
QuestionsOption = Annotated[str | None, typer.Option(help="initial, fbq or all.")]


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the workbook and the documents.")] = Path(
        "bonsai-demo"
    ),
    quiet: QuietOption = False,
) -> None:
    """Run the whole job on the sample: index, rank, answer. Fetches the models it needs."""
    terminal = Terminal(quiet=quiet)
    here = replace(load_settings(), broker=IN_PROCESS)
    raise typer.Exit(run_demo(out, here, terminal))


@app.command()
def new(path: Annotated[Path, typer.Argument(help="Where to put it.")]) -> None:
    """Make a fresh workbook, with the sample questions and points of view in it."""
    new_book(path)
    Terminal(quiet=False).say(f"Made {path}")


@app.command()
def index(
    book: Annotated[Path | None, typer.Argument(help="Workbook (.xlsx or .xlsm).")] = None,
    documents: Annotated[Path | None, typer.Option(help="Folder of documents.")] = None,
    collection: CollectionOption = None,
    embedder: EmbedderOption = None,
    store: StoreOption = None,
    broker: BrokerOption = None,
    quiet: QuietOption = False,
) -> None:
    """Read a folder of documents into an index. Only new and changed files cost time."""
    terminal = Terminal(quiet=quiet)
    settings = _settings(store, broker)
    overrides = _given({names.COLLECTION.name: collection, names.EMBEDDER.name: embedder})
    if book is None:
        if documents is None:
            raise _nothing_to_index()
        options = read_options({names.COLLECTION.name: documents.resolve().name, **overrides})
        outcome = _watched(
            terminal, settings, lambda session: actions.index(session, options, documents)
        )
    else:
        outcome = _index_book(book, documents, overrides, terminal, settings)
    print_index(terminal, outcome)
    _finish(terminal, outcome)


@app.command()
def rank(
    book: BookArgument,
    pov: PovOption = None,
    out: OutOption = None,
    score: ScoreOption = None,
    top: TopOption = None,
    questions: QuestionsOption = None,
    collection: CollectionOption = None,
    embedder: EmbedderOption = None,
    store: StoreOption = None,
    broker: BrokerOption = None,
    json: JsonOption = None,
    quiet: QuietOption = False,
) -> None:
    """Rank passages for each question by how strongly they touch the points of view."""
    terminal = Terminal(quiet=quiet or str(json) == "-")
    overrides = _ranking_overrides(score, top, questions, collection, embedder)
    books = open_books(book, pov, out)
    options = book_options(books.questions, book, overrides)
    outcome = _watched(
        terminal,
        _settings(store, broker),
        lambda session: actions.rank(session, options, *_ports(books)),
    )
    print_ranking(terminal, outcome)
    _keep(terminal, books, outcome, json)
    _finish(terminal, outcome)


@app.command()
def answer(
    book: BookArgument,
    pov: PovOption = None,
    out: OutOption = None,
    modes: Annotated[str | None, typer.Option(help="Some of no-rag,rag,sexy.")] = None,
    contexts: Annotated[int | None, typer.Option(help="Passages in a prompt.")] = None,
    llm: Annotated[str | None, typer.Option(help="Language model by name.")] = None,
    prompt: Annotated[str | None, typer.Option(help="Layout: chat, alpaca or a text.")] = None,
    score: ScoreOption = None,
    top: TopOption = None,
    questions: QuestionsOption = None,
    collection: CollectionOption = None,
    embedder: EmbedderOption = None,
    store: StoreOption = None,
    broker: BrokerOption = None,
    json: JsonOption = None,
    quiet: QuietOption = False,
) -> None:
    """Rank, then answer each question without passages, with similar ones, with SEXY ones."""
    terminal = Terminal(quiet=quiet or str(json) == "-")
    overrides = _ranking_overrides(score, top, questions, collection, embedder) | _given(
        {
            names.MODES.name: modes,
            names.CONTEXTS.name: contexts,
            names.LLM.name: llm,
            names.PROMPT.name: prompt,
        }
    )
    books = open_books(book, pov, out)
    options = book_options(books.questions, book, overrides)
    outcome = _watched(
        terminal,
        _settings(store, broker),
        lambda session: actions.answer(session, options, *_ports(books)),
    )
    print_answers(terminal, outcome)
    _keep(terminal, books, outcome, json)
    _finish(terminal, outcome)


app.command()(evaluate)
app.command()(worker_commands.worker)
app.command()(worker_commands.up)


def main() -> None:
    """Run a command; a failure is three plain sentences and an exit code, never a traceback."""
    with failures_reported():
        app()


def _settings(store: str | None, broker: str | None) -> Settings:
    settings = with_broker(load_settings(), broker)
    if store and settings.broker != IN_PROCESS:
        raise _foreign_store()
    return replace(settings, store=store) if store else settings


def _ranking_overrides(
    score: str | None,
    top: int | None,
    questions: str | None,
    collection: str | None,
    embedder: str | None,
) -> dict[str, CellValue]:
    return _given(
        {
            names.SCORE.name: score,
            names.TOP_K.name: top,
            names.QUESTIONS.name: questions,
            names.COLLECTION.name: collection,
            names.EMBEDDER.name: embedder,
        }
    )


def _given(values: dict[str, str | int | None]) -> dict[str, CellValue]:
    return {name: value for name, value in values.items() if value is not None}


def _ports(books: Books) -> tuple[FileBook, FileBook, FileBook]:
    return books.questions, books.povs, books.results


def _watched(terminal: Terminal, settings: Settings, work: Callable[[Session], Outcome]) -> Outcome:
    with terminal.watching() as watch:
        return work(Session(JobsClient(settings), settings, watch.take, terminal.cancelled))


def _index_book(
    book: Path,
    documents: Path | None,
    overrides: dict[str, CellValue],
    terminal: Terminal,
    settings: Settings,
) -> Outcome:
    file_book = FileBook.open(book)
    check_writable(book)
    options: Options = book_options(file_book, book, overrides)
    folder = documents or documents_folder(options, book)
    outcome = _watched(
        terminal, settings, lambda session: actions.index(session, options, folder, file_book)
    )
    if outcome.gathered.sources:
        file_book.save()
    return outcome


def _keep(terminal: Terminal, books: Books, outcome: Outcome, json: Path | None) -> None:
    if outcome.gathered.rankings:
        terminal.say(f"Results are in {save_results(books)}")
    if json:
        write_json(json, outcome)


def _finish(terminal: Terminal, outcome: Outcome) -> None:
    print_problems(terminal, outcome)
    raise typer.Exit(exit_code(outcome))


def _foreign_store() -> SettingError:
    return SettingError(
        "A store was named, but the jobs run on workers that have their own.",
        "--store says where indexes are on this machine, --broker sends the jobs elsewhere.",
        "Leave --store out, or add --broker in-process.",
    )


def _nothing_to_index() -> SettingError:
    return SettingError(
        "There is nothing to index.",
        "Neither a workbook nor a folder was given.",
        "Run: bonsai index BOOK.xlsx, or: bonsai index --documents FOLDER",
    )
