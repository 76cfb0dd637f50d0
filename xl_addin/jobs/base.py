"""The shape of a job as a person meets it: asked for, landed in the workbook, summed up."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from worker.contract import JobKind, Problem, Request, Row
from worker.errors import InputError
from worker.settings import IN_PROCESS, Settings
from xl_addin.jobs.button import Button
from xl_addin.jobs.estimate import Plan
from xl_addin.jobs.run import Run
from xl_addin.sheets.heatmap import PictureSheet
from xl_addin.sheets.options import Options
from xl_addin.sheets.settings.index import COLLECTION, EMBEDDER, LONG_PASSAGES
from xl_addin.sheets.settings.setting import Setting
from xl_addin.workbook.columns import Table
from xl_addin.workbook.port import CellValue, WorkbookPort
from xl_addin.workbook.port import Row as SheetRow

In = TypeVar("In", bound=Request)

Sheet = Table | PictureSheet

#: stale: results that their inputs have left behind. selected: of the rows that are selected on
#: FBQ, Ranked, Matrix or Answers. failed: asked for, and not there. empty: not there.
Scope = Literal["stale", "selected", "failed", "empty"]

#: Where cells are, and their values row by row.
Selection = tuple[str, Sequence[Sequence[CellValue]]]


def _nothing_selected() -> Selection:
    raise InputError(
        "No cells are selected.", "The workbook is not open in Excel.", "Open it and select some."
    )


def _no_place(place: str, _values: Sequence[Sequence[CellValue]]) -> None:
    raise InputError(
        f"Nothing can be written beside {place}.", "The workbook is not open in Excel.", "Open it."
    )


@dataclass(frozen=True)
class Inputs:
    """What a job may read when it is asked for: options, the machine, the workbooks.

    `path` is the workbook's file; `selection` gives the selected cells of one open in Excel.
    """

    options: Options
    machine: Settings
    questions: WorkbookPort
    povs: WorkbookPort
    path: Path
    selection: Callable[[], Selection] = _nothing_selected


@dataclass(frozen=True)
class Asked(Generic[In]):
    """A request, the rows left out of it, and where results go if that is no table."""

    request: In
    left_out: tuple[Problem, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Landing(Generic[In]):
    """What a run gave, on its way into a workbook; `write_beside` fills cells right of a place.

    `elsewhere` names settings, and tables, that the run did not take from this workbook.
    """

    book: WorkbookPort
    request: In
    run: Run
    place: str = ""
    write_beside: Callable[[str, Sequence[Sequence[CellValue]]], None] = _no_place
    elsewhere: Collection[str] = ()


@dataclass(frozen=True)
class SummaryTable:
    """A table for the terminal."""

    title: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]


#: A line or a table.
Summary = str | SummaryTable


@dataclass(frozen=True)
class RowText:
    """A finished row in words, for who watches the run."""

    title: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExcelJob(Generic[In]):
    """One kind of job as a person meets it.

    `about` is the help of its command; without one it has a button alone. `land` writes what it
    gave into its `sheets`, and those that it `shares` with another job, and returns the user's
    cells that lost their place. `flags` are the settings that the command line may overrule.
    `plain_files` says that questions and points of view may come in files of their own, and
    `pair_files` that pairs may. `fresh_book` says that its command needs no workbook: results then
    go into a fresh one. `told` are
    rows that are shown as soon as they come. `reads` are settings that name a folder, each with
    that of its index: the command indexes the folders that it is given first. `trial` is
    the setting of how much is made; the command has `--try` for it, which writes nothing.
    `plan` says what a request makes, so that it can be told beforehand how long that takes.
    `first` makes of a request the same for its first so many questions: `--try` of such a job
    writes their rows, and leaves those of the others.
    `narrow` leaves of what was asked for the part that a scope names, for the results of a
    workbook; nothing if there is none.
    """

    kind: JobKind[In, Any]
    ask: Callable[[Inputs], Asked[In]]
    land: Callable[[Landing[In]], Sequence[SheetRow]]
    sheets: tuple[Sheet, ...] = ()
    shares: tuple[Sheet, ...] = ()
    about: str = ""
    summary: Callable[[Run], Iterable[Summary]] = lambda _run: ()
    flags: tuple[Setting[Any], ...] = ()
    plain_files: bool = False
    fresh_book: bool = False
    pair_files: bool = False
    told: Mapping[type[Row], Callable[[Any], RowText]] = field(default_factory=dict)
    reads: Mapping[Setting[Any], Setting[Any]] = field(default_factory=dict)
    trial: Setting[Any] | None = None
    plan: Callable[[In], Plan] | None = None
    first: Callable[[In, int], In] | None = None
    narrow: Callable[[Asked[In], WorkbookPort, Scope], Asked[In] | None] | None = None
    button: Button | None = None

    @property
    def action(self) -> str:
        """The name by which a button asks for it."""
        return self.button.action if self.button else self.kind.name


def new_run_id() -> str:
    """Return an id that no other run has."""
    return secrets.token_hex(8)


def embedder_name(options: Options, machine: Settings) -> str:
    """Return the model's name; one that reads long passages to their end has a name of its own."""
    name = options[EMBEDDER] or machine.embedder
    return f"{name}+cover" if options[LONG_PASSAGES] == "cover" else name


def collection_fields(options: Options, machine: Settings) -> dict[str, Any]:
    """Return the fields of a request that say which index is meant.

    The workers of a broker have a store of their own.
    """
    return {
        "collection": options[COLLECTION],
        "embedder": embedder_name(options, machine),
        "store": machine.store if machine.broker == IN_PROCESS else "",
    }
