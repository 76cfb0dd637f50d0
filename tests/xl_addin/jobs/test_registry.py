"""The table of jobs: each kind that a person asks for has one file, one button, its own sheets."""

from __future__ import annotations

from worker.contract import KINDS
from xl_addin.jobs import BY_ACTION, BY_KIND, EXCEL_JOBS, SHEETS, TABLES


def test_each_kind_that_is_no_part_of_another_is_met_by_a_person():
    assert BY_KIND.keys() == {name for name, kind in KINDS.items() if not kind.is_part}
    assert len(BY_ACTION) == len(EXCEL_JOBS)


def test_each_job_has_a_command_or_a_button():
    assert all(job.about or job.button for job in EXCEL_JOBS)


def test_no_sheet_or_table_is_filled_by_two_jobs():
    names = [sheet.sheet for sheet in SHEETS]
    assert len(set(names)) == len(names)
    assert len({table.name.casefold() for table in TABLES}) == len(TABLES)


def test_each_option_of_a_command_has_a_name_of_its_own():
    for job in EXCEL_JOBS:
        flags = [row.flag for row in job.flags]
        assert all(flag.startswith("--") for flag in flags)
        assert len(set(flags)) == len(flags)
