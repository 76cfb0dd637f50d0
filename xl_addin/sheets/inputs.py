"""Questions, points of view and settings as a user wrote them, checked row by row.

A cell that cannot be used is reported with its sheet, row and column; the other rows go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from worker.contract import MOST_WEIGHT, PointOfView, Problem, Question
from worker.errors import CellError
from xl_addin.sheets.fbq import FBQ, VARIANTS
from xl_addin.sheets.keep_marks import read_marks
from xl_addin.sheets.live import LIVE
from xl_addin.sheets.matrix import CONTRAST_SUFFIX, MATRIX
from xl_addin.sheets.options import Options, read_options
from xl_addin.sheets.pov import POV
from xl_addin.sheets.settings import SETTING_ROWS, SETTINGS
from xl_addin.sheets.what_if import ROW_MEAN
from xl_addin.workbook.cell_kinds import is_error, is_total, wordless
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.columns import YES_NO, Table, header_key
from xl_addin.workbook.port import CellValue, NotComputed, Row, TableData, WorkbookPort

_LONGEST = 100  # characters of a point of view's id

Item = TypeVar("Item")


@dataclass(frozen=True)
class CellPlace:
    """The row that a cell stands in, for messages."""

    book: str
    sheet: str
    row: int

    def cell(self, column: str) -> str:
        """Name one cell of the row."""
        return f"{self.book}, sheet {self.sheet}, row {self.row}, column {column}"


def read_settings(port: WorkbookPort, given: Mapping[str, CellValue] | None = None) -> Options:
    """Return the options of a workbook; the usual ones if it has no Settings table.

    :param given: values of the command line by setting name, which stand above the workbook's.
    :raises TableMissingError: if it has a Settings sheet that cannot be read.
    :raises SettingError: naming the setting, or the option, whose value cannot be used.
    """
    return read_options(setting_cells(port), given)


def setting_cells(port: WorkbookPort) -> dict[str, CellValue]:
    """Return what stands beside each known setting; a name is known however it is spelt."""
    known = {header_key(row.name): row.name for row in SETTING_ROWS}
    data = port.find_table(SETTINGS)
    named = {
        header_key(_text(row.values.get("Setting"))): row.values.get("Value")
        for row in (data.rows if data else ())
    }
    return {known[name]: value for name, value in named.items() if name in known}


def read_questions(
    port: WorkbookPort, which: str
) -> tuple[tuple[Question, ...], tuple[Problem, ...]]:
    """Return the questions in use and the cells that cannot be used.

    :param which: `initial` takes QInitial, `fbq` the chosen A and B variants, `all` all three.
    :raises TableMissingError: if there is no table of questions; ColumnError: if it is not whole.
    """
    data = port.read_table(FBQ)
    excluded = _excluded_chunks(port)

    def questions(place: CellPlace, row: Row, number: int) -> list[Question]:
        row_id = _cell_text(row.values, "ID", place) or usual_id(FBQ, number)
        return [
            Question(
                qid=qid,
                text=_needed_text(row.values, column, place),
                place=place.cell(column),
                excluded_chunk_ids=tuple(excluded.get(qid, ())),
            )
            for qid, column in _asked(row_id, row.values, which, place)
        ]

    return _collect(port, data, questions, lambda question: question.qid)


def read_povs(port: WorkbookPort) -> tuple[tuple[PointOfView, ...], tuple[Problem, ...]]:
    """Return the points of view in use and the cells that cannot be used.

    :raises TableMissingError: if there is no table of them; ColumnError: if it is not whole.
    """
    data = port.read_table(POV)

    def povs(place: CellPlace, row: Row, number: int) -> list[PointOfView]:
        return [
            PointOfView(
                pov_id=_pov_id(row.values, number, place),
                text=_needed_text(row.values, "POV", place),
                weight=_weight(row.values, place),
                place=place.cell("POV"),
            )
        ]

    return _collect(port, data, povs, lambda pov: pov.pov_id)


def usual_id(table: Table, number: int) -> str:
    """Return the id of the question or point of view in a filled row that names none."""
    return f"P{number:02d}" if table is POV else f"Q{number}"


def _collect(
    port: WorkbookPort,
    data: TableData,
    read_row: Callable[[CellPlace, Row, int], list[Item]],
    name_of: Callable[[Item], str],
) -> tuple[tuple[Item, ...], tuple[Problem, ...]]:
    """Read each row in use; a row whose cells or id cannot be used becomes a problem."""
    found: dict[str, Item] = {}
    problems: list[Problem] = []
    for number, row in enumerate(data.rows, start=1):
        place = CellPlace(port.name, data.sheet, row.number)
        try:
            _refuse_totals(row.values, place)
            for item in read_row(place, row, number) if _in_use(row.values, place) else ():
                if name_of(item).lower() in found:
                    raise _duplicate(name_of(item), place)
                found[name_of(item).lower()] = item
        except CellError as error:
            problems.append(Problem.from_error(error))
    return tuple(found.values()), tuple(problems)


def _asked(
    row_id: str, values: Mapping[str, CellValue], which: str, place: CellPlace
) -> list[tuple[str, str]]:
    """Return (question id, column) of each question a row stands for."""
    asked = [(row_id, "QInitial")] if which in ("initial", "all") else []
    if which in ("fbq", "all"):
        for side in "AB":
            variant = _variant(values, f"FBQ_{side}", place)
            asked.append((f"{row_id}-{side}", f"FBQ{side}{variant + 1}"))
    return asked


def _excluded_chunks(port: WorkbookPort) -> dict[str, list[str]]:
    """Return the chunks that the user marked Keep = no, by question id."""
    excluded: dict[str, list[str]] = {}
    for mark in read_marks(port):
        if not mark.liked:
            excluded.setdefault(mark.qid, []).append(mark.chunk_id)
    return excluded


def _text(value: CellValue) -> str:
    return "" if value is None else clean_text(str(value)).strip()


def _cell_text(values: Mapping[str, CellValue], column: str, place: CellPlace) -> str:
    """Return the text of a cell, numbers as text; empty where it is.

    :raises CellError: if it holds an error value, or a formula that was never computed.
    """
    value = values.get(column)
    if isinstance(value, NotComputed):
        raise CellError(
            f"The formula has no stored value: {place.cell(column)}.",
            "The program that wrote the workbook did not compute it.",
            "Open the workbook in Excel, save it there, and run again.",
        )
    if is_error(value):
        raise CellError(
            f"The cell holds the error value {value}: {place.cell(column)}.",
            "It says that a formula could not be computed.",
            "Correct it, or set Use to no in this row.",
        )
    return _text(value)


def _needed_text(values: Mapping[str, CellValue], column: str, place: CellPlace) -> str:
    text = _cell_text(values, column, place)
    if not text:
        raise CellError(
            f"The cell is empty: {place.cell(column)}.",
            "A text is needed there.",
            "Write one, or set Use to no in this row.",
        )
    if held := wordless(values[column]):
        raise CellError(
            f"The cell holds {held}: {place.cell(column)}.",
            "A question or a point of view is said in words.",
            "Write it out, or set Use to no in this row.",
        )
    return text


def _refuse_totals(values: Mapping[str, CellValue], place: CellPlace) -> None:
    """Make sure that a row is no sum of those above it, as programs put below a list."""
    filled = {column: text for column, value in values.items() if (text := _text(value))}
    if filled.get("Use", "").lower() == "no":
        return
    for place_in_row, (column, text) in enumerate(filled.items()):
        heads = place_in_row == 0 or column in ("QInitial", "POV")
        if heads and is_total(text):
            raise CellError(
                f"A row of totals was left out: {place.cell(column)}.",
                f"'{text}' is no question and no point of view.",
                "Delete the row, or set Use to no in it.",
            )


def _in_use(values: Mapping[str, CellValue], place: CellPlace) -> bool:
    text = _cell_text(values, "Use", place).lower()
    if text not in ("", *YES_NO):
        raise CellError(
            f"The value '{text}' cannot be used: {place.cell('Use')}.",
            "It must be yes or no; an empty cell means yes.",
            "Choose one from the list in the cell.",
        )
    return text != "no"


def _variant(values: Mapping[str, CellValue], column: str, place: CellPlace) -> int:
    text = _cell_text(values, column, place)
    if text not in VARIANTS:
        raise CellError(
            f"The value '{text}' cannot be used: {place.cell(column)}."
            if text
            else f"The cell is empty: {place.cell(column)}.",
            f"It chooses one of {len(VARIANTS)} variants, counted from 0 to {VARIANTS[-1]}.",
            "Choose a number from the list in the cell, or set Use to no in this row.",
        )
    return int(text)


def _weight(values: Mapping[str, CellValue], place: CellPlace) -> float:
    text = _cell_text(values, "Weight", place)
    if not text:
        return 1.0
    try:
        weight = float(text)
    except ValueError:
        weight = float("nan")
    if not abs(weight) <= MOST_WEIGHT:
        raise CellError(
            f"The value '{text}' cannot be used: {place.cell('Weight')}.",
            f"A weight is a number such as 1, 0.5 or -1, at most {MOST_WEIGHT:,.0f} either way; an "
            "empty cell means 1.",
            "Correct it, or set Use to no in this row.",
        )
    return weight


def _pov_id(values: Mapping[str, CellValue], number: int, place: CellPlace) -> str:
    """Return an id that can head columns of the Matrix table beside those it always has."""
    pov_id = _cell_text(values, "ID", place) or usual_id(POV, number)
    usual = dict.fromkeys((*MATRIX.headers, ROW_MEAN, *LIVE.headers))
    taken = {header_key(header) for header in usual}
    if header_key(pov_id) in taken or pov_id.endswith(CONTRAST_SUFFIX) or len(pov_id) > _LONGEST:
        raise CellError(
            f"The ID '{pov_id[:_LONGEST]}' cannot be used: {place.cell('ID')}.",
            "It heads columns of the sheets Matrix and Live, and so must be short, end in no "
            f"single z, and differ from {', '.join(usual)}.",
            "Give this row another ID, such as P01.",
        )
    return pov_id


def _duplicate(name: str, place: CellPlace) -> CellError:
    return CellError(
        f"The ID '{name}' stands there twice: {place.cell('ID')}.",
        "Results are filed under it, so it must be the row's own.",
        "Give this row another ID.",
    )
