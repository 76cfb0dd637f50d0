"""The list of all commands, and each command when it is asked for."""

from __future__ import annotations

import pytest
import typer

from tests.xl_addin.conftest import Run
from xl_addin.commands.app import COMMANDS, app
from xl_addin.jobs import EXCEL_JOBS

GROUP = typer.main.get_command(app)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_its_own_help_begins_with(name: str):
    command = GROUP.commands[name]
    assert command.name == name
    assert command.help.partition("\n\n")[0].replace("\n", " ") == COMMANDS[name].about


def test_every_job_with_a_help_has_its_command():
    jobs = {job.kind.name: job.about for job in EXCEL_JOBS if job.about}
    assert jobs == {name: COMMANDS[name].about for name in jobs}


def test_a_name_that_is_no_command_brings_the_nearest_ones(bonsai: Run):
    code, _, err = bonsai("rnak")
    assert code == 2
    assert "No such command 'rnak'. Did you mean 'rank'?" in err


def test_the_help_lists_all_and_makes_none(bonsai: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("xl_addin.commands.late_commands._made", None)  # calling it would fail
    code, out, _ = bonsai("--help")
    assert code == 0
    assert all(f" {name} " in out for name in COMMANDS)
