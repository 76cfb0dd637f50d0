"""Options that stand between a group of commands and the command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tests.xl_addin.conftest import Run
from xl_addin.commands.app import app

ENDS_THE_PROGRAM = {"--help", "--version", "--install-completion", "--show-completion"}


def groups(command: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every group of commands below this one, and itself, with its names."""
    if hasattr(command, "commands"):
        yield names, command
        for name, child in command.commands.items():
            yield from groups(child, *names, name)


def option_before_command() -> Iterator[tuple[tuple[str, ...], str, str]]:
    for names, group in groups(typer.main.get_command(app)):
        for option in group.params:
            if not set(option.opts) & ENDS_THE_PROGRAM:
                yield from ((names, option.opts[0], child) for child in group.commands)


CASES = [*option_before_command()]


def test_there_is_such_an_option():
    assert (("jobs",), "--broker", "list") in CASES


@pytest.mark.parametrize(("names", "option", "child"), CASES, ids=lambda part: str(part))
def test_an_option_of_a_group_is_honoured_by_each_command_or_refused(
    bonsai: Run, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], option: str, child: str
):
    got: dict[str, object] = {}
    main = typer.main.get_command(app)
    group: Any = main
    for name in names:
        group = group.commands[name]
    command = group.commands[child]
    needed = ["x" for each in command.params if each.required]
    monkeypatch.setattr(command, "callback", lambda **values: got.update(values))
    monkeypatch.setattr("xl_addin.commands.app.app", main)  # the tree that was changed
    code, _, err = bonsai(*names, option, "redis://elsewhere", child, *needed)
    refused = f"'bonsai {' '.join(names)} {child}' has no option {option}." in err
    honoured = got.get(option.removeprefix("--")) == "redis://elsewhere"
    assert honoured != refused
    assert code == (2 if refused else 0)


def test_the_jobs_of_a_server_are_looked_for_there_wherever_it_is_named(bonsai: Run):
    for words in (("list", "--broker"), ("--broker",)):
        assert "redis://127.0.0.1:1 does not answer" in bonsai("jobs", *words, URL)[2]
    code, _, err = bonsai("jobs", "--broker", URL, "list")
    assert code == 3
    assert "redis://127.0.0.1:1 does not answer" in err


def test_a_command_s_own_option_stands_above_that_of_its_group(bonsai: Run):
    code, out, _ = bonsai("jobs", "--broker", URL, "list", "--broker", "in-process")
    assert (code, out) == (0, "There are no jobs.\n")


URL = "redis://127.0.0.1:1"
