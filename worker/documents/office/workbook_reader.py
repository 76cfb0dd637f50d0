"""Workbooks, sheet by sheet: cells, then what lies on top of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from posixpath import basename
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from worker.documents.document import Document, document_of_pages
from worker.documents.losses import EMBEDDED_FILE, Loss, Losses
from worker.documents.office.graphics import Graphics, R, local_name
from worker.documents.office.sheet_cells import BROKEN, SheetCells
from worker.documents.office_package import UNPACK_ERRORS, DamagedPart, OfficePackage, Part
from worker.documents.tables.table_text import TableText

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from openpyxl import Workbook

_PIVOT_RECORDS = Loss(
    "The records behind 1 pivot table are not read; what it shows is.",
    "The records behind {count} pivot tables are not read; what they show is.",
)
_NO_SHEET = Loss(
    "1 sheet{names} is damaged, or of a kind that is not read.",
    "{count} sheets{names} are damaged, or of kinds that are not read.",
)
_NO_FORMATS = Loss("The formats of its cells cannot be read: dates may stand as numbers.", "")
#: What a workbook says of itself, its colours and formats: it can be read without them.
_DISPENSABLE = ("docProps/", "xl/theme/", "xl/styles.xml")
_TYPES = "[Content_Types].xml"
_SHEETS = 5  # hidden ones that are named


def read_workbook(data: bytes, source: str) -> Document:
    """Return the sheets of a workbook, a page for each, under its name.

    Rows are lines that say their headers; charts, text boxes and comments stand below them. What
    is hidden is read as well, and said.

    :raises DamagedPart: if its list of sheets cannot be read, or no sheet.
    """
    main = OfficePackage(data).main_part()
    sheets = [each for each in main.xml().iter() if local_name(each) == "sheet"]
    losses = Losses()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that are not about text
        reader = _WorkbookReader(_opened(_as_listed(data, main.package), losses), main, losses)
        document = document_of_pages(source, map(reader.lines, sheets), between="\n\n")
    if reader.damaged and not document.text.strip():
        raise DamagedPart(f"its sheets cannot be read: {', '.join(reader.damaged)}")
    reader.count_pivot_records()
    return replace(document, lost=reader.losses.sentences(), read_as=reader.remarks())


def _opened(data: bytes, losses: Losses) -> Workbook:
    """Open a workbook; if the library refuses it, without what can be dispensed with.

    :raises DamagedPart: if a part that it lists is not there.
    """
    from openpyxl import load_workbook

    def load(content: bytes) -> Workbook:
        return load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)

    try:
        return load(data)
    except MemoryError:
        raise
    except Exception:  # one kind for each way in which a sheet, a style or a date can be wrong
        data = _rewritten(data, {}, without=_without_head(data))
    try:
        return load(data)
    except MemoryError:
        raise
    except Exception:
        losses.add(_NO_FORMATS)
    try:
        return load(_rewritten(data, {}, without=_DISPENSABLE))
    except KeyError as error:
        raise DamagedPart(f"what it lists is missing: {error.args[0]}") from error


def _without_head(data: bytes) -> tuple[str, ...]:
    """Name the sheets that are damaged before their first row: the library opens all or none."""
    sheets = OfficePackage(data).main_part().related("worksheet")
    return tuple(sheet.name for sheet in sheets if not _has_head(sheet))


def _has_head(sheet: Part) -> bool:
    from openpyxl.worksheet._reader import WorkSheetParser

    try:
        WorkSheetParser(BytesIO(sheet.data()), {}).parse_dimensions()
    except (DamagedPart, *BROKEN):
        return False
    return True


def _as_listed(data: bytes, package: OfficePackage) -> bytes:
    """Return a workbook that lists only parts that are there: the library opens what is listed."""
    from lxml import etree

    types = Part(package, _TYPES).xml()
    absent = [each for each in types if not package.holds(each.get("PartName", _TYPES))]
    for each in absent:
        types.remove(each)
    return _rewritten(data, {_TYPES: etree.tostring(types)}) if absent else data


def _rewritten(data: bytes, instead: Mapping[str, bytes], without: tuple[str, ...] = ()) -> bytes:
    """Return a package with other parts instead of some, and without those that begin so."""
    result = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(result, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if not name.startswith(without):
                with suppress(*UNPACK_ERRORS):  # whoever needs the part says that it is missing
                    new.writestr(name, instead.get(name) or old.read(name))
    return result.getvalue()


@dataclass
class _WorkbookReader:
    book: Workbook
    main: Part
    losses: Losses
    tables: TableText = field(default_factory=TableText)
    hidden: list[str] = field(default_factory=list)
    hidden_within: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def lines(self, sheet: Element) -> Iterator[str]:
        """Yield the text of a sheet, given its entry in the workbook's list."""
        name = sheet.get("name", "")
        if sheet.get("state", "visible") != "visible":
            self.hidden.append(name)
        below = self._below(sheet, name)
        if (first := next(below, None)) is not None:
            yield name
            yield first
            yield from below

    def _below(self, sheet: Element, name: str) -> Iterator[str]:
        found = self.book[name] if name in self.book.sheetnames else None
        if found in self.book.worksheets:
            cells = SheetCells(found, self.losses)
            of = f"{name}: " if len(self.book.sheetnames) > 1 else ""
            yield from self.tables.lines(cells.rows(), of)
            yield from cells.beside
            self.hidden_within += cells.hidden()
            self.damaged += [name] if cells.cut else []
        elif found is None:
            self.losses.add(_NO_SHEET, name)
            self.damaged.append(name)
        if (part := self.main.target(sheet.get(f"{R}id"))) is not None:
            yield from self._on_top(part)

    def _on_top(self, sheet: Part) -> Iterator[str]:
        for drawing in sheet.related("drawing"):
            if (root := self.losses.opened(drawing)) is not None:
                yield from Graphics(drawing, self.losses).lines(root)
        yield from self._comments(sheet)
        for file in (*sheet.related("oleObject"), *sheet.related("package")):
            self.losses.add(EMBEDDED_FILE, basename(file.name))

    def _comments(self, sheet: Part) -> Iterator[str]:
        """Yield comments; those with answers stand in the file twice, once for older programs."""
        persons = _names(self.main.related("person"), self.losses)
        threads = list(_threads(sheet, persons, self.losses))
        answered = {cell for cell, _ in threads}
        yield from (f"Comment on {cell}{text}" for cell, text in threads)
        for cell, text in _notes(sheet, self.losses):
            if cell not in answered:
                yield f"Comment on {cell}{text}"

    def count_pivot_records(self) -> None:
        """Count the data that pivot tables keep, which need not stand in any sheet."""
        for cache in self.main.related("pivotCacheDefinition"):
            if cache.related("pivotCacheRecords"):
                self.losses.add(_PIVOT_RECORDS)

    def remarks(self) -> tuple[str, ...]:
        """Return which headers were taken, and what is read although it is hidden."""
        more = [f"{len(self.hidden) - _SHEETS} more"] if len(self.hidden) > _SHEETS else []
        sheets = ", ".join([*self.hidden[:_SHEETS], *more])
        hidden = [f"with hidden sheets ({sheets})"] if sheets else []
        return (*self.tables.read_as(), *hidden, *self.hidden_within[:_SHEETS])


def _names(parts: list[Part], losses: Losses) -> Mapping[str | None, str]:
    roots = [root for root in map(losses.opened, parts) if root is not None]
    return {one.get("id"): one.get("displayName", "") for root in roots for one in root}


def _threads(
    sheet: Part, persons: Mapping[str | None, str], losses: Losses
) -> Iterator[tuple[str, str]]:
    for part in sheet.related("threadedComment"):
        root = losses.opened(part)
        for comment in () if root is None else root:
            author = persons.get(comment.get("personId"), "").strip()
            yield comment.get("ref", ""), _said(author, comment)


def _notes(sheet: Part, losses: Losses) -> Iterator[tuple[str, str]]:
    for part in sheet.related("comments"):
        root = losses.opened(part)
        below = [] if root is None else list(root.iter())
        authors = [each.text or "" for each in below if local_name(each) == "author"]
        for comment in (each for each in below if local_name(each) == "comment"):
            number = int(comment.get("authorId", "0"))
            author = authors[number].strip() if number < len(authors) else ""
            yield comment.get("ref", ""), _said(author, comment)


def _said(author: str, comment: Element) -> str:
    """Return " by author: text"; Excel begins a comment with its author's name by itself."""
    texts = (each.text or "" for each in comment.iter() if local_name(each) in ("t", "text"))
    text = " ".join("".join(texts).split())
    if author:
        text = text.removeprefix(f"{author}:").strip()
    return f"{f' by {author}' if author else ''}: {text}"
