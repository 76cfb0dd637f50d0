"""A closed workbook file: what is read and written here touches nothing else in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from openpyxl.utils import absolute_coordinate, quote_sheetname

from worker.errors import WorkbookError
from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.file.computed_values import ComputedValues
from xl_addin.workbook.file.disk import (
    check_writable,
    is_same_file,
    read_bytes,
    replace_bytes,
    stamp,
)
from xl_addin.workbook.file.gallery import Gallery, our_pictures
from xl_addin.workbook.file.package import Package
from xl_addin.workbook.file.sheet_part import SheetPart
from xl_addin.workbook.file.sheet_rules import SheetRules, carry_rules
from xl_addin.workbook.file.sheet_views import selected_areas
from xl_addin.workbook.file.styles_part import StylesPart
from xl_addin.workbook.file.table_body import TableBody
from xl_addin.workbook.file.table_head import write_head
from xl_addin.workbook.file.table_part import TablePart
from xl_addin.workbook.file.table_reading import TableReading
from xl_addin.workbook.file.workbook_part import FileTablePlace, WorkbookPart
from xl_addin.workbook.port import Picture, Row, TableContent, TableData
from xl_addin.workbook.table.table_reader import (
    filled_rows,
    find_plain,
    no_table_for_results,
    read_named,
    table_missing,
)
from xl_addin.workbook.table.table_room import check_room
from xl_addin.workbook.table.table_shape import TableShape, named_above

_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_CAPTION_STYLE = "Heading 3"
_CATEGORY = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}category"

#: Is told of a path and of the content that is about to be written there.
BeforeWriting = Callable[[Path, bytes], None]


def _nothing(_path: Path, _content: bytes) -> None:
    """Do nothing before a file is written."""


class FileBook:
    """A workbook that is not open in Excel, as a WorkbookPort.

    Changes live in memory until `save` or `save_as`; every part that was not changed is written
    back byte for byte.
    """

    def __init__(self, path: Path, package: Package) -> None:
        self._path = path
        self._package = package
        self._workbook = WorkbookPart(package)
        self._values: ComputedValues | None = None
        self._stamp = stamp(path)

    @classmethod
    def open(cls, path: Path) -> FileBook:
        """Read the workbook at `path`.

        :raises WorkbookLockedError: if it may not be read.
        :raises WorkbookError: if it is missing, encrypted, damaged or of another kind.
        """
        return cls(path, Package.read(read_bytes(path), path.name))

    @property
    def name(self) -> str:
        """Its file name, for messages."""
        return self._path.name

    @property
    def path(self) -> Path:
        """Where `save` writes it."""
        return self._path

    @property
    def category(self) -> str:
        """What its properties say of its kind; empty if nothing."""
        relations = {item.kind: item.target for item in self._package.relations("")}
        part = relations.get("core-properties", "")
        found = self._package.tree(part).findtext(_CATEGORY) if part in self._package else None
        return found or ""

    def has_table(self, table: Table) -> bool:
        """Say whether `table` is there under its own name."""
        return self._workbook.table(table.name) is not None

    def find_table(self, table: Table) -> TableData | None:
        """Return the rows of `table`, found by name, else by its marks; None if it is not there.

        :raises TableMissingError: if two plain sheets have the marks, or one that has the name of
            the table's sheet has not.
        :raises ColumnError: if a required column is missing or a header stands there twice.
        """
        place = self._workbook.table(table.name)
        if place is None:
            return find_plain(self._read_values(), table, self.name)
        return read_named(self._read_values(), place, table)

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
        :raises WorkbookError: if the rows would run into other cells below the table.
        """
        place = self._find_place(content.table)
        part = self._workbook.sheet_part(place.sheet)
        sheet, table = SheetPart(self._package.tree(part)), place.table
        shape = TableShape.plan(table, content, sheet.last_row())
        check_room(place.sheet, table, self._neighbours(place), sheet, shape)
        sheet.unshare_formulas()
        old_cells = self._read_values().rows(place.sheet, shape.old_data)
        headers = content.table.as_listed(table.headers)
        old_rows = filled_rows(headers, old_cells, shape.old_data.top)
        body = TableBody(table, sheet, self._styles(), shape, old_rows, content.table.key)
        self._package.edit(part)
        self._package.edit(place.part)
        write_head(sheet, shape, content.above)
        lost = body.write(content.rows)
        carry_rules(SheetRules(sheet.root), shape)
        if table.is_filtered:
            sheet.forget_filter_mode()
        table.arrange(shape.planned_columns, shape.new)
        self._name_above(place.sheet, shape, content)
        self._finish(sheet)
        return lost

    def table_content(self, table: Table, columns: Sequence[Column] = ()) -> TableContent:
        """Return what stands in a table as `write_table` takes it: values, formulas, rows above.

        :param columns: those that a run wrote, if they are not the table's own.
        :raises TableMissingError: if the workbook has no table of that name.
        :raises ColumnError: if a header stands there twice.
        """
        place = self._find_place(table)
        sheet = SheetPart(self._package.tree(self._workbook.sheet_part(place.sheet)))
        sheet.unshare_formulas()
        reading = TableReading(self._read_values(), sheet, place, table)
        return reading.content(columns, self._workbook.names())

    def pictures(self, sheet: str) -> list[Picture]:
        """Return our pictures on a sheet; none if there is no such sheet."""
        part = self._workbook.sheets.get(sheet)
        return our_pictures(self._package, part) if part else []

    def put_pictures(
        self, sheet: str, pictures: Sequence[Picture], *, keep: Collection[str] = ()
    ) -> None:
        """Show exactly these pictures of ours on `sheet`, one below the other.

        A picture whose name is there already keeps its place and size, unless the first of all is
        new. Pictures of ours that are not among them go, but for those whose names are in `keep`.

        :raises WorkbookError: if there is no such sheet.
        """
        part = self._workbook.sheet_part(sheet)
        if not pictures and not our_pictures(self._package, part):
            return
        name = next(name for name, target in self._workbook.sheets.items() if target == part)
        cells = {
            (row, column): value
            for row, values in enumerate(self._read_values().rows(name), start=1)
            for column, value in enumerate(values, start=1)
            if value is not None
        }
        page = SheetPart(self._package.edit(part))
        style = self._styles().named(_CAPTION_STYLE)
        Gallery(self._package, part, page, cells, style).show(pictures, keep=keep)
        self._finish(page)

    def selected(self) -> tuple[str, tuple[Area, ...]]:
        """Return the sheet that was in front when the file was saved, and its selected cells.

        :raises WorkbookError: if that is no sheet of cells.
        """
        front = self._workbook.front
        if not front:
            raise WorkbookError(
                f"No cells are selected in '{self.name}'.",
                "The sheet in front is a chart.",
                "Select rows on another sheet, and save the workbook.",
            )
        return front, selected_areas(self._package.tree(self._workbook.sheet_part(front)))

    def content(self) -> bytes:
        """Return the file as it would be saved."""
        return self._package.to_bytes()

    def save(self, before: BeforeWriting = _nothing) -> None:
        """Make everything written durable, or leave the file as it was.

        :param before: is told of path and content right before the file is replaced.
        :raises WorkbookLockedError: if it may not be written now.
        :raises WorkbookError: if somebody else saved it in the meantime.
        """
        if self._package.changed:
            self._write_unless_changed(before)

    def save_as(self, path: Path, before: BeforeWriting = _nothing) -> None:
        """Write the workbook to `path`, which `save` will write to from now on.

        :param before: is told of path and content right before a file is written.
        :raises WorkbookLockedError: if it may not be written now.
        :raises WorkbookError: if the suffix does not fit, or the disk refuses.
        """
        self.check_target(path)
        if is_same_file(path, self._path):
            self._write_unless_changed(before)
        else:
            self._write(path, before)
        self._path = path

    def check_target(self, path: Path) -> None:
        """Make sure that the workbook can be written to `path`.

        :raises WorkbookLockedError: if it may not be written now.
        :raises WorkbookError: if the suffix does not fit, or there is no such folder.
        """
        suffix = ".xlsm" if self._workbook.has_macros else ".xlsx"
        if path.suffix.lower() != suffix:
            raise WorkbookError(
                f"'{path.name}' cannot take what is in '{self.name}'.",
                f"Excel opens such a workbook only under a name that ends in {suffix}.",
                f"Choose a name that ends in {suffix}.",
            )
        check_writable(path)

    def _write_unless_changed(self, before: BeforeWriting) -> None:
        if stamp(self._path) != self._stamp:
            raise WorkbookError(
                f"'{self.name}' was changed by somebody else while it was being worked on.",
                "Saving now would undo that change, so nothing was written.",
                "Run again, or write the results to another file.",
            )
        self._write(self._path, before)

    def _write(self, path: Path, before: BeforeWriting) -> None:
        content = self.content()
        check_writable(path)
        before(path, content)
        replace_bytes(path, content)
        self._stamp = stamp(path)
        self._package.changed = False

    def _read_values(self) -> ComputedValues:
        if self._values is None:
            self._values = ComputedValues(self._package, self._workbook.part, self._workbook.sheets)
        return self._values

    def _find_place(self, table: Table) -> FileTablePlace:
        place = self._workbook.table(table.name)
        if place is None:
            raise no_table_for_results([table.name], self.name)
        return place

    def _neighbours(self, place: FileTablePlace) -> list[TablePart]:
        others = (item for item in self._workbook.tables() if item.sheet == place.sheet)
        return [item.table for item in others if item.part != place.part]

    def _styles(self) -> StylesPart:
        for relation in self._package.relations(self._workbook.part):
            if relation.kind == "styles":
                return StylesPart(self._package, relation.target)
        part = self._package.free_name("xl/styles{}.xml")
        self._package.add(part, StylesPart.empty(), _STYLES_TYPE)
        self._package.relate(self._workbook.part, "styles", part)
        return StylesPart(self._package, part)

    def _name_above(self, sheet: str, shape: TableShape, content: TableContent) -> None:
        for name, area in named_above(shape, content.above):
            cells = f"{quote_sheetname(sheet)}!{absolute_coordinate(str(area))}"
            self._workbook.define(name, cells)

    def _finish(self, sheet: SheetPart) -> None:
        """Have Excel compute everything anew, and read the values anew next time."""
        sheet.refresh_dimension()
        self._workbook.compute_on_load()
        if sheet.formulas_changed:
            self._workbook.forget_calculation_order()
        self._values = None
