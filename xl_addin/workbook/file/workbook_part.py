"""The workbook's own part: its sheets, its tables, and the order to compute anew."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from worker.errors import WorkbookError
from xl_addin.workbook.file.markup import (
    RELATION,
    WORKBOOK_ORDER,
    children,
    insert_in_order,
    q,
)
from xl_addin.workbook.file.package import Package
from xl_addin.workbook.file.table_part import TablePart
from xl_addin.workbook.file.unpacking import damaged


@dataclass(frozen=True)
class FileTablePlace:
    """A table of a closed file, the sheet it stands on, and the part that describes it."""

    sheet: str
    part: str
    table: TablePart


class WorkbookPart:
    """Finds sheets and tables of a package by name.

    :raises WorkbookError: if the package is not a workbook that can be changed.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        roots = {relation.kind: relation.target for relation in package.relations("")}
        self.part = roots.get("officeDocument", "xl/workbook.xml")
        if self.part not in package or not self.part.lower().endswith(".xml"):
            raise damaged(package.name, "it holds no workbook.xml")
        root = package.tree(self.part)
        if root.tag != q("workbook"):
            raise WorkbookError(
                f"'{package.name}' is in a rare kind of workbook format.",
                f"Its root is {etree.QName(root).text}; 'Strict Open XML' is one such kind.",
                "Save it in Excel as an ordinary 'Excel Workbook (.xlsx)'.",
            )
        self.sheets = self._sheets()

    def _sheets(self) -> dict[str, str]:
        targets = {item.id: item.target for item in self._package.relations(self.part)
                   if item.kind == "worksheet"}  # fmt: skip
        listed = self._package.tree(self.part).find(q("sheets"))
        return {
            str(sheet.get("name")): targets[relation_id]
            for sheet in children(listed, "sheet")
            if (relation_id := str(sheet.get(q("id", RELATION)))) in targets
        }

    @property
    def has_macros(self) -> bool:
        """Say whether the content belongs in a file that is called .xlsm."""
        return "macroEnabled" in self._package.content_type(self.part)

    def sheet_part(self, sheet: str) -> str:
        """Return the part of a sheet.

        :raises WorkbookError: if there is no such sheet.
        """
        for name, part in self.sheets.items():
            if name.casefold() == sheet.casefold():
                return part
        raise WorkbookError(
            f"'{self._package.name}' has no sheet '{sheet}'.",
            f"Its sheets are: {', '.join(self.sheets)}.",
            f"Rename the sheet back to '{sheet}', or copy it from a fresh template (bonsai new).",
        )

    @property
    def front(self) -> str:
        """The name of the sheet that is shown when the workbook is opened; none if it has none."""
        root = self._package.tree(self.part)
        listed = [str(sheet.get("name")) for sheet in children(root.find(q("sheets")), "sheet")]
        views = children(root.find(q("bookViews")), "workbookView")
        number = next((view.get("activeTab", "0") for view in views), "0")
        place = int(number) if number.isdecimal() else 0
        name = listed[place] if place < len(listed) else ""
        return name if name in self.sheets else ""

    def tables(self) -> list[FileTablePlace]:
        """Return every table of the workbook."""
        return [
            FileTablePlace(sheet, item.target, TablePart(self._package.tree(item.target)))
            for sheet, part in self.sheets.items()
            for item in self._package.relations(part)
            if item.kind == "table"
        ]

    def table(self, name: str) -> FileTablePlace | None:
        """Return the table of that name, wherever it stands."""
        found = (item for item in self.tables() if item.table.name.casefold() == name.casefold())
        return next(found, None)

    def define(self, name: str, reference: str) -> None:
        """Let `name` stand for cells in every formula of the workbook."""
        root = self._package.edit(self.part)
        names = root.find(q("definedNames"))
        if names is None:
            names = etree.Element(q("definedNames"))
            insert_in_order(root, names, WORKBOOK_ORDER)
        known = (
            item
            for item in names
            if str(item.get("name")).lower() == name.lower() and not item.get("localSheetId")
        )
        defined = next(known, None)
        if defined is None:
            defined = etree.SubElement(names, q("definedName"), name=name)
        defined.text = reference

    def names(self) -> dict[str, str]:
        """Return what each defined name of the whole workbook stands for."""
        listed = self._package.tree(self.part).find(q("definedNames"))
        return {
            str(item.get("name")): item.text or ""
            for item in children(listed, "definedName")
            if not item.get("localSheetId")
        }

    def compute_on_load(self) -> None:
        """Have every formula computed anew when the workbook is opened."""
        root = self._package.edit(self.part)
        settings = root.find(q("calcPr"))
        if settings is None:
            settings = etree.Element(q("calcPr"))
            insert_in_order(root, settings, WORKBOOK_ORDER)
        settings.set("fullCalcOnLoad", "1")

    def forget_calculation_order(self) -> None:
        """Drop the calculation chain, which must not name cells without a formula."""
        for item in self._package.relations(self.part):
            if item.kind == "calcChain":
                self._package.unrelate(self.part, item.id)
