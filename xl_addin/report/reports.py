"""A report: the results of a workbook as a reader copy, a page, or both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from worker.errors import WorkbookError
from worker.typed_path import path_text, typed_path
from xl_addin.language.language import Language
from xl_addin.report.documents import Documents
from xl_addin.report.page import PAGE_MARK, page
from xl_addin.report.reader_book import MARK, reader_book
from xl_addin.report.reader_sheets import plan_sheets
from xl_addin.report.results import Results, read_results, said
from xl_addin.report.texts import texts_in
from xl_addin.sheets.book_language import book_language
from xl_addin.sheets.inputs import setting_cells
from xl_addin.sheets.settings.index import DOCUMENTS
from xl_addin.workbook.file.disk import check_writable, is_same_file, replace_bytes
from xl_addin.workbook.file.file_book import FileBook

_HEAD = 2_000  # bytes in which a page says whose it is
#: Names of documents without a link that are told one by one.
_NAMED = 5


@dataclass(frozen=True)
class Targets:
    """What is written: the reader copy, the page, or both."""

    workbook: Path | None
    page: Path | None


def write_report(
    book: FileBook,
    path: Path,
    targets: Targets,
    documents: str = "",
    language: Language | None = None,
) -> list[str]:
    """Write the results of a workbook for readers; return what is to be said of it.

    :param path: where the workbook is, from which its documents folder counts.
    :param documents: the documents folder, if it is not the one that the workbook names.
    :param language: of all words that are ours; by default that of the workbook.
    :raises InputError: if the workbook has no results.
    :raises WorkbookError: if a file cannot be written, or would replace one that is no report.
    """
    for written, mark in _marked(targets):
        _check_target(written, path, mark)
    language = language or book_language(book)
    results = said(read_results(book), language.say)
    remarks: dict[str, None] = {}
    contents = []
    for target, make in ((targets.workbook, _as_workbook), (targets.page, _as_page)):
        if target:
            links = _documents(book, path, target, documents)
            contents.append((target, make(results, links, language)))
            remarks |= dict.fromkeys(_remarks(links))
    for target, content in contents:
        replace_bytes(target, content)
    return [*remarks]


def _as_workbook(results: Results, documents: Documents, language: Language) -> bytes:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    return reader_book(plan_sheets(results, documents, texts_in(language)), now, language.say)


def _as_page(results: Results, documents: Documents, language: Language) -> bytes:
    return page(results, documents, texts_in(language)).encode("utf-8")


def _documents(book: FileBook, path: Path, target: Path, given: str) -> Documents:
    """Return the links from a target; a folder named by a relative path is linked to relatively."""
    named = given or str(setting_cells(book).get(DOCUMENTS.name) or "")
    if not named:
        return Documents(None, None)
    folder = typed_path(named, None if given else path.absolute().parent)
    is_relative = not Path(path_text(named)).is_absolute()
    return Documents(folder.absolute(), target.absolute().parent if is_relative else None)


def _remarks(documents: Documents) -> Iterator[str]:
    if not (missing := documents.unreached):
        return
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    yield (
        f"No link leads to {', '.join(missing[:_NAMED])}{more}: no such file is in the "
        "documents folder, as far as the workbook names one. --documents names another."
    )


def _marked(targets: Targets) -> Iterator[tuple[Path, str]]:
    if targets.workbook:
        yield targets.workbook, MARK
    if targets.page:
        yield targets.page, PAGE_MARK


def _check_target(target: Path, book: Path, mark: str) -> None:
    """Make sure that a report can be written, and replaces nothing but an earlier one."""
    check_writable(target)
    suffixes = (".xlsx",) if mark is MARK else (".html", ".htm")
    if target.suffix.lower() not in suffixes:
        raise WorkbookError(
            f"'{target.name}' is no name for this report.",
            f"Its kind of file has names that end in {suffixes[0]}.",
            f"Choose a name that ends in {suffixes[0]}.",
        )
    if target.exists() and (is_same_file(target, book) or not _has_mark(target, mark)):
        raise WorkbookError(
            f"The file {target.absolute()} is not written over.",
            "It is there already, and is no report of BONSAI's.",
            "Choose another name, or move the old file away.",
        )


def _has_mark(path: Path, mark: str) -> bool:
    """Say whether a file is a report of ours: both kinds say so near their beginning or end."""
    if mark is PAGE_MARK:
        with path.open("rb") as file:
            return mark.encode() in file.read(_HEAD)
    try:
        return FileBook.open(path).category == mark
    except WorkbookError:  # whatever it is, it is not ours
        return False
