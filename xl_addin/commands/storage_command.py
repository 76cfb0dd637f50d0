"""`bonsai storage`: what is kept on this machine, where, how large; and what may go is removed."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from worker.queueing.patience import USUAL, keeping
from worker.settings import Settings, load_settings
from worker.storage import clear, kept
from xl_addin.commands.console import Terminal

_CLEAN = typer.Option("--clean", help="Remove what can be made again, and jobs of long ago.")
_STAYED = 1


def storage(clean: Annotated[bool, _CLEAN] = False) -> None:
    """Show what BONSAI keeps on this machine, where, and how large it is."""
    terminal = Terminal(quiet=False)
    settings = load_settings()
    before, stays = _all_bytes(settings), []
    if clean:
        stays = _clean_up(settings)
    there = [one for one in kept(settings) if one.is_there]
    for one in there:
        terminal.say(f"{one.name}: {_megabytes(one.size)} MB in {one.shown_places}")
        terminal.say(f"  {one.about}{f'; --clean removes {one.clears}' if one.clears else ''}")
    if not there:
        terminal.say(f"Nothing is kept in {settings.home}")
    if clean:
        terminal.say(f"{_megabytes(before - _all_bytes(settings))} MB were removed")
    for words in stays:
        terminal.say(words)
    if stays:
        raise typer.Exit(_STAYED)


def _clean_up(settings: Settings) -> list[str]:
    """Remove what may go; return in words what stays although it may."""
    patience = keeping(USUAL, settings.job_days)
    if settings.jobs.exists():
        from worker.queueing.local.local_jobs import LocalJobs

        with closing(LocalJobs(settings)) as jobs:
            jobs.forget_old()
    return clear(settings, patience.finished)


def _all_bytes(settings: Settings) -> int:
    return sum(one.size for one in kept(settings))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"
