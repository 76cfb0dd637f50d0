"""The pages of what runs in a terminal: options of commands, and errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from worker.errors import BonsaiError
from xl_addin.commands.app import app
from xl_addin.desk import function_arguments  # noqa: F401 - it has an error of its own
from xl_addin.jobs import EXCEL_JOBS
from xl_addin.reference.markdown import code, page, table

#: Options by command that stand for a setting: their meaning is that of the setting.
_OF_SETTINGS = {job.kind.name: {row.flag for row in job.flags} for job in EXCEL_JOBS}

#: Options that Typer adds, in words of its own.
_OF_TYPER = {"--install-completion", "--show-completion"}


def options_page() -> str:
    """Return the page of all commands with their arguments and options."""
    return page(
        "Commands and their options",
        "What `--help` says of each command; [commands.md](commands.md) says what they do. "
        "Options that stand for a setting are explained in [settings.md](settings.md).",
        *_command("bonsai", typer.main.get_command(app)),
    )


def errors_page() -> str:
    """Return the page of all errors by their codes."""
    rows = [
        (code(kind.code), _meaning(kind), str(kind.exit_code), "yes" if kind.retryable else "")
        for root in BonsaiError.__subclasses__()
        for kind in _tree(root)
    ]
    return page(
        "Errors",
        "Every message has three parts: what happened, why, and what to do next. Programs find "
        "the code of an error, which stays the same, in what `--json` writes and in the results of "
        "`bonsai mcp`. Exit codes are those of a command that ends with the error.",
        *table(("code", "means", "exit code", "may pass by itself"), rows),
    )


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401 - Typer's own has no name
    """Yield what is said of a command, and then of those below it."""
    settings = _OF_SETTINGS.get(name.removeprefix("bonsai "), set())
    own = [each for each in command.params if not (settings | _OF_TYPER).intersection(each.opts)]
    yield from ("", f"## {name}", "", command.help)
    if own:
        yield from table(("takes", "meaning"), [(_spelt(each), each.help) for each in own])
    if settings:
        yield from ("", f"Settings: {', '.join(map(code, sorted(settings)))}.")
    for below in getattr(command, "commands", {}).values():
        yield from _command(f"{name} {below.name}", below)


def _spelt(parameter: Any) -> str:  # noqa: ANN401
    if parameter.param_type_name == "argument":
        shown = (parameter.metavar or parameter.name).upper()
        return code(shown if parameter.required else f"[{shown}]")
    return ", ".join(map(code, (*parameter.opts, *parameter.secondary_opts)))


def _tree(kind: type[BonsaiError]) -> Iterator[type[BonsaiError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)


def _meaning(kind: type[BonsaiError]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]
