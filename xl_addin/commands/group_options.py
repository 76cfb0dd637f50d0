"""Options that stand before a command: `bonsai jobs --broker URL list`."""

from __future__ import annotations

from typing import Any, cast

import typer

from worker.errors import SettingError


def hand_down(context: typer.Context) -> None:
    """Give the options of a group to the command that was called; its own stand above them.

    :raises SettingError: if the command has no such option.
    """
    given = {name: value for name, value in context.params.items() if value is not None}
    name, group = context.invoked_subcommand or "", cast(Any, context.command)
    known = {parameter.name for parameter in group.commands[name].params}
    for option in given.keys() - known:
        raise SettingError(
            f"'{context.command_path} {name}' has no option --{option}.",
            "It stands before the command, which would pass over it.",
            "Leave it out.",
        )
    context.default_map = {name: given}
