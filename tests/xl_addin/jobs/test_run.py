from worker.contract import Problem, RowFailed, RowReady, RunStamp, SourceReport, Started
from xl_addin.jobs.run import Gathered

STAMP = RunStamp(
    run_id="r", time="now", code_version="1", collection="c", index_version="v", embedder="e@1"
)
PROBLEM = Problem(code="cell", what="A cell is empty.", why="", next_step="")


def report(name: str, status: str = "indexed") -> RowReady:
    return RowReady(row=SourceReport(file=name, type="txt", status=status))


def gathered(*events) -> Gathered:
    run = Gathered()
    for event in events:
        run.take(event)
    return run


def test_a_job_that_started_afresh_drops_what_it_had_given():
    afresh = STAMP.model_copy(update={"index_version": "another"})
    run = gathered(
        Started(run=STAMP),
        report("a"),
        RowFailed(problem=PROBLEM),
        Started(run=afresh),
        report("b"),
    )
    assert [source.file for source in run.sources] == ["b"]
    assert run.problems == []
    assert run.run == afresh


def test_a_job_that_goes_on_keeps_what_it_had_given():
    later = STAMP.model_copy(update={"time": "later"})
    run = gathered(Started(run=STAMP), report("a"), Started(run=later), report("b"))
    assert [source.file for source in run.sources] == ["a", "b"]


def test_the_newest_report_of_a_file_counts():
    run = gathered(Started(run=STAMP), report("a", "failed"), report("b"), report("a"))
    assert [(source.file, source.status) for source in run.sources] == [
        ("a", "indexed"),
        ("b", "indexed"),
    ]
