import pytest

from tests.xl_addin.samples import STAMP, answer, answered
from worker.contract import (
    Answer,
    AnswerResult,
    Problem,
    RankResult,
    RowFailed,
    RowReady,
    SourceReport,
    Started,
)
from xl_addin.jobs.run import Run

PROBLEM = Problem(code="cell", what="A cell is empty.", why="", next_step="")


def report(name: str, status: str = "indexed") -> RowReady:
    return RowReady(row=SourceReport(file=name, type="txt", status=status))


def run_of(*events) -> Run:
    run = Run(left_out=(PROBLEM,))
    for event in events:
        run.take_event(event)
    return run


def test_a_job_that_started_afresh_drops_what_it_had_given():
    afresh = STAMP.model_copy(update={"index_version": "another"})
    run = run_of(
        Started(run=STAMP),
        report("a"),
        RowFailed(problem=PROBLEM),
        Started(run=afresh),
        report("b"),
    )
    assert [source.file for source in run.rows(SourceReport)] == ["b"]
    assert run.problems == []
    assert run.left_out == (PROBLEM,)
    assert run.stamp == afresh


def test_a_job_that_goes_on_keeps_what_it_had_given():
    later = STAMP.model_copy(update={"time": "later"})
    run = run_of(Started(run=STAMP), report("a"), Started(run=later), report("b"))
    assert [source.file for source in run.rows(SourceReport)] == ["a", "b"]


def test_the_newest_report_of_a_file_counts():
    run = run_of(Started(run=STAMP), report("a", "failed"), report("b"), report("a"))
    assert [(source.file, source.status) for source in run.rows(SourceReport)] == [
        ("a", "indexed"),
        ("b", "indexed"),
    ]


def test_rows_of_one_kind_come_without_those_of_the_others():
    run = run_of(report("a"), RowReady(row=answer("Q1", "rag", "It sings.")), report("b"))
    assert [source.file for source in run.rows(SourceReport)] == ["a", "b"]
    assert [given.qid for given in run.rows(Answer)] == ["Q1"]
    assert len(run.all_rows) == 3


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_run_is_whole_when_its_result_came(is_whole: bool):
    run = answered([answer("Q1", "rag", "It sings.")], is_whole=is_whole)
    assert run.is_whole == is_whole
    assert (run.result_as(AnswerResult) is not None) == is_whole
    assert run.result_as(RankResult) is run.result, "an answer run ranks, too"


def test_a_row_that_a_killed_server_forgot_is_taken_from_the_result_in_its_place():
    first, second = answer("Q1", "rag", "It sings."), answer("Q2", "rag", "It hums.")
    run = run_of(RowReady(row=second))
    run.end(AnswerResult(run=STAMP, questions=(), answers=(first, second)))
    assert [given.qid for given in run.rows(Answer)] == ["Q1", "Q2"]
