"""The workbooks of a command: those that are read, and the one that is written.

Results go into a BONSAI workbook. Questions and points of view may also come from plain files, as
the original notebooks had them; these are only read, and results go into a fresh workbook.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from worker.errors import SettingError, WorkbookError
from worker.typed_path import typed_path
from xl_addin.language.catalogue import machine_language
from xl_addin.language.language import Language
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.inputs import read_settings, setting_cells, usual_id
from xl_addin.sheets.labels import LABELS
from xl_addin.sheets.options import Options
from xl_addin.sheets.pair_files import read_pair_file
from xl_addin.sheets.pov import POV
from xl_addin.sheets.qa_pairs import written_content
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.settings import SETTINGS
from xl_addin.sheets.settings.index import COLLECTION, DOCUMENTS
from xl_addin.shipped_files import template_path
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.file.disk import is_same_file, make_folder
from xl_addin.workbook.file.file_book import BeforeWriting, FileBook
from xl_addin.workbook.port import CellValue, TableContent, WorkbookPort


@dataclass(frozen=True)
class Books:
    """The workbooks of one command: `questions` and `povs` are read, `results` is written.

    `out` is where results are saved; nothing for a workbook that nobody sees.
    """

    questions: FileBook
    povs: FileBook
    results: FileBook
    out: Path | None


def open_books(path: Path, povs: Path | None, out: Path | None) -> Books:
    """Open what a command needs, and make sure now that its results can be written later.

    Results of plain files go into the workbook that took them before, so that notes stay in it; a
    new one takes over what somebody has written into a workbook whose tables lost their names.

    :raises WorkbookError: if a file cannot be read, or the results could not be written, or would
        replace another file.
    """
    questions = FileBook.open(path)
    pov_book = FileBook.open(povs) if povs else questions
    if out and povs and is_same_file(out, povs) and not is_same_file(povs, path):
        raise _not_replaced(out, "The points of view are read from it.")
    if questions.has_table(RANKED):
        results, target = questions, out or path
    else:
        target = out or path.with_name(f"{path.stem}_bonsai.xlsx")
        is_new, results = not target.exists(), _results_book(target)
        _copy_table(questions, results, FBQ)
        _copy_table(pov_book, results, POV)
        set_settings(results, setting_cells(questions))
        for table in (RANKED, LABELS, ANSWERS) if is_new else ():
            if questions.find_table(table):
                _copy_table(questions, results, table)
    results.check_target(target)
    if target.exists() and not is_same_file(target, path):
        _results_book(target)
    return Books(questions, pov_book, results, target)


def pair_books(path: Path, out: Path | None) -> Books:
    """Return the books of a command that was given a file of pairs.

    Its pairs are read from a fresh workbook's sheet QA. Results go into `out`, or into a workbook
    beside the file that may have taken them before.

    :raises InputError: if the file cannot be read.
    :raises WorkbookError: if the results could not be written, or would replace another file.
    """
    pairs = _fresh_book()
    pairs.write_table(written_content(read_pair_file(path)))
    target = out or path.with_name(f"{path.stem}_bonsai.xlsx")
    results = _results_book(target)
    results.check_target(target)
    return Books(pairs, results, results, target)


def fresh_books(out: Path | None = None, povs: Path | None = None) -> Books:
    """Return the books of a command that was given no workbook.

    Results go into the workbook `out`, which may have taken them before, or a fresh one; without
    it, into one that nobody sees.

    :raises WorkbookError: if a file cannot be read, or `out` cannot be written or is another file.
    """
    results = _results_book(out) if out else _fresh_book()
    pov_book = FileBook.open(povs) if povs else results
    if povs:
        _copy_table(pov_book, results, POV)
    if out:
        results.check_target(out)
    return Books(results, pov_book, results, out)


def book_options(
    book: WorkbookPort, path: Path, given: Mapping[str, CellValue] | None = None
) -> Options:
    """Return the options of a workbook, the collection named after the file if it names none.

    :param given: values of the command line by setting name, which stand above the workbook's.
    """
    options = read_settings(book, given)
    return options if options[COLLECTION] else options.having(COLLECTION, path.stem)


def documents_folder(options: Options, path: Path) -> Path:
    """Return the folder to index; a relative one is looked for beside the workbook.

    :raises SettingError: if none is set.
    """
    if not options[DOCUMENTS]:
        raise SettingError(
            f"No documents folder is set in {path.name}.",
            "The value of 'Documents folder' on the Settings sheet is empty.",
            "Write the folder's path there, or give it with --documents.",
        )
    return typed_path(options[DOCUMENTS], path.absolute().parent)


def save_results(books: Books, before: BeforeWriting) -> Path:
    """Save the results and return where they are.

    If somebody opened or changed the workbook meanwhile they go beside it, under a name of their
    own: a run is never lost.

    :param before: is told of path and content right before the workbook is replaced.
    """
    target = books.out or books.results.path
    try:
        if target == books.results.path:
            books.results.save(before)
        else:
            books.results.save_as(target, before)
    except WorkbookError:
        name = f"{target.stem} results {secrets.token_hex(3)}{books.results.path.suffix}"
        books.results.save_as(target.with_name(name))
    return books.results.path


def new_book(path: Path, language: Language | None = None) -> None:
    """Write a fresh workbook, with the sample questions and points of view in it.

    A name that ends in .xlsm gets ribbon and macros.

    :param language: in which its sheets explain themselves; by default that of the machine.

    :raises WorkbookError: if a file of that name is there, or the place cannot be written.
    """
    if path.exists():
        raise WorkbookError(
            f"The file {path.absolute()} is there already.",
            "A new workbook never replaces another file.",
            "Choose another name, or move the old file away.",
        )
    make_folder(path.parent)
    suffix = ".xlsm" if path.suffix.lower() == ".xlsm" else ".xlsx"
    _fresh_book(suffix, language).save_as(path)


def set_settings(book: FileBook, values: Mapping[str, CellValue]) -> None:
    """Write values into the Settings table; the other rows stay."""
    if not values:
        return
    rows = [row.cells(SETTINGS.columns) for row in book.read_table(SETTINGS).rows]
    for row in rows:
        row["Value"] = values.get(str(row["Setting"]), row["Value"])
    book.write_table(TableContent(SETTINGS, rows, _all_columns(SETTINGS)))


def use_first_questions(book: FileBook, number: int) -> None:
    """Set *Use* to no for all questions but the first ones."""
    rows = [row.cells(FBQ.columns) for row in book.read_table(FBQ).rows]
    for row in rows[number:]:
        row["Use"] = "no"
    book.write_table(TableContent(FBQ, rows, _all_columns(FBQ)))


def _fresh_book(suffix: str = ".xlsx", language: Language | None = None) -> FileBook:
    return FileBook.open(template_path(suffix, (language or machine_language()).name))


def _results_book(target: Path) -> FileBook:
    """Return the workbook that takes the results of plain files, a fresh one if there is none.

    :raises WorkbookError: if another file is there.
    """
    book = FileBook.open(target) if target.exists() else _fresh_book()
    if not book.has_table(RANKED):
        raise _not_replaced(target, "It is there already, and is no workbook of BONSAI's.")
    return book


def _not_replaced(target: Path, why: str) -> WorkbookError:
    return WorkbookError(
        f"The file {target.absolute()} is not written over.",
        f"{why} Results never replace another file.",
        "Choose another name with --out, or move the old file away.",
    )


def _copy_table(source: FileBook, target: FileBook, table: Table) -> None:
    """Copy the rows of a plain file with all their columns.

    Ids that it lacks are written out, for formulas to find.
    """
    data = source.read_table(table)
    own = tuple(Column(header) for header in data.headers if header not in table.headers)
    rows = [
        {**_usual_id(table, number), **{h: v for h, v in row.values.items() if v is not None}}
        for number, row in enumerate(data.rows, start=1)
    ]
    target.write_table(TableContent(table, rows, (*_all_columns(table), *own)))


def _usual_id(table: Table, number: int) -> dict[str, CellValue]:
    return {"ID": usual_id(table, number)} if "ID" in table.headers else {}


def _all_columns(table: Table) -> tuple[Column, ...]:
    """Return a table's columns as ones to be written, the user's among them."""
    return tuple(replace(column, owner="run") for column in table.columns)
