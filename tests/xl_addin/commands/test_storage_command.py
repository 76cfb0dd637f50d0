import sqlite3
from contextlib import closing

import pytest

from tests.xl_addin.conftest import Run
from worker.queueing.local.job_table import JobTable
from worker.settings import load_settings


def end_a_job(run_id: str) -> None:
    with closing(JobTable(load_settings().jobs)) as table:
        table.submit(run_id, "my book.xlsx", "", "{}")
        table.put_blob(run_id, "result", b"." * 500_000)
        table.finish(run_id, "done")


def jobs() -> list[str]:
    with closing(JobTable(load_settings().jobs)) as table:
        return [job.run_id for job in table.jobs()]


def test_what_is_kept_is_shown_with_its_size_and_place(bonsai: Run):
    code, out, _ = bonsai("storage")
    assert (code, "Nothing is kept in" in out) == (0, True)
    cache = load_settings().home / "cache"
    cache.mkdir(parents=True)
    (cache / "scores.sqlite").write_bytes(b"." * 2_000_000)
    _, out, _ = bonsai("storage")
    assert f"Caches: 2.0 MB in {cache}" in out
    _, out, _ = bonsai("storage", "--clean")
    assert "2.0 MB were removed" in out
    assert not cache.exists()


def let_days_pass(days: int) -> None:
    """Put the end of all jobs back: their age counts by a clock of the machine's own."""
    with closing(sqlite3.connect(load_settings().jobs)) as table:
        table.execute("UPDATE ages SET finished = finished - ?", (days * 86_400,))
        table.commit()


def test_jobs_have_an_age_and_old_ones_give_their_room_back(
    bonsai: Run, monkeypatch: pytest.MonkeyPatch
):
    end_a_job("old")
    let_days_pass(4)
    bonsai("storage", "--clean")
    assert jobs() == ["old"]
    monkeypatch.setenv("BONSAI_JOB_DAYS", "3")
    code, _, _ = bonsai("storage", "--clean")
    assert code == 0
    assert not jobs()
    assert load_settings().jobs.stat().st_size < 200_000
