"""What stands on FBQ, POV and Settings right now, to be compared with what a run used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from worker.errors import WorkbookError
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.inputs import usual_id
from xl_addin.sheets.pov import POV
from xl_addin.sheets.run_inputs import QUESTIONS, RunInput, What
from xl_addin.sheets.settings import SETTINGS
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.columns import Table, header_key
from xl_addin.workbook.port import CellValue, TableData, WorkbookPort


@dataclass(frozen=True)
class Place:
    """The row in which an input stands: its number in the table, counted from 1, and its values."""

    number: int
    values: Mapping[str, CellValue]
    has_id: bool

    @property
    def in_use(self) -> bool:
        """Whether a run would take it."""
        return compared(self.values.get("Use")).lower() != "no"


class StandingInputs:
    """The inputs of a workbook as they stand; a table that cannot be read has none."""

    def __init__(self, book: WorkbookPort) -> None:
        self._questions = _read(book, FBQ)
        self._povs = _read(book, POV)
        self._settings = _read(book, SETTINGS)

    @cached_property
    def questions(self) -> Mapping[str, tuple[What, Place]]:
        """Where each question stands, by its id: the rows first, then the variants of each."""
        rows = dict(_places(FBQ, self._questions))
        found: dict[str, tuple[What, Place]] = {
            row_id: ("question", place) for row_id, place in rows.items()
        }
        for row_id, place in rows.items():
            found.setdefault(f"{row_id}-A", ("question A", place))
            found.setdefault(f"{row_id}-B", ("question B", place))
        return found

    @cached_property
    def povs(self) -> Mapping[str, Place]:
        """Where each point of view stands, by its id."""
        return dict(_places(POV, self._povs))

    @cached_property
    def settings(self) -> Mapping[str, tuple[str, CellValue]]:
        """Each setting's name as it stands there, and its value, by what all spellings share."""
        rows = self._settings.rows if self._settings else ()
        named = [(compared(row.values.get("Setting")), row.values.get("Value")) for row in rows]
        return {header_key(name): (name, value) for name, value in named if name}

    @property
    def povs_in_use(self) -> int:
        """How many rows of POV hold a text and are in use, whether a run could take it or not."""
        return sum(
            bool(compared(each.values.get("POV"))) and each.in_use for each in self.povs_rows
        )

    @property
    def povs_rows(self) -> list[Place]:
        """All rows of POV, those with the same id too."""
        return [place for _, place in _places(POV, self._povs)]

    def place(self, given: RunInput) -> Place | None:
        """Return where an input stands; None if it is gone or not in use."""
        if given.what in QUESTIONS:
            row_id = given.name if given.what == "question" else given.name[:-2]
            place = dict(_places(FBQ, self._questions)).get(row_id)
        else:
            place = self.povs.get(given.name)
        return place if place and place.in_use else None

    def cell(self, given: RunInput) -> CellValue:
        """Return what stands where an input stood; None if it is gone."""
        if given.what == "setting":
            return self.settings.get(header_key(given.name), ("", None))[1]
        place = self.place(given)
        return place.values.get(column_of(given.what, place)) if place else None


def column_of(what: What, place: Place) -> str:
    """Return the column of a row that an input stands in."""
    if what == "question":
        return "QInitial"
    if what in QUESTIONS:
        side = what[-1]
        chosen = compared(place.values.get(f"FBQ_{side}")) or "0"
        return f"FBQ{side}{int(chosen) + 1}" if chosen.isdecimal() else ""
    return "Weight" if what == "weight" else "POV"


def compared(value: CellValue) -> str:
    """Return the text of a cell as two of them are compared: cleaned, without needless blanks."""
    text = "" if value is None else clean_text(str(value))
    return " ".join("".join(char for char in text if char >= " ").split(" ")).strip()


def _read(book: WorkbookPort, table: Table) -> TableData | None:
    try:
        return book.find_table(table)
    except WorkbookError:
        return None


def _places(table: Table, data: TableData | None) -> Iterator[tuple[str, Place]]:
    for count, row in enumerate(data.rows if data else (), start=1):
        own_id = compared(row.values.get("ID"))
        number = row.number - data.top + 1 if data else count
        yield own_id or usual_id(table, count), Place(number, row.values, bool(own_id))
