"""Workbooks in which people have moved, sorted, renamed and copied things, ranked and answered.

The part of the worker is played by rows with hostile texts. What must hold, whatever was done to a
workbook: it opens, what the user has written is there or is said to have lost its place, the rows
are those of the run; or an error says what is in the way.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.filters import AutoFilter, FilterColumn, Filters
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.worksheet import Worksheet

from tests.mutations import TRICKY_TEXTS
from tests.worker.contract_samples.shared import RUN
from tests.xl_addin.workbook.benches import FileBench, StandInBench
from tests.xl_addin.workbook.package_faults import package_faults
from tests.xl_addin.workbook.samples import address, loaded
from tests.xl_addin.workbook.stand_in_excel import remote_engine
from worker.contract import (
    Answer,
    AnswerMode,
    AnswerRequest,
    AnswerResult,
    Citation,
    PovMatrix,
    PovStatistics,
    Question,
    QuestionRanking,
    RankedChunk,
    RankRequest,
    RankResult,
    RowReady,
    StageSeconds,
    Started,
)
from worker.errors import BonsaiError, InternalError
from worker.settings import load_settings
from xl_addin.jobs import BY_KIND, TABLES
from xl_addin.jobs.base import Inputs, Landing
from xl_addin.jobs.books import book_options, new_book, use_first_questions
from xl_addin.jobs.landing import check_landing, land
from xl_addin.jobs.run import Run
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.edited_answers import is_edited
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.labels import LABELS
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.settings import SETTINGS
from xl_addin.workbook.cells import writable_value
from xl_addin.workbook.columns import Table, run_columns
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import Row as SheetRow
from xl_addin.workbook.port import WorkbookPort
from xl_addin.workbook.table.user_cells import row_key

#: The first column and row of cells, and the last.
Area = tuple[int, int, int, int]

_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")

#: The ports that are tried; the live one on the stand-in for Excel.
PORTS = ("file", "live")

_INPUTS, _OUTPUTS = (FBQ, POV), (RANKED, MATRIX, ANSWERS)
_TABLES = {table.name: table for table in (*_INPUTS, *_OUTPUTS)}
_FILLED = [table.name for table in TABLES if table not in (*_INPUTS, SETTINGS)]
_PASSAGES = 4


@dataclass(frozen=True)
class Edit:
    """One thing that somebody did; `number` and `text` say where and what."""

    kind: str
    table: str
    number: int
    text: str


@dataclass(frozen=True)
class Case:
    """What was done to a workbook before a run, and the texts that the run brings."""

    job: str
    port: str
    edits: tuple[Edit, ...]
    texts: tuple[str, ...]


def make_book(path: Path) -> Path:
    """Make a workbook with results, and with what people write beside them."""
    new_book(path)
    book = FileBook.open(path)
    use_first_questions(book, 3)
    _land(book, path, Case("answer", "file", (), ("An older passage.",)), Run(), first=0)
    book.save()
    workbook = loaded(path)
    for row in range(_PASSAGES * 3):
        _write(workbook, RANKED, row, {"Keep": ("yes", "no", None)[row % 3], "Note": f"mine {row}"})
    for row in range(1, 9, 2):
        own = {"Answer": f"edited {row}", "Verdict": "good", "Note": f"mine {row}"}
        _write(workbook, ANSWERS, row, own)
    workbook.save(path)
    return path


def _write(workbook: Workbook, table: Table, row: int, values: Mapping[str, str | None]) -> None:
    for header, value in values.items():
        workbook[table.sheet][address(table, header, row)].value = value


def cases(book: Path) -> st.SearchStrategy[partial[str]]:
    """Calls of `play`."""
    texts = st.sampled_from(TRICKY_TEXTS) | st.text(max_size=40)
    edit = st.builds(
        Edit,
        st.sampled_from(sorted(EDITS)),
        st.sampled_from(sorted(_TABLES)),
        st.integers(0, 9999),
        texts.map(_in_a_file),
    )
    edits = st.lists(edit, min_size=1, max_size=4).map(tuple)
    made = st.builds(
        Case,
        st.sampled_from(("rank", "answer")),
        st.sampled_from(PORTS),
        edits,
        st.lists(texts, min_size=1, max_size=3).map(tuple),
    )
    return made.map(lambda case: partial(play, book, case))


def play(book: Path, case: Case) -> str:
    """Do to a copy of a workbook what a case says, and run; say what became of it."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder, "copy.xlsx")
        workbook = loaded(book)
        for edit in case.edits:
            EDITS[edit.kind](workbook, edit)
        workbook.save(path)
        return _run(path, case, stack)


def _run(path: Path, case: Case, stack: ExitStack) -> str:
    assert not (faults := package_faults(path)), f"made badly: {faults}"
    before, mine = loaded(path), _written_by_people(path)
    bench = FileBench()
    if case.port == "live":
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        bench = StandInBench(stack.enter_context(remote_engine(patch)))  # type: ignore[assignment]
    port = bench.open(path)
    run, outcome = Run(), "landed"
    try:
        _land(port, path, case, run)
        port.save()
    except BonsaiError as error:
        _check_words(error)
        outcome = f"refused: {error.code}"
        if case.port == "live":  # what was written stays
            port.save()
    _check_whole(path, before)
    _check_kept(mine, path, run.lost if outcome == "landed" or case.port == "live" else ())
    if outcome == "landed":
        _check_rows(path, run)
    return outcome


def _check_words(error: BonsaiError) -> None:
    assert not isinstance(error, InternalError), error
    assert all((error.what, error.why, error.next_step)), error


def _check_whole(path: Path, before: Workbook) -> None:
    """See that the package is sound, and that nothing but our tables was changed."""
    faults = package_faults(path)
    assert not faults, faults
    after = loaded(path)
    assert after.sheetnames == before.sheetnames
    for sheet in before:
        ours = [*_areas_of(sheet), *_areas_of(after[sheet.title])]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None or any(_is_in(cell, area) for area in ours):
                    continue
                now = after[sheet.title][cell.coordinate].value
                assert now == cell.value, (sheet.title, cell.coordinate, cell.value, now)


def _areas_of(sheet: Worksheet) -> list[Area]:
    """Return the areas that runs fill, each with the rows above it."""
    found = [range_boundaries(sheet.tables[name].ref) for name in _FILLED if name in sheet.tables]
    return [(left, top - 3, right, bottom) for left, top, right, bottom in found]


def _is_in(cell: object, area: Area) -> bool:
    left, top, right, bottom = area
    return left <= cell.column <= right and top <= cell.row <= bottom  # type: ignore[attr-defined]


Mine = Counter[tuple[str, tuple[str, ...], str, str]]


def _written_by_people(path: Path) -> Mine:
    """Return what stands in the user's columns, and edited answers, by the key of their rows."""
    book = FileBook.open(path)
    found: Mine = Counter()
    for table in (RANKED, ANSWERS):
        if not book.has_table(table):
            continue
        try:
            data = book.read_table(table)
        except BonsaiError:
            continue
        for row in data.rows:
            found += _own(table, row.values, row_key(row.values, table.key))
    return found + _waiting(book)


def _waiting(book: FileBook) -> Mine:
    """Return the marks and notes on Labels, as if they stood on Ranked."""
    found: Mine = Counter()
    for row in book.read_table(LABELS).rows if book.has_table(LABELS) else ():
        own = {header: row.values.get(header) for header in ("Keep", "Note")}
        found += _own(RANKED, own, row_key(row.values, LABELS.key))
    return found


def _own(table: Table, values: object, key: tuple[str, ...]) -> Mine:
    ours = {column.header for column in run_columns(table.columns)}
    own = {header: value for header, value in values.items() if header not in ours}  # type: ignore[attr-defined]
    if table is ANSWERS and is_edited(values):  # type: ignore[arg-type]
        own["Answer"] = values["Answer"]  # type: ignore[index]
    return Counter(
        (table.name, key, header, str(value).strip())
        for header, value in own.items()
        if value is not None and str(value).strip()
    )


def _check_kept(mine: Mine, path: Path, lost: Sequence[SheetRow]) -> None:
    """See that all that people wrote is still there, or was said to have lost its place."""
    now = _written_by_people(path)
    for row in lost:
        table = ANSWERS if "Mode" in row.values else RANKED
        own = {h: v for h, v in row.values.items() if h not in table.key}
        now += _own(table, own, row_key(row.values, table.key))
    assert mine - now == Counter(), mine - now


def _check_rows(path: Path, run: Run) -> None:
    """See that the passages of each question stand there as the run gave them, in its order."""
    book = FileBook.open(path)
    rows = [row.values for row in book.read_table(RANKED).rows]
    expected = [
        (ranking.qid, chunk.chunk_id, str(writable_value(chunk.text) or ""))
        for ranking in run.rows(QuestionRanking)
        for chunk in ranking.rows
    ]
    found = [(str(r["QID"]), str(r["ChunkID"]), str(r["Chunk"] or "")) for r in rows]
    assert found == expected
    matrix = [row.values for row in book.read_table(MATRIX).rows]
    assert [(str(r["QID"]), str(r["ChunkID"])) for r in matrix] == [row[:2] for row in expected]
    answered = Counter((a.qid, a.mode) for a in run.rows(Answer))
    if answered:
        there = Counter(row_key(row.values, ANSWERS.key) for row in book.read_table(ANSWERS).rows)
        assert answered - there == Counter()


# The run


def _land(port: WorkbookPort, path: Path, case: Case, run: Run, *, first: int = 1) -> None:
    """Ask as a person does, and let what a worker might send land."""
    job = BY_KIND[case.job]
    check_landing(job, port)
    options = book_options(port, path)
    request = job.ask(Inputs(options, load_settings(), port, port, path)).request
    ranking = request.ranking if isinstance(request, AnswerRequest) else request
    texts = case.texts if case.port == "file" else tuple(map(_in_a_file, case.texts))
    rankings = tuple(_ranking(ranking, question, texts, first) for question in ranking.questions)
    run.take_event(Started(run=RUN))
    result = RankResult(run=RUN, questions=rankings)
    if isinstance(request, AnswerRequest):
        answers = tuple(_answers(request, rankings, texts))
        result = AnswerResult(run=RUN, questions=rankings, answers=answers)
    for row in (*rankings, *getattr(result, "answers", ())):
        request.check_row(row)
        run.take_event(RowReady(row=row))
    run.end(result)
    land(job, Landing(port, request, run))


def _ranking(
    request: RankRequest, question: Question, texts: tuple[str, ...], first: int
) -> QuestionRanking:
    povs = tuple(pov.pov_id for pov in request.povs)
    ids = [f"c{number}" for number in range(first, first + _PASSAGES)]
    Random(question.qid).shuffle(ids)
    chunks = tuple(
        RankedChunk(
            chunk_id=chunk_id,
            rank=rank,
            sexy=9.0 - rank,
            classic=0.5,
            query_similarity=0.25,
            query_rank=rank,
            relevance=0.25,
            top_povs=(),
            source=f"{_sent(texts[rank % len(texts)])[:20]}.txt",
            page=None,
            start=0,
            text=_sent(texts[rank % len(texts)]),
        )
        for rank, chunk_id in enumerate(ids, start=1)
    )
    grid = tuple((0.5,) * len(povs) for _ in ids)
    usual = PovStatistics(mean=(0.1,) * len(povs), sd=(0.2,) * len(povs))
    matrix = PovMatrix(
        chunk_ids=tuple(ids), pov_ids=povs, cosine=grid, contrast=grid, statistics=usual
    )
    return QuestionRanking(qid=question.qid, question=question.text, rows=chunks, matrix=matrix)


def _answers(
    request: AnswerRequest, rankings: tuple[QuestionRanking, ...], texts: tuple[str, ...]
) -> Iterator[Answer]:
    for ranking in rankings:
        for mode in get_args(AnswerMode):
            best = ranking.rows[0]
            cited = Citation(number=1, chunk_id=best.chunk_id, source=best.source, start=0)
            if request.asks(ranking.qid, mode):
                yield Answer(
                    qid=ranking.qid,
                    question=ranking.question,
                    mode=mode,
                    text=_sent(texts[0]),
                    citations=(cited,),
                    seconds=StageSeconds(),
                    prompt_tokens=1,
                    tokens=1,
                    model="gguf:smollm2",
                )


def _sent(text: str) -> str:
    """Return a text as it can travel: what is no character cannot."""
    return text.encode("utf-8", "replace").decode()


# What people do


def _in_a_file(text: str) -> str:
    """Return a text as a cell of a file can hold it; openpyxl knows no escapes."""
    plain = _ESCAPE.sub("", ILLEGAL_CHARACTERS_RE.sub("", _sent(text)))
    return plain.replace("\ufffe", "")[:30_000]


def _found(workbook: Workbook, name: str) -> tuple[Worksheet, ExcelTable] | None:
    for sheet in workbook:
        if name in sheet.tables:
            return sheet, sheet.tables[name]
    return None


Grid = list[list[object]]
GridEdit = Callable[[Grid, Edit, Random], Grid]


def _grid(sheet: Worksheet, table: ExcelTable) -> Grid:
    left, top, right, bottom = range_boundaries(table.ref)
    return [[cell.value for cell in row] for row in sheet.iter_rows(top, bottom, left, right)]


def _on_grid(change: GridEdit) -> Callable[[Workbook, Edit], None]:
    """Make of a change to a table's cells, header first, one to the workbook."""

    def edit_book(workbook: Workbook, edit: Edit) -> None:
        if (found := _found(workbook, edit.table)) is None:
            return
        sheet, table = found
        left, top, _, _ = range_boundaries(table.ref)
        new = change(_grid(sheet, table), edit, Random(edit.number))
        _lay(sheet, table, new, top, left)

    return edit_book


def _lay(sheet: Worksheet, table: ExcelTable, grid: Grid, top: int, left: int) -> None:
    """Put a table's cells there, unless something else stands there: Excel would refuse."""
    old = range_boundaries(table.ref)
    if not _is_free(sheet, (left, top, left + len(grid[0]) - 1, top + len(grid)), old):
        return
    for row in range(old[1], old[3] + 1):
        for column in range(old[0], old[2] + 1):
            sheet.cell(row, column).value = None
    if len(grid) == 1:
        grid = [*grid, [None] * len(grid[0])]
    grid[0] = list(_unique_headers(grid[0]))
    for i, values in enumerate(grid):
        for j, value in enumerate(values):
            cell = sheet.cell(top + i, left + j)
            cell.value = value
            if isinstance(value, str) and (i == 0 or not value.startswith("=SUM")):
                cell.data_type = "s"
    last = f"{get_column_letter(left + len(grid[0]) - 1)}{top + len(grid) - 1}"
    _frame(table, f"{get_column_letter(left)}{top}:{last}", grid[0])


def _is_free(sheet: Worksheet, area: Area, but: Area) -> bool:
    left, top, right, bottom = area
    return not any(
        not _is_in(cell, but) and (cell.value is not None or isinstance(cell, MergedCell))
        for row in sheet.iter_rows(top, bottom, left, right)
        for cell in row
    )


def _frame(table: ExcelTable, ref: str, headers: Sequence[object]) -> None:
    """Let a table be these cells, under these headers."""
    table.ref = ref
    if table.autoFilter is not None:
        table.autoFilter = AutoFilter(ref=ref)
    table.tableColumns = []
    table._initialise_columns()
    for column, header in zip(table.tableColumns, headers, strict=True):
        column.name = header


def _unique_headers(headers: list[object]) -> Iterator[str]:
    """Yield headers as Excel makes them: never empty, never twice."""
    seen: set[str] = set()
    for number, header in enumerate(headers, start=1):
        text = _header_text(str(header or "")) or f"Column{number}"
        while text.casefold() in seen:
            text += "2"
        seen.add(text.casefold())
        yield text


def _header_text(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).strip()[:200]


def _sort(grid: Grid, _edit: Edit, random: Random) -> Grid:
    rows = grid[1:]
    random.shuffle(rows)
    return [grid[0], *rows]


def _insert_column(grid: Grid, edit: Edit, random: Random) -> Grid:
    at = random.randrange(len(grid[0]) + 1)
    values = [edit.text or "Mine", *(f"own {n} {edit.text[:20]}" for n in range(1, len(grid)))]
    return [[*row[:at], value, *row[at:]] for row, value in zip(grid, values, strict=True)]


def _move_columns(grid: Grid, _edit: Edit, random: Random) -> Grid:
    order = list(range(len(grid[0])))
    random.shuffle(order)
    return [[row[column] for column in order] for row in grid]


def _rename_header(grid: Grid, edit: Edit, random: Random) -> Grid:
    at = random.randrange(len(grid[0]))
    name = str(grid[0][at])
    grid[0][at] = random.choice([name.upper(), f" {name} ", edit.text, f"{name}2"])
    return grid


def _delete_column(grid: Grid, _edit: Edit, random: Random) -> Grid:
    at = random.randrange(len(grid[0]))
    return [row[:at] + row[at + 1 :] for row in grid] if len(grid[0]) > 1 else grid


def _edit_cell(grid: Grid, edit: Edit, random: Random) -> Grid:
    if len(grid) > 1:
        random.choice(grid[1:])[random.randrange(len(grid[0]))] = edit.text
    return grid


def _edit_ids(grid: Grid, edit: Edit, random: Random) -> Grid:
    keys = [n for n, header in enumerate(grid[0]) if header in ("ID", "QID", "ChunkID", "Mode")]
    for row in grid[1:]:
        if keys and random.random() < 0.4:
            row[random.choice(keys)] = random.choice([edit.text, None, "Q1", "q1", 1, 1.5, True])
    return grid


def _delete_rows(grid: Grid, _edit: Edit, random: Random) -> Grid:
    return [grid[0], *(row for row in grid[1:] if random.random() < 0.5)]


def _blank_rows(grid: Grid, _edit: Edit, random: Random) -> Grid:
    at = random.randrange(len(grid)) + 1
    return [*grid[:at], *([None] * len(grid[0]) for _ in range(2)), *grid[at:]]


def _merge_copies(grid: Grid, edit: Edit, random: Random) -> Grid:
    """Two people's copies merged by hand: the same rows again, with other notes."""
    own = [n for n, h in enumerate(grid[0]) if h in ("Keep", "Note", "Verdict", "Answer", "POV")]
    copies = [row[:] for row in grid[1:]]
    for row in copies:
        for column in own:
            row[column] = random.choice([row[column], None, f"theirs {edit.text[:20]}"])
    return [*grid, *copies]


def _move_table(workbook: Workbook, edit: Edit) -> None:
    if (found := _found(workbook, edit.table)) is None:
        return
    sheet, table = found
    left, top, _, _ = range_boundaries(table.ref)
    down, aside = edit.number % 7, edit.number % 5
    _lay(sheet, table, _grid(sheet, table), max(1, top + down - 3), left + aside)


def _hide(workbook: Workbook, edit: Edit) -> None:
    if found := _found(workbook, edit.table):
        sheet, table = found
        left, top, right, bottom = range_boundaries(table.ref)
        random = Random(edit.number)
        for row in range(top + 1, bottom + 1):
            sheet.row_dimensions[row].hidden = random.random() < 0.5
        sheet.column_dimensions[get_column_letter(random.randint(left, right))].hidden = True


def _filter(workbook: Workbook, edit: Edit) -> None:
    if found := _found(workbook, edit.table):
        sheet, table = found
        left, top, right, bottom = range_boundaries(table.ref)
        shown = str(sheet.cell(top + 1, left).value)
        criterion = FilterColumn(colId=edit.number % (right - left + 1), filters=Filters())
        criterion.filters.filter = [shown[:100] or "x"]
        table.autoFilter = AutoFilter(ref=table.ref, filterColumn=[criterion])
        for row in range(top + 2, bottom + 1):
            sheet.row_dimensions[row].hidden = True


def _protect(workbook: Workbook, edit: Edit) -> None:
    if found := _found(workbook, edit.table):
        found[0].protection.enable()


def _rename_sheet(workbook: Workbook, edit: Edit) -> None:
    if found := _found(workbook, edit.table):
        name = "".join(sign for sign in _header_text(edit.text) if sign not in "[]:*?/\\'")[:28]
        found[0].title = f"{name} {edit.number % 9}"


def _hide_sheet(workbook: Workbook, edit: Edit) -> None:
    if found := _found(workbook, edit.table):
        found[0].sheet_state = ("hidden", "veryHidden")[edit.number % 2]


def _rename_table(workbook: Workbook, edit: Edit) -> None:
    if found := _found(workbook, edit.table):
        sheet, table = found
        del sheet.tables[edit.table]
        if edit.number % 2:
            table.displayName = table.name = f"My{edit.table}"
            sheet.add_table(table)


def _delete_sheet(workbook: Workbook, edit: Edit) -> None:
    if (found := _found(workbook, edit.table)) and edit.number % 3 == 0:
        del workbook[found[0].title]


def _write_around(workbook: Workbook, edit: Edit) -> None:
    """Write a cell of one's own below a table or beside it."""
    if found := _found(workbook, edit.table):
        sheet, table = found
        left, top, right, bottom = range_boundaries(table.ref)
        below = bottom + 1 + edit.number % 4, left + edit.number % 3
        cell = sheet.cell(*(below if edit.number % 2 else (top, right + 1 + edit.number % 3)))
        if cell.value is None:
            cell.value = edit.text or "mine"
            cell.data_type = "s"


def _add_table(workbook: Workbook, edit: Edit) -> None:
    """Put another table below ours."""
    if found := _found(workbook, edit.table):
        sheet, table = found
        left, _, _, bottom = range_boundaries(table.ref)
        top = bottom + 2 + edit.number % 9
        if any(sheet.cell(top + n, left).value is not None for n in range(3)):
            return
        for n, value in enumerate(("Extra", "a", "b")):
            sheet.cell(top + n, left).value = value
        letter, name = get_column_letter(left), f"Extra{edit.number}"
        if not any(name in other.tables for other in workbook):
            sheet.add_table(ExcelTable(displayName=name, ref=f"{letter}{top}:{letter}{top + 2}"))


def _merge_cells(workbook: Workbook, edit: Edit) -> None:
    if found := _found(workbook, edit.table):
        sheet, table = found
        left, _, _, bottom = range_boundaries(table.ref)
        sheet.merge_cells(
            start_row=bottom + 1, end_row=bottom + 2, start_column=left, end_column=left + 1
        )


def _add_lookalike(workbook: Workbook, _edit: Edit) -> None:
    """Add a sheet of plain cells with our headers."""
    sheet = workbook.create_sheet("Copy")
    sheet.append(list(POV.headers))
    sheet.append(["P99", "A copy of a point of view.", 1, "yes"])


EDITS: dict[str, Callable[[Workbook, Edit], None]] = {
    "sort": _on_grid(_sort),
    "insert column": _on_grid(_insert_column),
    "move columns": _on_grid(_move_columns),
    "rename header": _on_grid(_rename_header),
    "delete column": _on_grid(_delete_column),
    "edit cell": _on_grid(_edit_cell),
    "edit ids": _on_grid(_edit_ids),
    "delete rows": _on_grid(_delete_rows),
    "blank rows": _on_grid(_blank_rows),
    "merge copies": _on_grid(_merge_copies),
    "move table": _move_table,
    "hide": _hide,
    "filter": _filter,
    "protect": _protect,
    "rename sheet": _rename_sheet,
    "hide sheet": _hide_sheet,
    "rename table": _rename_table,
    "delete sheet": _delete_sheet,
    "write around": _write_around,
    "add table": _add_table,
    "merge cells": _merge_cells,
    "add lookalike": _add_lookalike,
}
