"""A workbook that is open in Excel."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from openpyxl.utils import absolute_coordinate, quote_sheetname

from worker.errors import PackageMissingError, WorkbookError, WorkbookLockedError
from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Table
from xl_addin.workbook.live import excel_objects
from xl_addin.workbook.live.busy import patiently, tell_busy_from_missing
from xl_addin.workbook.live.calling_book import calling_book
from xl_addin.workbook.live.calm import calm
from xl_addin.workbook.live.column_moves import ColumnMoves
from xl_addin.workbook.live.live_gallery import LiveGallery
from xl_addin.workbook.live.live_head import compose_head
from xl_addin.workbook.live.live_rows import LiveRows
from xl_addin.workbook.live.live_scales import renew_scales
from xl_addin.workbook.live.live_selection import (
    fill_beside,
    parse_place,
    read_selection,
    selected_areas,
)
from xl_addin.workbook.live.live_sheet import LiveSheet
from xl_addin.workbook.live.live_table import (
    LiveTable,
    LiveTablePlace,
    check_neighbours,
    shape_columns,
)
from xl_addin.workbook.live.live_values import LiveValues
from xl_addin.workbook.live.pieces import Block
from xl_addin.workbook.port import CellValue, Picture, Row, TableContent, TableData
from xl_addin.workbook.table.table_reader import (
    find_plain,
    no_table_for_results,
    read_named,
    table_missing,
)
from xl_addin.workbook.table.table_room import check_room
from xl_addin.workbook.table.table_shape import TableShape, named_above

if TYPE_CHECKING:
    import xlwings


class LiveBook:
    """A workbook that is open in Excel, as a WorkbookPort.

    Reads and writes are blocks. A table is written in this order: everything is read, checked and
    composed; what stands there already is left out; then columns come and go, rows are added, and
    the rest goes into the cells. Where nothing is left, Excel is not touched, so that its Undo
    stays. Excel that is busy is waited for, a few seconds for each call; if it stays busy the error
    can be retried, and writing the same again repairs what was half done.

    Different from a closed file: the user's cells follow their rows with values and formulas, but a
    colour painted on one cell stays where it is, and rows that are added look like the last one
    above them; a protected sheet is refused; colour scales are renewed only where the engine lists
    them (Windows and macOS).
    """

    def __init__(self, book: xlwings.Book) -> None:
        self._book = book

    @classmethod
    def caller(cls) -> LiveBook:
        """Return the workbook whose button or tick is running this.

        :raises PackageMissingError: if xlwings is not installed.
        :raises WorkbookError: if it was closed in the meantime.
        """
        book = calling_book(load_xlwings())
        tell_busy_from_missing(book)
        return cls(book)

    @classmethod
    def named(cls, full_name: str) -> LiveBook:
        """Return an open workbook by its full name, so that results go to the one that asked.

        :raises PackageMissingError: if xlwings is not installed.
        :raises WorkbookError: if it is not open.
        :raises WorkbookLockedError: if an Excel is busy and no other one has it.
        """
        busy: WorkbookError | None = None
        apps = patiently(lambda: [*load_xlwings().apps])
        # An Excel that is busy is waited for only where no other one has the workbook.
        for app, patience in [*((app, 0.0) for app in apps), *((app, None) for app in apps)]:
            try:
                books: list[xlwings.Book] = patiently(partial(_open_books, app), patience)
            except WorkbookError as error:
                busy = error if error.retryable else busy
                continue
            for book in books:
                found = cls(book)
                if str(found.path).casefold() == str(Path(full_name)).casefold():
                    return found
        if busy:
            raise busy
        raise WorkbookError(
            f"The workbook {full_name} is not open.",
            "Its results are waiting for it.",
            "Open it again in Excel.",
        )

    @property
    def name(self) -> str:
        """Its file name, for messages."""
        return str(patiently(lambda: self._book.name))

    @property
    def path(self) -> Path:
        """Its file; the name alone if it was never saved. `named` finds it again by this."""
        return Path(excel_objects.full_name(self._book))

    def has_table(self, table: Table) -> bool:
        """Say whether `table` is there under its own name."""
        return self._find_place(table) is not None

    def find_table(self, table: Table) -> TableData | None:
        """Return the rows of `table`, found by name, else by its marks; None if it is not there.

        :raises TableMissingError: if two plain sheets have the marks, or one that has the name of
            the table's sheet has not.
        :raises ColumnError: if a required column is missing or a header stands there twice.
        """
        place = self._find_place(table)
        if place is None:
            return find_plain(LiveValues(self._pages()), table, self.name)
        return read_named(LiveValues([place.page]), place, table)

    def read_table(self, table: Table) -> TableData:
        """Return the rows of `table` as `find_table` does.

        :raises TableMissingError: if it is not there, or cannot be told from others.
        :raises ColumnError: if a required column is missing or a header stands there twice.
        """
        found = self.find_table(table)
        if found is None:
            raise table_missing(table, self.name)
        return found

    def write_table(self, content: TableContent) -> Sequence[Row]:
        """Replace the run's columns of a table; return the user's rows that lost their place.

        :raises TableMissingError: if the workbook has no table of that name.
        :raises ColumnError: if the user's cells cannot follow because a key column is missing.
        :raises WorkbookError: if the sheet is protected, or rows would run into other cells.
        :raises WorkbookLockedError: if Excel is busy.
        """
        place = self._find_place(content.table)
        if place is None:
            raise no_table_for_results([content.table.name], self.name)
        page, table = place.page, place.table
        page.check_writable(self.name)
        shape = TableShape.plan(table, content, page.last_row(table.area))
        moves = ColumnMoves.plan(table.headers, shape.planned_columns)
        others = [other for other in _tables(page) if other.name != table.name]
        check_room(page.name, table, others, page, shape)
        check_neighbours(page, shape, moves, others)
        rows = LiveRows(page, table, shape, content.table)
        blocks = [*compose_head(page, shape, content.above), *rows.compose(content.rows)]
        blocks = [entry for entry in blocks if moves or not page.holds(*entry)]
        if blocks or moves or shape.old != shape.new:
            with calm(self._app):
                self._write(place, shape, moves, blocks, content)
        return rows.lost()

    def _write(
        self,
        place: LiveTablePlace,
        shape: TableShape,
        moves: ColumnMoves,
        blocks: Sequence[tuple[Area, Block]],
        content: TableContent,
    ) -> None:
        # The cells come last: as long as they differ, a second try does all the rest again.
        page, table = place.page, place.table
        table.show_all()
        table.rearrange(shape, moves)
        shape_columns(page, shape, moves)
        if shape.new.bottom > shape.old.bottom:
            table.resize(page, shape.new)
            page.repeat_look(replace(shape.new, top=shape.old.bottom))
        renew_scales(page, shape)
        self._name_above(page.name, shape, content)
        for area, block in blocks:
            page.type_block(area, block)
        if shape.new.bottom < shape.old.bottom:
            page.wipe(replace(shape.new, top=shape.new.bottom + 1, bottom=shape.old.bottom))
            table.resize(page, shape.new)
        if any(planned.is_wrapped for planned in shape.planned_columns):
            page.fit_heights(shape.new_data)

    def put_pictures(
        self, sheet: str, pictures: Sequence[Picture], *, keep: Collection[str] = ()
    ) -> None:
        """Show exactly these pictures of ours on `sheet`, one below the other.

        A picture whose name is there already keeps its place and size, unless the first of all is
        new. Pictures of ours that are not among them go, but for those whose names are in `keep`.

        :raises WorkbookError: if there is no such sheet, or it is protected.
        :raises WorkbookLockedError: if Excel is busy.
        """
        page = self._page(sheet)
        page.check_writable(self.name)
        gallery = LiveGallery(page)
        if pictures or gallery.names:
            with calm(self._app):
                gallery.show(pictures, keep=keep)

    def save(self) -> None:
        """Save the workbook under its name.

        :raises WorkbookLockedError: if it was opened to be read only, or Excel is busy.
        :raises WorkbookError: if it was never saved, or Excel refuses.
        """
        if excel_objects.was_never_saved(self._book):
            raise WorkbookError(
                f"'{self.name}' has no place on the disk yet.",
                "It was never saved.",
                "Save it once in Excel (File, Save As).",
            )
        if excel_objects.is_read_only(self._book):
            raise WorkbookLockedError(
                f"'{self.name}' is open to be read only.",
                "The results stand in it, but Excel cannot save them under this name.",
                "Save it under another name (File, Save As).",
            )
        patiently(self._book.save)

    def save_copy(self, path: Path) -> None:
        """Write the workbook, as it is now, to another file; it stays open as it is.

        :raises WorkbookLockedError: if Excel is busy.
        :raises WorkbookError: if Excel refuses, or is Excel for Mac, which saves no copies.
        """
        if not excel_objects.save_copy(self._book, path):
            raise WorkbookError(
                f"No copy of '{self.name}' was saved.",
                "Excel for Mac lets no script save one.",
                "Save and close the workbook, and run the command in the terminal instead.",
            )

    def selection(self) -> tuple[str, Sequence[Sequence[CellValue]]]:
        """Return where the selected cells are, and their values row by row.

        :raises WorkbookError: if no cells are selected.
        """
        return read_selection(self._book)

    def selected(self) -> tuple[str, tuple[Area, ...]]:
        """Return the sheet that is in front, and its selected cells.

        :raises WorkbookError: if something else than cells is selected.
        """
        sheet, areas = selected_areas(self._book)
        return sheet.name, areas

    def write_beside(self, place: str, values: Sequence[Sequence[CellValue]]) -> None:
        """Write values into the cells right of a place, which must be empty.

        :raises WorkbookError: naming the first cell that is not, or a sheet that is not there.
        """
        sheet, area = parse_place(place)
        page = self._page(sheet)
        page.check_writable(self.name)
        fill_beside(page, area, values)

    def show_status(self, text: str) -> None:
        """Show a line of text at the lower edge of Excel's window; no text gives it back."""
        with suppress(NotImplementedError):
            patiently(partial(setattr, self._app, "status_bar", text or False))

    def tell(self, text: str) -> None:
        """Show a text in a box over Excel's window, until the user has read it."""
        show = partial(self._app.alert, text, "BONSAI")
        if sys.platform != "darwin":
            patiently(show)
            return
        with suppress(WorkbookLockedError):  # a box that nobody closes for a minute: it was shown
            patiently(show, patience=0)

    @property
    def _app(self) -> xlwings.App:
        return patiently(lambda: self._book.app)

    def _page(self, sheet: str) -> LiveSheet:
        pages = {page.name: page for page in self._pages()}
        for name, page in pages.items():
            if name.casefold() == sheet.casefold():
                return page
        raise WorkbookError(
            f"'{self.name}' has no sheet '{sheet}'.",
            f"Its sheets are: {', '.join(pages)}.",
            f"Rename the sheet back to '{sheet}', or copy it from a fresh template (bonsai new).",
        )

    def _pages(self) -> list[LiveSheet]:
        return [LiveSheet(sheet) for sheet in patiently(lambda: [*self._book.sheets])]

    def _find_place(self, table: Table) -> LiveTablePlace | None:
        """Return the table of that name, wherever it stands."""
        for page in self._pages():
            for item in page.tables():
                name = str(patiently(partial(getattr, item, "display_name")))
                if name.casefold() == table.name.casefold():
                    return LiveTablePlace(page, LiveTable(item))
        return None

    def _name_above(self, sheet: str, shape: TableShape, content: TableContent) -> None:
        for name, area in named_above(shape, content.above):
            self._define(name, f"={quote_sheetname(sheet)}!{absolute_coordinate(str(area))}")

    def _define(self, name: str, reference: str) -> None:
        def define() -> None:
            names = self._book.names
            if name not in names:
                names.add(name, reference)
            elif _bare(str(names[name].refers_to)) != _bare(reference):
                # Not without need: on macOS xlwings may add a sheet for that, and take it away.
                names[name].refers_to = reference

        patiently(define)


def _bare(reference: str) -> str:
    """Return a reference without the quotes that Excel leaves out where it can."""
    return reference.replace("'", "").casefold()


def load_xlwings() -> ModuleType:
    """Return xlwings, which is needed only where Excel is.

    :raises PackageMissingError: if it is not installed.
    """
    try:
        import xlwings
    except ImportError as error:
        raise PackageMissingError(
            "The package xlwings is not installed.",
            "A workbook that is open in Excel is reached through it, on Windows and macOS.",
            "Run: pip install bonsai-xl",
        ) from error
    return xlwings


def _open_books(app: xlwings.App) -> list[xlwings.Book]:
    return [*app.books]


def _tables(page: LiveSheet) -> list[LiveTable]:
    return [LiveTable(item) for item in page.tables()]
