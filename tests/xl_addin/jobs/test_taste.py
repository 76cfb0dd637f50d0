"""The taste job as it is summed up."""

from __future__ import annotations

from tests.worker.contract_samples.taste import LINE, TASTE_RESULT
from worker.contract import RowReady
from xl_addin.jobs import taste
from xl_addin.jobs.base import SummaryTable
from xl_addin.jobs.run import Run


def test_the_summary_says_what_was_measured_learnt_and_how_it_is_used():
    run = Run()
    run.take_event(RowReady(row=LINE))
    run.end(TASTE_RESULT)
    measured, learnt, used = taste.summary(run)
    assert isinstance(measured, SummaryTable)
    assert isinstance(learnt, SummaryTable)
    assert measured.rows[0][-2:] == ("+0.050 to +0.200", "better")
    assert learnt.rows == [("P01", 1, 1)]
    assert "taste:雨" in used
    assert "Scoring embedder" in used


def test_a_run_that_gave_nothing_has_no_summary():
    assert [*taste.summary(Run())] == []
