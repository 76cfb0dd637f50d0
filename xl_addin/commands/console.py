"""The terminal: what is said, asked and summed up there, and errors.

All that commands print passes a `Screen`.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from worker.errors import BonsaiError, CancelledError
from worker.models.downloads import Report
from worker.visible_text import one_entry
from xl_addin.commands.download_bar import DownloadBar
from xl_addin.commands.screen import Screen

if TYPE_CHECKING:  # all jobs, which most commands do without
    from worker.contract import Problem
    from xl_addin.commands.watch import Watch


class Terminal:
    """The person's terminal. Results go to standard output, progress and errors to the other.

    :param quiet: show errors alone.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._out = Screen(quiet=quiet)
        self._err = Screen(stderr=True)
        self._quiet = quiet
        self._stop = threading.Event()

    def cancelled(self) -> bool:
        """Say whether the person has pressed Ctrl-C."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the run under way to stop, as Ctrl-C does."""
        self._stop.set()

    def say(self, text: str) -> None:
        """Print a line that belongs to the results."""
        self._out.print(one_entry(text), soft_wrap=True)

    def report(self, text: str) -> None:
        """Print a line on how the work goes."""
        if not self._quiet:
            self._err.print(one_entry(text), soft_wrap=True)

    @property
    def can_ask(self) -> bool:
        """Whether somebody is at the terminal."""
        return sys.stdin is not None and sys.stdin.isatty()

    def agrees(self, question: str) -> bool:
        """Ask the person; where nobody is at the terminal, nobody agrees."""
        if not self.can_ask:
            return False
        self._err.print(one_entry(f"{self._err.say(question)} [y/N] "), end="", soft_wrap=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def show(self, table: Table) -> None:
        """Print a table."""
        self._out.print(table)

    def error(self, error: BonsaiError | Problem) -> None:
        """Print what happened, why, and what to do next."""
        self._err.print(Text("✗", "bold red"), one_entry(error.what), soft_wrap=True)
        for part in (error.why, error.next_step):
            if part:
                self._err.print(f"  {one_entry(self._err.say(part))}", soft_wrap=True)

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        """Show a running job; the first Ctrl-C asks it to stop, the second ends the program."""
        from xl_addin.commands.watch import Watch

        watch = Watch(self._err, quiet=self._quiet)
        before = signal.signal(signal.SIGINT, self._ask_to_stop)
        try:
            with watch.shown():
                yield watch
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def downloading(self) -> Iterator[Report]:
        """Show how far downloads are; Ctrl-C ends them.

        :raises CancelledError: after Ctrl-C.
        """
        try:
            with DownloadBar(self._err, hidden=self._quiet) as bar:
                yield bar.take
        except KeyboardInterrupt:
            raise CancelledError(
                "The download was stopped.",
                "Ctrl-C was pressed.",
                "What has come is kept: run the same command again, and it goes on.",
            ) from None

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt
        self._stop.set()
        self.report("Stopping after the step under way; press Ctrl-C again to end at once.")


def summary_table(
    title: str,
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    whole: Collection[str] = (),
) -> Table:
    """Return a table for the terminal; numbers stand right, columns in `whole` are never cut."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for position, header in enumerate(headers):
        numeric = bool(rows) and all(isinstance(row[position], int | float) for row in rows)
        table.add_column(
            header,
            justify="right" if numeric else "left",
            no_wrap=header in whole,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
