"""Refusals of documents, in three parts: why a file is not read, and the run goes on without it."""

from __future__ import annotations

import re
import zlib
from zipfile import BadZipFile

from worker.documents.office_package import DamagedPart
from worker.errors import DocumentError
from worker.limited_process import Limits

#: Larger files hold pictures or data rather than text, and would fill the memory of a laptop.
MAX_BYTES = 200_000_000

#: Some 10,000 printed pages.
MAX_CHARACTERS = 20_000_000

_DAMAGE = (BadZipFile, DamagedPart, EOFError, SyntaxError, UnicodeDecodeError, zlib.error)
#: What errors of many meanings say of damage.
_DAMAGE_SAID = re.compile("no item named|unknown encoding")
_CAUSE = 200  # characters of what a library says, which may quote the file
_AGAIN = "then index again."


def not_opened(source: str, error: OSError) -> DocumentError:
    """Return the error for a file that the system does not open."""
    return DocumentError(
        f"The file {source} cannot be opened.",
        f"{error.strerror or error}.",
        "Check the file and its permissions, then run again.",
    )


def folder_not_opened(source: str, error: OSError) -> DocumentError:
    """Return the error for a folder that the system does not open; what it holds is not known."""
    return DocumentError(
        f"The folder {source} cannot be opened.",
        f"{error.strerror or error}.",
        f"Check the folder and its permissions, {_AGAIN}",
    )


def leads_out(source: str, target: str) -> DocumentError:
    """Return why a link is not followed."""
    return DocumentError(
        f"The link {source} leads out of the documents folder.",
        f"It leads to {target}, and such links are not followed on this machine.",
        f"Copy what is there into the folder, or set BONSAI_FOLLOW_LINKS to yes, {_AGAIN}",
    )


def leads_nowhere(source: str) -> DocumentError:
    """Return why a link is not read."""
    return DocumentError(
        f"The link {source} leads nowhere.",
        "No file is there.",
        f"Delete the link, or put the file back, {_AGAIN}",
    )


def no_ordinary_file(source: str) -> DocumentError:
    """Return why a pipe, a socket or a device is not read."""
    return DocumentError(
        f"{source} is no ordinary file.",
        "It is a pipe, a socket or a device, which may have no end.",
        "Take it out of the documents folder.",
    )


def same_name(source: str) -> DocumentError:
    """Return the error for two files whose names are the same once they can be read."""
    return DocumentError(
        f"Two files are called {source}.",
        "The name of one holds bytes that are no text, and its escape is the name of the other.",
        f"Rename one of them, {_AGAIN}",
    )


def changes(source: str) -> DocumentError:
    """Return the error for a file that another program writes to."""
    return DocumentError(
        f"The file {source} changed while it was read.",
        "Another program is writing to it.",
        f"Wait until that program has closed the file, {_AGAIN}",
    )


def too_large(source: str) -> DocumentError:
    """Return the error for a file with too many bytes."""
    return DocumentError(
        f"The file {source} is too large.",
        f"Files of up to {MAX_BYTES // 1_000_000} MB are read.",
        f"Cut it into several files, or take the pictures out, {_AGAIN}",
    )


def too_long(source: str) -> DocumentError:
    """Return the error for a file with too much text."""
    return DocumentError(
        f"The file {source} is too long.",
        f"It holds more than {MAX_CHARACTERS // 1_000_000} million characters of text.",
        f"Cut it into several files, {_AGAIN}",
    )


def empty(source: str, lost: tuple[str, ...] = ()) -> DocumentError:
    """Return the error for a file without words; `lost` says what else it holds."""
    return DocumentError(
        f"The file {source} is empty.",
        " ".join(["It holds no words.", *lost]),
        f"Delete it or put text into it, {_AGAIN}",
    )


def pictures_alone(source: str, pages: int) -> DocumentError:
    """Return the error for a scanned file."""
    return DocumentError(
        f"The file {source} holds no text.",
        f"{_pages(pages)}, as a scanner makes them.",
        f"Run text recognition (OCR) on it, {_AGAIN}",
    )


def encrypted(source: str) -> DocumentError:
    """Return the error for a file that asks for a password."""
    return DocumentError(
        f"The file {source} is encrypted.",
        "It opens with a password alone.",
        f"Save a copy without the password, {_AGAIN}",
    )


def something_else(source: str, expected: str, found: str) -> DocumentError:
    """Return the error for a file that is something else than its name says."""
    return DocumentError(
        f"The file {source} is no {expected}.",
        f"By its content it is {found}.",
        f"Give it the right ending, or save it as {_with_article(expected)}, {_AGAIN}",
    )


def damaged(source: str, expected: str, cause: str) -> DocumentError:
    """Return the error for a file that the library for its type cannot read."""
    return DocumentError(
        f"The file {source} cannot be read.",
        f"It is damaged, or no {expected} ({cause}).",
        f"Open it in the program it was made with, save it again, {_AGAIN}",
    )


def unknown(source: str, expected: str, cause: str) -> DocumentError:
    """Return the error for a file that is whole, but holds what its reader does not know."""
    return DocumentError(
        f"The file {source} cannot be read.",
        f"As {_with_article(expected)} it holds something that is not known here ({cause}).",
        f"Save it in another format that is read, such as PDF, {_AGAIN}",
    )


def library_missing(source: str, expected: str, error: ImportError) -> DocumentError:
    """Return the error for a file whose library is not installed, or does not start."""
    return DocumentError(
        f"The file {source} cannot be read.",
        f"The library for {_with_article(expected)} is missing or does not start ({error}).",
        f"Install BONSAI again, {_AGAIN}",
    )


def of_error(source: str, expected: str, error: Exception) -> DocumentError:
    """Return the error for whatever a library has raised, by what it means.

    Errors of XML are syntax errors to Python.
    """
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    cause = said if len(said) <= _CAUSE else f"{said[: _CAUSE - 1]}…"
    if isinstance(error, ImportError):
        return library_missing(source, expected, error)
    if isinstance(error, RecursionError):
        return unknown(source, expected, "elements nested in one another hundreds of times")
    if isinstance(error, RuntimeError) and "encrypted" in cause:
        return encrypted(source)
    if isinstance(error, _DAMAGE) or _DAMAGE_SAID.search(cause):
        return damaged(source, expected, cause)
    return unknown(source, expected, f"{type(error).__name__}: {cause}")


def trap(source: str, why: str) -> DocumentError:
    """Return the error for a file that looks as if it was made to do harm."""
    return DocumentError(
        f"The file {source} is not unpacked.",
        why,
        "Check where it comes from; if it is sound, save it again in Office.",
    )


def reader_ended(source: str) -> DocumentError:
    """Return the error for a file on which the process that read it has crashed."""
    return DocumentError(
        f"The file {source} cannot be read.",
        "The program that reads such files ended while it read this one.",
        f"Open it in the program it was made with, save it again, {_AGAIN}",
    )


def takes_too_long(source: str, limits: Limits) -> DocumentError:
    """Return the error for a file that was not read in time."""
    return DocumentError(
        f"The file {source} is not read to its end.",
        f"Reading it took longer than {limits.seconds:.0f} seconds.",
        f"Cut it into several files, or raise BONSAI_FILE_SECONDS on this machine, {_AGAIN}",
    )


def takes_too_much(source: str, limits: Limits) -> DocumentError:
    """Return the error for a file that needs more memory than one may take."""
    return DocumentError(
        f"The file {source} is not read to its end.",
        f"It took more than {_memory(limits.memory)} of memory.",
        f"Cut it into several files, or raise BONSAI_FILE_MEMORY on this machine, {_AGAIN}",
    )


def unforeseen(source: str, error: Exception) -> DocumentError:
    """Return the error for a file on which we have made a mistake of our own."""
    return DocumentError(
        f"The file {source} cannot be read.",
        f"Something went wrong that nobody foresaw: {type(error).__name__}.",
        "Please report it, with the file if it may be passed on.",
    )


def _pages(count: int) -> str:
    return "Its only page is a picture" if count == 1 else f"Its {count} pages are pictures"


def _with_article(form: str) -> str:
    return f"{'an' if form[0] in 'AEIOaeiou' else 'a'} {form}"


def _memory(size: int) -> str:
    return f"{size / 1e9:g} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
