"""The bar of a download: how much has come, how fast, and how long it takes still."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from worker.models.downloads import Download

_NARROW = 60  # columns of a terminal that has no room for all there is to show


class DownloadBar(Progress):
    """A line for each download, which goes when all is done; without a terminal there is none."""

    def __init__(self, console: Console, *, hidden: bool) -> None:
        is_wide = console.width >= _NARROW
        name = TextColumn("{task.description}", markup=False)
        amount = TextColumn("{task.fields[amount]}", markup=False)
        wide = (name, BarColumn(bar_width=None), amount, TransferSpeedColumn())
        super().__init__(
            *(wide if is_wide else (name, amount)),
            TimeRemainingColumn(compact=True),
            console=console,
            expand=is_wide,
            transient=True,
            disable=hidden or not console.is_terminal,
        )
        self._downloads: dict[str, TaskID] = {}

    def take(self, look: Download) -> None:
        """Show one look. What was there at the first one does not count for the speed."""
        total, amount = look.of or None, _amount(look)
        if look.name in self._downloads:
            task = self._downloads[look.name]
            self.update(task, completed=look.done, total=total, amount=amount)
        else:
            self._downloads[look.name] = self.add_task(
                look.name, completed=look.done, total=total, amount=amount
            )


def _amount(look: Download) -> str:
    done = f"{look.done / 1e6:,.0f}"
    return f"{done}/{look.of / 1e6:,.0f} MB" if look.of else f"{done} MB"
