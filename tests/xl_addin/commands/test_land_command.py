"""Results that could not be written: they are kept, and land after all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.worker.queueing.worlds import rank_request
from tests.xl_addin.conftest import Run
from worker.errors import WorkbookError
from worker.queueing.local import job_table
from worker.queueing.local.job_table import JobTable
from worker.settings import load_settings
from xl_addin.jobs.books import new_book
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook

DAMAGE = {
    "a table": (FileBook, "write_table"),
    "pictures": (FileBook, "put_pictures"),
    "saving": (FileBook, "save"),
    "saving beside": (FileBook, "save_as"),
}
ERRORS = {
    "unforeseen": ValueError("nobody thought of this"),
    "disk full": OSError(28, "No space left on device"),
    "ours": WorkbookError("The sheet is odd.", "Somebody bent it.", "Bend it back."),
}


@pytest.fixture
def indexed(bonsai: Run, tmp_path: Path) -> Path:
    """A workbook whose index is made."""
    book, documents = tmp_path / "my book.xlsx", tmp_path / "documents"
    new_book(book)
    documents.mkdir()
    (documents / "tea.txt").write_text("The kettle sings in the kitchen. Tankers carry oil.")
    assert bonsai("index", book, "--documents", documents)[0] == 0
    return book


def refuse(error: Exception):
    def refusing(*_: object, **__: object) -> None:
        raise error

    return refusing


def failed_rank(bonsai: Run, book: Path, step: str, error: Exception) -> str:
    """Rank, and fail at one step of the landing; return the line that the message names."""
    with pytest.MonkeyPatch.context() as patch:
        owner, name = DAMAGE[step]
        patch.setattr(owner, name, refuse(error))
        if step == "saving":
            patch.setattr(FileBook, "save_as", refuse(error))
        out = ("--out", book.with_name("other.xlsx")) if step == "saving beside" else ()
        code, _, text = bonsai("rank", book, *out)
    assert code == 2
    line = re.search(r"bonsai jobs land ([0-9a-f]+)", " ".join(text.split()))
    assert line, text
    return line[1]


def ranked(book: Path) -> list[object]:
    return [row.values["ChunkID"] for row in FileBook.open(book).read_table(RANKED).rows]


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("step", DAMAGE)
def test_results_that_fail_at_any_step_are_kept_and_land_without_being_computed(
    bonsai: Run, indexed: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
):
    run_id = failed_rank(bonsai, indexed, step, error)
    assert ranked(indexed) == []
    monkeypatch.setattr("worker.jobs.run_job", refuse(AssertionError("computed again")))
    code, text, _ = bonsai("jobs", "land", run_id)
    assert (code, "Results are in" in text) == (0, True)
    assert len(ranked(indexed)) > 0


def test_what_lands_later_is_what_would_have_landed(bonsai: Run, indexed: Path):
    copy = indexed.with_name("copy.xlsx")
    copy.write_bytes(indexed.read_bytes())
    run_id = failed_rank(bonsai, indexed, "a table", ERRORS["unforeseen"])
    assert bonsai("jobs", "land", run_id)[0] == 0
    assert bonsai("rank", copy, "--collection", "my book")[0] == 0
    assert ranked(indexed) == ranked(copy)


def test_results_land_in_another_workbook(bonsai: Run, indexed: Path):
    other = indexed.with_name("another.xlsx")
    new_book(other)
    run_id = failed_rank(bonsai, indexed, "a table", ERRORS["disk full"])
    assert bonsai("jobs", "land", run_id, other)[0] == 0
    assert (ranked(indexed), len(ranked(other)) > 0) == ([], True)


def test_results_land_on_no_file_that_they_are_read_from(bonsai: Run, indexed: Path, plain_book):
    pov = plain_book("POV.xlsx", ["POV"], [["Kettles sing."]])
    run_id = failed_rank(bonsai, indexed, "a table", ERRORS["disk full"])
    before = pov.read_bytes()
    for words in (("--pov", pov, "-o", pov), ("-o", pov), (pov, "-o", pov)):
        code, _, err = bonsai("jobs", "land", run_id, *words)
        assert (code, pov.read_bytes()) == (2, before)
        assert "nobody foresaw" not in err


def test_a_kept_run_is_listed_with_the_jobs_and_no_worker_takes_it(bonsai: Run, indexed: Path):
    run_id = failed_rank(bonsai, indexed, "pictures", ERRORS["ours"])
    assert run_id in bonsai("jobs")[1]
    assert JobTable(load_settings().jobs).take_job() is None


def test_ctrl_c_while_results_are_written_keeps_them(bonsai: Run, indexed: Path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileBook, "write_table", refuse(KeyboardInterrupt()))
        assert bonsai("rank", indexed)[0] == 130
    kept = JobTable(load_settings().jobs).jobs()
    assert [job.state for job in kept] == ["done"]


def test_a_disk_that_cannot_even_keep_them_is_named(bonsai: Run, indexed: Path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileBook, "write_table", refuse(ERRORS["disk full"]))
        # from the size of the empty tables on SQLite fails as on a full disk
        patch.setattr(job_table, "_SCHEMA", f"{job_table._SCHEMA}; PRAGMA max_page_count = 1")
        code, _, text = bonsai("rank", indexed)
    assert code == 3
    assert "jobs.sqlite cannot be used. database or disk is full." in " ".join(text.split())
    assert "Make room on the disk" in text


def test_a_job_that_has_not_ended_cannot_land(bonsai: Run):
    table = JobTable(load_settings().jobs)
    request = rank_request(2, "waiting-run")
    table.submit(request.run_id, "book.xlsx", "", request.model_dump_json())
    code, _, text = bonsai("jobs", "land", "waiting-run")
    assert code == 2
    assert "has not ended yet" in text
