"""Entry points of the workbook's macros: one action name in, nothing out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from worker.queueing.local.local_jobs import LocalJobs
from worker.settings import load_settings
from xl_addin.desk.desk import Desk
from xl_addin.workbook.live.live_book import LiveBook


def run(action: str) -> None:
    """Do what the button of this name says, in the workbook that called."""
    _at_the_desk(lambda desk: desk.press(action), wait_seconds=5)  # a tick may be under way


def tick() -> None:
    """Look after the jobs of the workbook that called."""
    _at_the_desk(lambda desk: desk.tick(), wait_seconds=0)  # the next one comes soon


def _at_the_desk(work: Callable[[Desk], None], *, wait_seconds: float) -> None:
    settings = load_settings()
    with closing(LocalJobs(settings)) as jobs, jobs.alone(wait_seconds=wait_seconds) as alone:
        if alone:  # on macOS a tick may begin before the last one has ended
            book = LiveBook.caller()
            work(Desk(book, jobs, settings, book.show_status))
