import pytest

from tests.xl_addin.workbook.samples import loaded
from worker.contract import Progress
from worker.errors import InternalError
from worker.queueing.job import Job
from xl_addin.sheets.job_sheet import JOBS, JobSheet, ended_cells, progress_cells
from xl_addin.workbook.file.file_book import FileBook


def put(book, run_id, **values):
    port = FileBook.open(book)
    sheet = JobSheet(port)
    sheet.put(run_id, values)
    sheet.write()
    port.save()


def jobs(book):
    return [dict(row.values) for row in FileBook.open(book).read_table(JOBS).rows]


def test_a_new_job_stands_at_the_top_and_a_known_one_stays_in_its_place(book):
    put(book, "r1", What="index", State="queued")
    put(book, "r2", What="rank", State="queued")
    put(book, "r1", State="done")
    assert [(row["Job"], row["What"], row["State"]) for row in jobs(book)] == [
        ("r2", "rank", "queued"),
        ("r1", "index", "done"),
    ]


def test_a_column_of_the_users_follows_its_job(book):
    put(book, "r1", What="index", State="queued")
    workbook = loaded(book)
    sheet = workbook["Jobs"]
    table = sheet.tables["tblJobs"]
    table.tableColumns.append(type(table.tableColumns[0])(id=99, name="Mine"))
    table.ref = table.autoFilter.ref = "A5:K6"
    sheet["K5"], sheet["K6"] = "Mine", "for the board"
    workbook.save(book)
    put(book, "r2", What="rank", State="queued")
    assert [row["Mine"] for row in jobs(book)] == [None, "for the board"]


def test_a_value_that_no_column_takes_is_refused_before_anything_is_written(book):
    with pytest.raises(InternalError, match="tblJobs takes no values for Stat"):
        put(book, "r1", What="index", Stat="queued")
    assert jobs(book) == []


def running(book, heartbeat, done):
    port = FileBook.open(book)
    sheet = JobSheet(port)
    sheet.put_progress("r1", {"State": "running", "Heartbeat": heartbeat, "Done": done})
    sheet.write()
    port.save()
    return jobs(book)[0]["Done"]


def test_progress_is_written_when_the_state_changes_and_then_every_half_minute(book):
    put(book, "r1", What="rank", State="queued", Heartbeat="")
    assert running(book, "23:59:40", 1) == 1
    assert running(book, "23:59:42", 2) == 1
    assert running(book, "00:00:09", 3) == 1
    assert running(book, "00:00:10", 4) == 4
    assert running(book, "00:00:10", 5) == 4


def test_a_heartbeat_that_somebody_has_typed_over_does_not_stop_the_progress(book):
    put(book, "r1", What="rank", State="running", Heartbeat="soon")
    assert running(book, "23:59:40", 1) == 1


def test_what_a_worker_says_shows_as_signs_what_would_drive_a_terminal():
    job = Job("r1", "", "", "{}", "running", 0.0, None, None, "", "")
    progress = Progress(stage="Reading", done=1, of=2, message="a\x1b[2J\u202e.md")
    assert progress_cells(job, progress)["Message"] == "Reading: a␛[2J�.md"
    assert ended_cells(job, "failed", "a\x9b2J")["Message"] == "a�2J"
