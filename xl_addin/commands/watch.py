"""What is seen of a running job: how far it is, and answers as they are written."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.styled import Styled
from rich.text import Text

from worker import contract
from worker.contract import Event, RowReady, TextReady
from worker.visible_text import one_entry, visible
from xl_addin.commands.screen import Screen
from xl_addin.jobs import EXCEL_JOBS
from xl_addin.jobs.base import RowText

_PANELS, _PANEL_LINES = 3, 9  # answers under way that are shown, and lines for all of them

#: Rows that are shown when they come, and how.
_TOLD = {kind: told for job in EXCEL_JOBS for kind, told in job.told.items()}


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
