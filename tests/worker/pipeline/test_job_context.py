import pytest

from tests.worker.pipeline.conftest import Watched
from worker.contract import Event, RowFailed, RowReady, RunStamp, SourceReport, Started
from worker.errors import CellError
from worker.runtime import Runtime
from worker.settings import load_settings

STAMP = RunStamp(
    run_id="r", time="now", code_version="1", collection="c", index_version="v", embedder="e@1"
)
EARLIER = STAMP.model_copy(update={"time": "before"})
ERROR = CellError("A cell is empty.", "Nobody filled it.", "Fill it.")


def report(name: str) -> SourceReport:
    return SourceReport(file=name, type="txt", status="indexed")


def tried(*events: Event) -> Watched:
    return Watched(Runtime(load_settings()), earlier=list(events))


def test_a_first_try_begins_with_its_stamp():
    watched = tried()
    context = watched.context
    assert context.begin(STAMP) == STAMP
    assert watched.events == [Started(run=STAMP)]
    assert context.stored(SourceReport) == []


def test_a_second_try_goes_on_with_the_stamp_and_the_rows_of_the_first():
    watched = tried(Started(run=EARLIER), RowReady(row=report("a")), RowReady(row=report("b")))
    context = watched.context
    assert context.begin(STAMP) == EARLIER
    assert watched.events == []
    assert context.stored(SourceReport) == [report("a"), report("b")]


@pytest.mark.parametrize("name", ["code_version", "index_version", "embedder", "llm"])
def test_what_was_made_under_other_circumstances_does_not_count(name: str):
    other = EARLIER.model_copy(update={name: "another"})
    watched = tried(Started(run=other), RowReady(row=report("a")))
    context = watched.context
    assert context.begin(STAMP) == STAMP
    assert watched.kinds() == ["started"]
    assert context.stored(SourceReport) == []


def test_only_what_came_after_the_last_start_counts():
    other = EARLIER.model_copy(update={"index_version": "another"})
    watched = tried(
        Started(run=EARLIER),
        RowReady(row=report("a")),
        Started(run=other),
        RowReady(row=report("b")),
    )
    context = watched.context
    context.begin(other)
    assert context.stored(SourceReport) == [report("b")]
    context = watched.context
    context.begin(STAMP)
    assert context.stored(SourceReport) == [], "the rows of the first start were made out of date"


def test_a_problem_that_was_told_is_not_told_again():
    first = tried()
    context = first.context
    context.begin(STAMP)
    context.problem(ERROR)
    again = first.next_try()
    context = again.context
    context.begin(STAMP)
    assert context.problem(ERROR) == first.events[-1].problem
    assert again.events == []


def test_a_problem_is_told_again_when_the_job_starts_afresh():
    first = tried()
    context = first.context
    context.begin(STAMP)
    context.problem(ERROR)
    again = first.next_try()
    context = again.context
    context.begin(STAMP.model_copy(update={"index_version": "another"}))
    context.problem(ERROR)
    assert isinstance(again.events[-1], RowFailed)
