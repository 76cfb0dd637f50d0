"""The workflows for other systems: each step is a script that is there and runs by hand."""

import re
import subprocess
import sys

import pytest
import yaml

from tests.conftest import REPOSITORY

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
NEWCOMER = "scripts/newcomer.py"


def commands() -> list[str]:
    """The commands of all steps of all workflows."""
    jobs = [
        job
        for path in WORKFLOWS
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    ]
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


def said_by(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)


def test_every_step_is_one_script_that_is_there():
    assert len(commands()) >= 5
    for command in commands():
        scripts = re.findall(r"(?:scripts|\.ci)/[\w./]+", command)
        assert len(scripts) == 1, command
        assert (REPOSITORY / scripts[0]).is_file(), command
        assert not set(";|&\n") & set(command.strip()), command


def test_every_step_of_the_newcomer_is_run_and_every_one_that_is_run_exists():
    asked = {command.split()[-1] for command in commands() if NEWCOMER in command}
    offered = said_by(NEWCOMER).stderr.strip(".\n").partition(": ")[2].split(", ")
    assert asked == set(offered)


def test_a_step_that_does_not_exist_is_refused_in_words():
    refused = said_by(NEWCOMER, "no-such-step")
    assert refused.returncode == 1
    assert refused.stderr == "Say which steps are to be run: install, pure, com, demo.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="here it starts the server")
def test_the_com_server_is_refused_in_words_where_there_is_no_com():
    refused = said_by("scripts/com_server.py")
    assert refused.returncode == 1
    assert refused.stderr.startswith("COM is there on Windows only")
