"""Entry points of the workbook's macros: one action name in, nothing out.

Whatever goes wrong here is told in words, by Excel if it can be reached. Else an error of ours is
raised, whose words the macros show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from worker.errors import BonsaiError, InternalError, UnavailableError, WorkbookError
from worker.queueing.local.local_jobs import LocalJobs
from worker.settings import load_settings
from xl_addin.desk.desk import Desk
from xl_addin.language.catalogue import machine_language
from xl_addin.sheets.book_language import book_language
from xl_addin.workbook.live.live_book import LiveBook


def run(action: str) -> None:
    """Do what the button of this name says, in the workbook that called.

    :raises BonsaiError: if something goes wrong that Excel cannot be made to tell.
    """
    with _our_errors():
        book = LiveBook.caller()
        _in_words(lambda: _at_once(book, lambda desk: desk.press(action)), _saying(book, book.tell))


def choose(action: str, number: int) -> None:
    """Do what was chosen of the question that a button brought; 0: nothing.

    :raises BonsaiError: if something goes wrong that Excel cannot be made to tell.
    """
    with _our_errors():
        book = LiveBook.caller()
        _in_words(
            lambda: _at_once(book, lambda desk: desk.choose(action, number)),
            _saying(book, book.tell),
        )


def tick() -> None:
    """Look after the jobs of the workbook that called.

    :raises BonsaiError: if something goes wrong that Excel cannot be made to tell.
    """
    # Excel is busy, and the next tick comes; or the workbook is gone.
    with _our_errors(), suppress(WorkbookError):
        book = LiveBook.caller()
        _in_words(
            lambda: _at_the_desk(book, Desk.tick, wait_seconds=0), _saying(book, book.show_status)
        )


def _at_once(book: LiveBook, work: Callable[[Desk], None]) -> None:
    # A tick may be under way: it is waited for.
    if not _at_the_desk(book, work, wait_seconds=5):
        raise UnavailableError(
            "BONSAI is busy with another click, or with another workbook.",
            "It does one thing at a time.",
            "Press the button again in a moment.",
        )


def _at_the_desk(book: LiveBook, work: Callable[[Desk], None], *, wait_seconds: float) -> bool:
    """Return whether the work was done: on macOS a tick may begin before the last has ended."""
    settings = load_settings()
    with closing(LocalJobs(settings)) as jobs, jobs.alone(wait_seconds=wait_seconds) as alone:
        if alone:
            work(Desk(book, jobs, settings, book.show_status))
        return alone


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except BonsaiError as error:
        raise _said(error) from None
    except Exception as error:
        raise _said(_unforeseen(error)) from None


def _said(error: BonsaiError) -> BonsaiError:
    """Return an error in the machine's language: it may be that no workbook can be asked."""
    say = machine_language().say
    return type(error)(say(error.what), say(error.why), say(error.next_step))


def _saying(book: LiveBook, tell: Callable[[str], None]) -> Callable[[str], None]:
    """Return what tells a text in the workbook's language, or the machine's if it names none."""

    def told(text: str) -> None:
        language = machine_language()
        with suppress(BonsaiError):
            language = book_language(book)
        tell(language.say(text))

    return told


def _in_words(work: Callable[[], object], tell: Callable[[str], None]) -> None:
    try:
        work()
    except BonsaiError as error:
        tell(f"BONSAI: {error}")
    except Exception as error:
        tell(f"BONSAI: {_unforeseen(error)}")


def _unforeseen(error: Exception) -> InternalError:
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f" ({Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno})" if last else ""
    return InternalError(
        "Something went wrong that nobody foresaw.",
        f"{type(error).__name__}: {' '.join(str(error).split())}{place}",
        "Press the button again; if that does not help, please report it.",
    )
