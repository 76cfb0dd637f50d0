"""The workbook whose button or tick started this process.

On macOS xlwings has its name alone, and reads it up to the first equals sign, compares it letter by
letter, and opens a file of that name where it finds none; so there it is looked for here.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from worker.errors import WorkbookError
from xl_addin.workbook.live.busy import patiently

if TYPE_CHECKING:
    import xlwings

_NAME, _FROM_EXCEL = "--wb=", "--from_xl=1"


def calling_book(module: ModuleType) -> xlwings.Book:
    """Return the workbook that called.

    :raises WorkbookError: if it is not open any more, or open twice.
    """
    name = next((word for word in sys.argv if word.startswith(_NAME)), "").removeprefix(_NAME)
    if sys.platform != "darwin" or _FROM_EXCEL not in sys.argv:
        book: xlwings.Book = patiently(module.Book.caller)
        return book
    found = [book for book in _open_books(module) if _plain(_name_of(book)) == _plain(name)]
    if len(found) == 1:
        return found[0]
    raise WorkbookError(
        f"The workbook {name} is {'open twice' if found else 'not open any more'}.",
        "Excel tells the name of the workbook that called, and no more.",
        "Close one of the two." if found else "Open it again in Excel.",
    )


def _open_books(module: ModuleType) -> list[xlwings.Book]:
    apps: list[xlwings.App] = patiently(lambda: [*module.apps])
    books: list[list[xlwings.Book]] = [patiently(partial(list, app.books)) for app in apps]
    return [book for some in books for book in some]


def _name_of(book: xlwings.Book) -> str:
    return str(patiently(lambda: book.name)).strip()


def _plain(name: str) -> str:
    """Return a name as it is compared: macOS may take letters and their accents apart."""
    return unicodedata.normalize("NFC", name).casefold()
