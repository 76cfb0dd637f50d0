"""What agents ask for (`bonsai mcp`), run as the commands run it.

An agent names a workbook, or says its questions and points of view itself. It gets the complete
result; a workbook is written only where the settings of this machine allow it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.contract import Event, Result, RunResult
from worker.errors import InputError, SettingError
from worker.settings import Settings
from xl_addin.commands.consent import agree_to, expected_of
from xl_addin.commands.console import Terminal
from xl_addin.jobs.base import Asked, ExcelJob, Inputs
from xl_addin.jobs.books import Books, book_holding, book_options, open_books
from xl_addin.jobs.run import Run
from xl_addin.jobs.session import Session
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.pov import POV
from xl_addin.sheets.settings.index import COLLECTION, DOCUMENTS
from xl_addin.shipped_files import template_path
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import CellValue


@dataclass(frozen=True)
class AgentOrder:
    """What an agent asks for; `given` are values by setting name, over those of the workbook.

    `questions` and `povs` stand in for those of the workbook, `texts` are to be scored. `write`
    asks for the results in the workbook, too.
    """

    book: Path | None = None
    given: Mapping[str, CellValue] | None = None
    questions: Sequence[str] = ()
    povs: Sequence[str] = ()
    texts: Sequence[str] = ()
    write: bool = False


class AgentDesk:
    """Runs one order after the other; models stay warm in between.

    :param may_cost: whether somebody has agreed to runs that services may charge for.
    :raises SettingError: if the broker's address cannot be used.
    """

    def __init__(self, settings: Settings, *, may_cost: bool) -> None:
        self._settings = settings
        self._may_cost = may_cost
        self._one_at_a_time = threading.Lock()
        self._on_event: Callable[[Event], None]
        self._cancelled: Callable[[], bool]
        self._session = Session(
            settings, lambda event: self._on_event(event), lambda: self._cancelled()
        )

    def do(
        self,
        job: ExcelJob[Any],
        order: AgentOrder,
        on_event: Callable[[Event], None],
        cancelled: Callable[[], bool],
    ) -> Result:
        """Run an order to its end and return its complete result.

        :raises BonsaiError: whatever goes wrong.
        """
        with self._one_at_a_time:
            self._on_event, self._cancelled = on_event, cancelled
            if order.write:
                return self._written(job, order)
            inputs = self._inputs(job, order)
            asked = self._asked(job, inputs)
            return _whole(self._session.run(asked.request, asked.left_out, inputs.options.given))

    def _written(self, job: ExcelJob[Any], order: AgentOrder) -> Result:
        """Run an order, and let its results land in the workbook."""
        books = self._writable(order)
        inputs = self._inputs_of(books.questions, books.questions.path, order)
        run = self._session.do(job, self._asked(job, inputs), inputs, books)
        run.notes.append(f"Results are in {books.results.path}")
        return _whole(run)

    def _writable(self, order: AgentOrder) -> Books:
        if not self._settings.agents_write:
            raise SettingError(
                "The workbook was not written, and nothing was run.",
                "The settings of this machine do not let agents write workbooks.",
                "Ask without 'write', or have the user set BONSAI_AGENTS_WRITE=yes, or "
                'agents_write = "yes" in settings.toml.',
            )
        if not order.book or order.questions or order.povs:
            raise InputError(
                "Nothing was run: the results would have no place.",
                "A workbook takes the results of its own questions and points of view alone.",
                "Ask without 'write', or without questions and points of view.",
            )
        return open_books(order.book, None, None)

    def _asked(self, job: ExcelJob[Any], inputs: Inputs) -> Asked[Any]:
        asked = job.ask(inputs)
        expected = expected_of(job, asked.request, self._settings)
        if expected and not self._may_cost:
            agree_to(expected, Terminal(quiet=True))
        return asked

    def _inputs(self, job: ExcelJob[Any], order: AgentOrder) -> Inputs:
        """Return what a job reads that writes nothing."""
        folder = (order.given or {}).get(DOCUMENTS.name)
        if order.book:
            return self._inputs_of(FileBook.open(order.book), order.book, order)
        if DOCUMENTS in job.flags and folder:
            return self._inputs_of(FileBook.open(template_path()), Path(str(folder)), order)
        if not order.povs or not (order.questions or order.texts):
            raise InputError(
                "There is nothing to go by.",
                "Neither a workbook was named, nor all that it would say.",
                "Name a workbook, or say what the tool is to work on, and points of view.",
            )
        return self._inputs_of(FileBook.open(template_path()), Path(), order)

    def _inputs_of(self, book: FileBook, path: Path, order: AgentOrder) -> Inputs:
        given = dict(order.given or {})
        if not order.book and given.get(DOCUMENTS.name):
            name = os.path.basename(os.path.realpath(path))
            given = {COLLECTION.name: name, **given}
        return Inputs(
            book_options(book, path, given),
            self._settings,
            _said(FBQ, "QInitial", order.questions) or book,
            _said(POV, "POV", order.povs) or book,
            path,
            lambda: ("", [[text] for text in order.texts]),
        )


def _said(table: Table, column: str, texts: Sequence[str]) -> FileBook | None:
    """Return a workbook of what an agent says itself; nothing if it says nothing."""
    return book_holding(table, [{column: text} for text in texts]) if texts else None


def _whole(run: Run) -> Result:
    """Return the result of a run with all that it left out, and all its remarks.

    :raises BonsaiError: what ended the run before its time.
    """
    if run.error:
        raise run.error
    if not isinstance(run.result, RunResult):
        assert run.result is not None, "a run without an error has a result"
        return run.result
    problems = (*run.left_out, *run.problems)
    return run.result.model_copy(update={"problems": problems, "remarks": run.remarks})
