"""The terminal: progress, answers as they are written, summaries, errors.

All that commands print passes a `Screen`, so that no text from outside drives the terminal.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import TextIOWrapper
from types import FrameType
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment
from rich.styled import Styled
from rich.table import Table
from rich.text import Text

from worker import contract
from worker.contract import Event, Problem, RowReady, TextReady
from worker.errors import BonsaiError, CancelledError
from worker.models.downloads import Report
from worker.visible_text import one_entry, visible
from xl_addin.commands.download_bar import DownloadBar
from xl_addin.jobs import EXCEL_JOBS
from xl_addin.jobs.base import RowText
from xl_addin.language.catalogue import machine_language

_PANELS, _PANEL_LINES = 3, 9  # answers under way that are shown, and lines for all of them

#: Rows that are shown when they come, and how.
_TOLD = {kind: told for job in EXCEL_JOBS for kind, told in job.told.items()}


def take_every_character() -> None:
    """Let output show by number what its encoding lacks: Windows writes files in a code page."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


class Screen(Console):
    """A console on which all text stands as it is.

    Nothing in it is taken for markup or for the name of an emoji, and no character of it drives
    the terminal: signs stand for those that would. What the program says, it says in the language
    of this machine; an answer, or another text from outside, is handed over as `Text`.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - as rich takes them
        super().__init__(markup=False, emoji=False, highlight=False, **options)
        self.say = machine_language().say

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401
        """Return a text as it is shown."""
        return super().render_str(visible(self.say(text)), **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Return the pieces of whatever is printed: all texts, wherever they stand, come by."""
        if isinstance(renderable, Text):
            renderable = renderable.copy()
            renderable.plain = visible(renderable.plain)
        return super().render(renderable, options)


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


class Watch:
    """A progress bar for each stage and, below it, the answers that are being written.

    Without a terminal nothing moves, and only the estimate of a long run is printed.
    """

    def __init__(self, console: Screen, *, quiet: bool) -> None:
        self._console = console
        self._is_quiet = quiet
        self._progress = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[message]}", markup=False),
            console=console,
        )
        self._tasks: dict[str, int] = {}
        self._written: dict[tuple[Hashable, ...], str] = {}
        self._live: Live | None = None
        if console.is_terminal and not quiet:
            self._live = Live(get_renderable=self._picture, console=console, transient=True)

    def shown(self) -> AbstractContextManager[object]:
        """Return the context in which the display lives."""
        return self._live or nullcontext()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the display away while the person is asked something."""
        if self._live:
            self._live.stop()
        try:
            yield
        finally:
            if self._live:
                self._live.start()

    def take(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, contract.Progress) and event.estimate and not self._is_quiet:
            self._console.print(one_entry(event.estimate))
        if not self._live:
            return
        if isinstance(event, contract.Progress):
            self._advance(event)
        elif isinstance(event, TextReady):
            key = event.qid, event.mode
            self._written[key] = self._written.get(key, "") + event.text
        elif isinstance(event, RowReady) and (told := _TOLD.get(type(event.row))):
            self._written.pop(event.row.key, None)
            self._console.print(row_panel(told(event.row)))

    def _advance(self, event: contract.Progress) -> None:
        if event.stage not in self._tasks:
            said = self._console.say(event.stage)
            self._tasks[event.stage] = self._progress.add_task(said, message="")
        self._progress.update(
            self._tasks[event.stage],  # type: ignore[arg-type]
            completed=event.done,
            total=event.of,
            message=one_entry(event.message),
        )

    def _picture(self) -> Group:
        newest = [*self._written.items()][-_PANELS:]
        return Group(
            self._progress,
            *(
                Panel(
                    Text(visible("\n".join(text.splitlines()[-_PANEL_LINES // len(newest) :]))),
                    title=Text(visible(f"{qid} · {mode}")),
                )
                for (qid, mode), text in newest
            ),
        )


def row_panel(row: RowText) -> Panel:
    """Return a finished row for the terminal."""
    notes = (Styled(note, "dim") for note in row.notes if note)
    parts = (Text(visible(row.text)), *notes) if row.text else notes
    return Panel(Group(*parts), title=Text(visible(row.title)), title_align="left")


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
