"""The Inputs sheet: what the results that stand in the workbook were made from.

One set of rows for each run of which a row of Ranked or Answers is still there. What stands in the
same place now is told by formulas, and whether it is another thing; Ranked and Answers ask them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from xl_addin.sheets.input_formulas import InputFormulas, StandingColumns
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import CellValue, Row, TableContent, Writable

#: What an input is. *question A* and *question B* are the chosen variants of a row of FBQ, and
#: *points of view* is how many are in use beside those of the run. A *result* is no input: its row
#: sums up the others for one output of the run.
What = Literal[
    "question", "question A", "question B", "point of view", "points of view", "weight", "setting",
    "index", "result",
]  # fmt: skip
QUESTIONS: tuple[What, ...] = ("question", "question A", "question B")

#: The outputs that an input may count for: a ranking, and answers by their modes.
Output = Literal["rank", "no-rag", "rag", "sexy"]
OUTPUTS: tuple[Output, ...] = get_args(Output)
RANKING: Output = "rank"


@dataclass(frozen=True)
class RunInput:
    """One input of one run.

    `used` is the cell as it stood then. `place` counts the rows of its table from 1, where no ID
    leads to it. `now` is known here for an index alone: its version, and the files that
    changed since, a line each.
    """

    run: str
    what: What
    name: str
    used: CellValue = None
    counts_for: tuple[Output, ...] = ()
    place: int | None = None
    now: str = ""

    @property
    def key(self) -> str:
        """By what Ranked and Answers find the row of a question, or of an output."""
        group = "question" if self.what in QUESTIONS else self.what
        return f"{self.run}|{group}|{self.name}"


@dataclass(frozen=True)
class _Line:
    """An input beside the formulas that its workbook takes."""

    given: RunInput
    formulas: InputFormulas

    @property
    def now(self) -> Writable:
        return self.given.now or self.formulas.now


CELLS: Cells[_Line] = (
    (Column("Run", 18), lambda line: line.given.run),
    (Column("What", 15), lambda line: line.given.what),
    (Column("Name", 22), lambda line: line.given.name),
    (Column("Used", 50, "wrapped"), lambda line: line.given.used),
    (Column("Now", 50, "wrapped"), lambda line: line.now),
    (Column("Changed", 30, stands_out=True, says=True), lambda line: line.formulas.changed),
    (Column("Counts for", 22), lambda line: _marks(line.given.counts_for)),
    (Column("Reasons", 40, stands_out=True, says=True), lambda line: line.formulas.reasons),
    (Column("Place", 8, "integer", hidden=True), lambda line: line.given.place),
    (Column("Row", 8, "integer", hidden=True), lambda line: line.formulas.row),
    (Column("Key", 30, hidden=True), lambda line: line.given.key),
)

INPUTS = Table(
    "tblInputs",
    "Inputs",
    "What results were made from",
    "Each question, point of view, weight, setting and index of the runs whose results stand on "
    "Ranked and Answers: as it was used, as it stands now, and whether that is another thing. "
    "Counts for says of which results: rank, or answers by mode. 'bonsai rank BOOK --only stale' "
    "runs those alone.",
    columns_of(CELLS),
    key=("Run", "What", "Name"),
    frozen=3,
)


def read_run_inputs(rows: Iterable[Row]) -> list[RunInput]:
    """Return the inputs that stand in rows of the table; rows that are none are left out."""
    return [
        _as_read(row)
        for row in rows
        if row.values.get("What") in get_args(What) and row.values.get("Run")
    ]


def _as_read(row: Row) -> RunInput:
    values, what = row.values, cast(What, row.values["What"])
    marks, place = str(values.get("Counts for") or ""), values.get("Place")
    return RunInput(
        run=str(values["Run"]),
        what=what,
        name="" if values.get("Name") is None else str(values["Name"]),
        used=values.get("Used"),
        counts_for=tuple(output for output in OUTPUTS if _mark(output) in marks),
        place=int(place) if isinstance(place, int | float) else None,
        now=str(values.get("Now") or "") if what == "index" else "",
    )


def inputs_content(inputs: Sequence[RunInput], columns: StandingColumns) -> TableContent:
    """Return what the Inputs table is to hold, with formulas for a workbook of these columns."""
    lines = [_Line(given, _formulas(given, columns)) for given in inputs]
    return filled(INPUTS, CELLS, lines)


def _formulas(given: RunInput, columns: StandingColumns) -> InputFormulas:
    if given.what == "index":
        return InputFormulas(changed=changed_index(given))
    return columns.formulas(given.what, given.name, given.place)


def changed_index(given: RunInput) -> str:
    """Return in words what has become of the index of a run; nothing where it is the same."""
    version, *files = given.now.split("\n")
    if not version or version == given.used:
        return ""
    if not files:
        return "documents"
    more = len(files) - 1
    return f"documents: {files[0]} and {more} more" if more else f"documents: {files[0]}"


def with_index(
    inputs: Iterable[RunInput], collection: str, version: str, files: Collection[str] = ()
) -> list[RunInput]:
    """Return inputs that know the version an index has now, and the files that changed on the way.

    Where it has the version that a run used, nothing has changed.
    """
    return [
        replace(given, now=_index_now(given, version, files))
        if given.what == "index" and given.name == collection
        else given
        for given in inputs
    ]


def _index_now(given: RunInput, version: str, files: Collection[str]) -> str:
    before, *known = given.now.split("\n")
    if version in (given.used, before):
        return given.now if version == before else version
    return "\n".join(dict.fromkeys((version, *known, *files)))


def _marks(outputs: Sequence[Output]) -> str:
    return "|".join(("", *outputs, "")) if outputs else ""


def _mark(output: Output) -> str:
    return f"|{output}|"
