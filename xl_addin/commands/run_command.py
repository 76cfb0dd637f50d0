"""The commands that run a job on a workbook, such as `bonsai rank`.

They are made from the jobs: a job's settings with a flag become its options, and their meaning on
the Settings sheet becomes the help.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from worker.errors import SettingError
from worker.settings import IN_PROCESS, Settings, load_settings, with_broker, with_store
from worker.typed_path import place_text
from xl_addin.commands.consent import agree_to, before_long_runs, expected_of, with_consent
from xl_addin.commands.console import Terminal
from xl_addin.commands.job_commands import BrokerOption
from xl_addin.commands.json_file import check_json_place, write_json
from xl_addin.commands.path_options import path_argument, path_option
from xl_addin.commands.summaries import complete_result, exit_code, print_problems, print_summary
from xl_addin.jobs.base import Asked, ExcelJob, In, Inputs, Scope
from xl_addin.jobs.books import Books, book_options, fresh_books, open_books, pair_books
from xl_addin.jobs.index import JOB as INDEX_JOB
from xl_addin.jobs.run import Run
from xl_addin.jobs.scope import NOTHING
from xl_addin.jobs.session import Session
from xl_addin.sheets.pair_files import PAIR_FILES
from xl_addin.sheets.settings.index import COLLECTION, DOCUMENTS
from xl_addin.sheets.settings.setting import Setting
from xl_addin.workbook.port import CellValue

_BOOK = Annotated[Path, path_argument("Workbook (.xlsx or .xlsm).")]
_OPTIONAL_BOOK = Annotated[Path | None, path_argument("Workbook (.xlsx or .xlsm).")]
_OUT = Annotated[
    Path | None,
    path_option("-o", "--out", help="Write results here instead of into the workbook."),
]
_POV = Annotated[Path | None, path_option("--pov", help="Workbook with a POV column.")]
_JSON = Annotated[
    Path | None, path_option("--json", help="Also write the complete result here (- for screen).")
]
_STORE = Annotated[str | None, typer.Option(help="Folder of the indexes.")]
_YES = Annotated[
    bool,
    typer.Option("--yes", help="Ask nothing: use a server the workbook names, make a long run."),
]
_TRY = Annotated[
    int | None,
    typer.Option("--try", min=1, help="Make so many, as a trial, and write nothing."),
]
_FIRST = Annotated[
    int | None,
    typer.Option("--try", min=1, help="Take so many first questions alone; the others stay."),
]
_ONLY = Annotated[
    Scope | None,
    typer.Option(
        "--only",
        help="Run a part alone, and leave the other results as they are: what is stale, selected "
        "in the workbook, has failed, or is empty.",
    ),
]
_QUIET = Annotated[bool, typer.Option("--quiet", help="Show errors alone.")]


@dataclass(frozen=True)
class Order:
    """What the command line asks for beside settings; `given` are values by setting name.

    `trial` is how much is made of what a run writes nothing of, `first` how many questions are
    taken.
    """

    given: Mapping[str, CellValue]
    book: Path | None = None
    pov: Path | None = None
    out: Path | None = None
    json: Path | None = None
    store: str | None = None
    broker: str | None = None
    trial: int | None = None
    first: int | None = None
    only: Scope | None = None
    yes: bool = False
    quiet: bool = False


def run_command(job: ExcelJob[Any]) -> Callable[..., None]:
    """Return the function that Typer makes the command of a job from."""
    named = {_parameter_name(row): row for row in _flags(job)}

    def command(**values: Any) -> None:  # noqa: ANN401 - as Typer has read them
        given = {
            row.name: _as_given(values.pop(name), row)
            for name, row in named.items()
            if values.get(name) is not None
        }
        rest = {name: value for name, value in values.items() if name not in named}
        if job.trial and rest.get("trial"):
            given[job.trial.name] = rest["trial"]
        raise typer.Exit(_run(job, Order(given, **rest)))

    command.__signature__ = inspect.Signature(_parameters(job))  # type: ignore[attr-defined]
    command.__name__, command.__doc__ = job.kind.name, job.about
    return command


def _parameters(job: ExcelJob[Any]) -> list[inspect.Parameter]:
    shared: dict[str, tuple[Any, Any]] = {
        "store": (_STORE, None),
        "broker": (BrokerOption, None),
        "yes": (_YES, False),
        "quiet": (_QUIET, False),
    }
    if job.plain_files or job.reads or job.pair_files:
        shared = {"out": (_OUT, None), "json": (_JSON, None)} | shared
    if job.plain_files:
        shared = {"pov": (_POV, None)} | shared
    if job.narrow:
        shared = {"only": (_ONLY, None)} | shared
    if job.trial:
        shared = {"trial": (_TRY, None)} | shared
    if job.first:
        shared = {"first": (_FIRST, None)} | shared
    needs_book = not (job.fresh_book or DOCUMENTS in job.flags)
    book = (_BOOK, inspect.Parameter.empty) if needs_book else (_OPTIONAL_BOOK, None)
    options = {_parameter_name(row): (_option(row), None) for row in _flags(job)}
    return [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )
        for name, (annotation, default) in ({"book": book} | options | shared).items()
    ]


def _flags(job: ExcelJob[Any]) -> tuple[Setting[Any], ...]:
    """Return the settings of the command line: a folder to read first need not be on the sheet."""
    return tuple(dict.fromkeys((*job.flags, *job.reads)))


def _option(row: Setting[Any]) -> Any:  # noqa: ANN401 - an annotation that Typer reads
    if row.is_path:
        return Annotated[Path | None, path_option(row.flag, help=row.meaning)]
    return Annotated[type(row.default) | None, typer.Option(row.flag, help=row.meaning)]


def _parameter_name(row: Setting[Any]) -> str:
    return row.flag.removeprefix("--").replace("-", "_")


def _as_given(value: Any, row: Setting[Any]) -> CellValue:  # noqa: ANN401 - as Typer has read it
    """Return a value as a cell would hold it; paths count from where the command is given."""
    return str(value.absolute()) if row.is_path else value


def _run(job: ExcelJob[Any], order: Order) -> int:
    """Run a job on the workbooks that an order names; return the exit code."""
    terminal = Terminal(quiet=order.quiet or str(order.json) == "-")
    settings = _settings(order)
    books, inputs = _inputs(job, order, settings)
    check_json_place(order.json, (order.book, order.pov, books.out))
    whole, typed = _asked(job, order, inputs, books), map(str, order.given.values())
    if whole is None:
        terminal.say(NOTHING[cast(Scope, order.only)])
        return 0
    asked = _first_part(job, whole, order.first)
    settings = with_consent(settings, asked.request, typed, terminal, yes=order.yes)
    if (expected := expected_of(job, asked.request, settings)) and not order.yes:
        agree_to(expected, terminal)
    with terminal.watching() as watch:
        asks = bool(job.trial) and not order.yes
        take = before_long_runs(terminal, watch) if asks else watch.take
        session = Session(settings, take, terminal.cancelled)
        runs = list(_runs(job, asked, order, inputs, books, session))
    code = _report(runs, order, books, terminal)
    if asked.request != whole.request and (expected := expected_of(job, whole.request, settings)):
        terminal.say(f"That was a trial. All of it: {expected}.")
    return code


def _first_part(job: ExcelJob[In], asked: Asked[In], first: int | None) -> Asked[In]:
    """Return what is asked of the first questions alone, if the order says how many."""
    if first is None or job.first is None:
        return asked
    return replace(asked, request=job.first(asked.request, first))


def _asked(job: ExcelJob[Any], order: Order, inputs: Inputs, books: Books) -> Asked[Any] | None:
    """Return what an order asks for; None if it names a part that has nothing in it."""
    asked = job.ask(inputs)
    return job.narrow(asked, books.results, order.only) if job.narrow and order.only else asked


def _runs(
    job: ExcelJob[Any],
    asked: Asked[Any],
    order: Order,
    inputs: Inputs,
    books: Books,
    session: Session,
) -> Iterator[tuple[ExcelJob[Any], Run]]:
    """Run what an order takes: the reading of folders that it names, then the job itself.

    A trial writes nothing. The sheet Sources shows the folder that the workbook stands for.
    """
    for folder, index in job.reads.items():
        if folder.name in order.given:
            named = inputs.options.having(DOCUMENTS, str(order.given[folder.name]))
            of_folder = replace(inputs, options=named.having(COLLECTION, inputs.options[index]))
            reading, writes = INDEX_JOB.ask(of_folder), folder is DOCUMENTS and not order.trial
            if writes:
                run = session.do(INDEX_JOB, reading, of_folder, books)
            else:
                run = session.run(reading.request, given=inputs.options.given)
            yield INDEX_JOB, run
            if run.error:
                return
    if order.trial:
        yield job, session.run(asked.request, asked.left_out, inputs.options.given)
    else:
        yield job, session.do(job, asked, inputs, books)


def _report(
    runs: Sequence[tuple[ExcelJob[Any], Run]], order: Order, books: Books, terminal: Terminal
) -> int:
    """Say what came of an order, and write its JSON; return the exit code."""
    for job, run in runs:
        print_summary(terminal, job, run)
    job, run = runs[-1]
    if run.all_rows and books.out and not order.trial:
        terminal.say(f"Results are in {books.results.path}")
    for _, each in runs:
        print_problems(terminal, each)
    if order.json and (result := complete_result(job, run)):
        write_json(order.json, result)
    return max(exit_code(each) for _, each in runs)


def _inputs(job: ExcelJob[Any], order: Order, settings: Settings) -> tuple[Books, Inputs]:
    if order.book and job.pair_files and order.book.suffix.lower() in PAIR_FILES:
        books, path, given = pair_books(order.book, order.out), order.book, order.given
    elif order.book:
        books = open_books(order.book, order.pov, order.out)
        path, given = order.book, order.given
    else:
        books, path, given = _without_book(job, order)
    options = book_options(books.questions, path, given)
    for folder, index in job.reads.items():
        if folder.name in given and not options[index]:
            options = options.having(index, f"{options[COLLECTION]} {folder.flag.strip('-')}")
    return books, Inputs(options, settings, books.questions, books.povs, path)


def _without_book(job: ExcelJob[Any], order: Order) -> tuple[Books, Path, Mapping[str, CellValue]]:
    """Return books, the path that stands for them, and the given values with its name."""
    folder = order.given.get(DOCUMENTS.name)
    if not (folder or job.fresh_book):
        raise _nothing_to_read()
    if (job.reads or job.fresh_book) and not (order.out or order.json or order.trial):
        raise _nowhere_to_write()
    books = fresh_books(order.out, order.pov)
    if not folder:
        return books, order.out or Path(), order.given
    name = os.path.basename(os.path.realpath(str(folder)))
    return books, Path(str(folder)), {COLLECTION.name: name, **order.given}


def _settings(order: Order) -> Settings:
    settings = with_broker(load_settings(), order.broker)
    if order.store and settings.broker != IN_PROCESS:
        raise SettingError(
            "A store was named, but the jobs run on workers that have their own.",
            "--store says where indexes are on this machine, --broker sends the jobs elsewhere.",
            "Leave --store out, or add --broker in-process.",
        )
    return with_store(settings, place_text(order.store) if order.store else None)


def _nothing_to_read() -> SettingError:
    return SettingError(
        "There is nothing to read.",
        "Neither a workbook nor a folder was given.",
        "Name a workbook, or a folder with --documents FOLDER.",
    )


def _nowhere_to_write() -> SettingError:
    return SettingError(
        "There is no place for the results.",
        "No workbook was given.",
        "Name a workbook with -o FILE.xlsx, or a file with --json FILE.",
    )
