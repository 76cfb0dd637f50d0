"""The table of jobs: each kind that a person asks for has one file, one button, its own sheets."""

from __future__ import annotations

from worker.contract import KINDS, ChunkFilter, DatasetRequest, RankRequest
from xl_addin.jobs import BY_ACTION, BY_KIND, EXCEL_JOBS, SHEETS, TABLES
from xl_addin.sheets.settings import SETTING_ROWS

RANKING = (RankRequest, ChunkFilter)


def test_each_kind_that_is_no_part_of_another_is_met_by_a_person():
    assert BY_KIND.keys() == {name for name, kind in KINDS.items() if not kind.is_part}
    assert len(BY_ACTION) == len(EXCEL_JOBS)


def test_each_job_has_a_command_or_a_button():
    assert all(job.about or job.button for job in EXCEL_JOBS)


def test_no_sheet_or_table_is_filled_by_two_jobs():
    names = [sheet.sheet for sheet in SHEETS]
    assert len(set(names)) == len(names)
    assert len({table.name.casefold() for table in TABLES}) == len(TABLES)


def test_whatever_says_how_to_rank_is_an_option_of_both_commands_that_rank():
    settings = [row for row in SETTING_ROWS if row.fills and row.fills[0] in RANKING]
    filled = {(model, field) for row in settings if row.fills for model, field in [row.fills]}
    given = {"job", "protocol", "run_id", "collection", "embedder", "store", "questions", "povs"}
    fields = {(RankRequest, name) for name in RankRequest.model_fields} | {
        (ChunkFilter, name) for name in ChunkFilter.model_fields
    }
    others = {*given, "only", "is_part", "picture_words"}  # the last by the setting Language
    named = {field for field in fields if field[1] not in others}
    assert filled == named, "each field of a ranking has a setting"
    for kind in ("rank", "answer"):
        assert set(settings) <= set(BY_KIND[kind].flags)


def test_whatever_says_what_a_data_set_is_made_of_is_an_option_of_its_command():
    filled = {row.fills[1] for row in BY_KIND["dataset"].flags if row.fills}
    given = {"job", "protocol", "run_id", "collection", "embedder", "store", "llm"}
    assert filled == set(DatasetRequest.model_fields) - given


def test_each_option_of_a_command_has_a_name_of_its_own():
    for job in EXCEL_JOBS:
        flags = [row.flag for row in job.flags]
        assert all(flag.startswith("--") for flag in flags)
        assert len(set(flags)) == len(flags)
