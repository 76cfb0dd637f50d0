"""The bar of a download: how much has come, how fast, and how long it takes still."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from worker.models.downloads import Download


class DownloadBar(Progress):
    """A bar for each download, which goes when all is done; without a terminal there is none."""

    def __init__(self, console: Console, *, hidden: bool) -> None:
        super().__init__(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(compact=True),
            console=console,
            expand=True,
            transient=True,
            disable=hidden or not console.is_terminal,
        )
        self._downloads: dict[str, TaskID] = {}

    def take(self, look: Download) -> None:
        """Show one look. What was there at the first one does not count for the speed."""
        total = look.of or None
        if look.name not in self._downloads:
            self._downloads[look.name] = self.add_task(look.name, completed=look.done, total=total)
        self.update(self._downloads[look.name], completed=look.done, total=total)
