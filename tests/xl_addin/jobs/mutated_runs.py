"""Runs that were changed on their way, and what must hold when they land in a closed workbook."""

from __future__ import annotations

import posixpath
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hypothesis import strategies as st

from tests.mutations import mutated_bytes
from tests.worker.contract_samples import SAMPLES
from tests.worker.contract_samples.shared import PROBLEM, RUN
from tests.worker.mutated_wire import changed
from tests.xl_addin.rich_template import write_rich
from tests.xl_addin.workbook.samples import loaded, parts, png
from worker.contract import (
    Event,
    Row,
    RowFailed,
    RowReady,
    Started,
    heatmap_blob,
    parse_result,
    read_event,
    refused_blob,
)
from worker.errors import ProtocolError, WorkbookError
from xl_addin.jobs import BY_KIND, TABLES
from xl_addin.jobs.base import Landing
from xl_addin.jobs.landing import land
from xl_addin.jobs.run import Run
from xl_addin.workbook.file.file_book import FileBook

#: The kinds of runs that land in sheets of their own.
LANDED = tuple(kind for kind, job in BY_KIND.items() if job.sheets)
_PICTURE = (heatmap_blob("1"), png())


@dataclass(frozen=True)
class Sent:
    """What a worker sent of a run of some kind; no result if the run was stopped."""

    kind: str
    events: tuple[str, ...]
    picture: tuple[str, bytes]
    result: str | None


def make_book(path: Path) -> Path:
    """Make a workbook that holds everything, with the results of a run before."""
    write_rich(path)
    for kind in LANDED:
        _land(path, whole_run(kind))
    return path


def whole_run(kind: str) -> Sent:
    """Return what a worker sends of a run that nothing has changed."""
    events = tuple(event.model_dump_json() for event in _events(kind))
    return Sent(kind, events, _PICTURE, SAMPLES[kind][1].model_dump_json())


def landings(kind: str, book: Path) -> st.SearchStrategy[partial[str]]:
    """Calls of `land_changed` for runs of a kind."""
    result = SAMPLES[kind][1]
    sent = st.builds(
        Sent,
        st.just(kind),
        st.tuples(*(_sometimes_changed(event) for event in _events(kind))),
        st.tuples(st.just(_PICTURE[0]), st.just(_PICTURE[1]) | mutated_bytes(_PICTURE[1])),
        st.none() | st.just(result.model_dump_json()) | changed(result),
    )
    return sent.map(lambda run: partial(land_changed, book, run))


def _events(kind: str) -> list[Event]:
    result = SAMPLES[kind][1]
    lists = [value for _, value in result if isinstance(value, tuple)]
    rows = [row for rows in lists for row in rows if isinstance(row, Row)]
    return [Started(run=RUN), *(RowReady(row=row) for row in rows), RowFailed(problem=PROBLEM)]


def _sometimes_changed(event: Event) -> st.SearchStrategy[str]:
    return st.just(event.model_dump_json()) | changed(event)


def land_changed(book: Path, sent: Sent) -> str:
    """Land what was sent in a copy of a workbook; say what became of it."""
    before = parts(book)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "copy.xlsm")
        path.write_bytes(book.read_bytes())
        outcome = _land(path, sent)
        after = parts(path)
        _check_whole(path)
    changed_parts = {name for name in before if after.get(name) != before[name]}
    assert changed_parts <= _run_parts(book, before), changed_parts
    assert outcome.startswith("landed") or not changed_parts
    return outcome


def _land(path: Path, sent: Sent) -> str:
    request, _ = SAMPLES[sent.kind]
    run, book, job = _run(sent), FileBook.open(path), BY_KIND[sent.kind]
    assert all(map(repr, job.summary(run)))
    try:
        land(job, Landing(book, request, run))
        book.save()
    except WorkbookError as error:
        return f"refused: {error.what[:60]}"
    return "landed in part" if run.error or len(run.problems) > 1 else "landed whole"


def _run(sent: Sent) -> Run:
    """Return the run as it comes in."""
    request, run = SAMPLES[sent.kind][0], Run()
    for payload in sent.events:
        run.take_event(read_event(request, payload))
    if refused := refused_blob(request, *sent.picture):
        run.take_event(refused)
    else:
        run.blobs.update([sent.picture])
    try:
        if sent.result is not None:
            run.end(parse_result(request, sent.result))
    except ProtocolError as error:
        run.error = error
    return run


def _check_whole(path: Path) -> None:
    """See that the workbook opens, and that its tables can be read back."""
    loaded(path).close()
    book = FileBook.open(path)
    for table in TABLES:
        book.read_table(table)


def _run_parts(book: Path, before: Mapping[str, bytes]) -> set[str]:
    """Return the parts that a run may write: its sheets, their tables, what lists and styles."""
    workbook = FileBook.open(book)._workbook
    jobs = [BY_KIND[kind] for kind in LANDED]
    names = {"Start", "Inputs", *(sheet.sheet for job in jobs for sheet in job.sheets)}
    sheets = {workbook.sheet_part(name) for name in names}
    below = {part for sheet in sheets for part in _below(sheet, before)}
    return sheets | below | {"xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"}


def _below(part: str, before: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the parts that a part refers to, and theirs, with their lists."""
    folder, name = posixpath.split(part)
    listed = f"{folder}/_rels/{name}.rels"
    yield listed
    for target in re.findall(rb'Target="([^"]+)"', before.get(listed, b"")):
        found = posixpath.normpath(posixpath.join("/", folder, target.decode())).lstrip("/")
        yield found
        yield from _below(found, before)
