"""Commands that are imported when they are asked for: the list of all needs none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from worker.start_up import ctrl_c_ends_at_once


@dataclass(frozen=True)
class Listed:
    """A command in the list of all: where it is (`module:name`), and the first lines of its help.

    What is there is a function, a Typer of several commands, or a job.
    """

    place: str
    about: str


class LateCommands(Mapping[str, Any]):
    """Click's commands by name; each is made when it is first looked up."""

    def __init__(self, listed: Mapping[str, Listed]) -> None:
        self._listed = listed
        self._made: dict[str, Any] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer does not name Click's commands
        listed = self._listed[name]
        if name not in self._made:
            with ctrl_c_ends_at_once():
                self._made[name] = _made(name, listed)
        return self._made[name]


class LateGroup(TyperGroup):
    """The group of the commands that are `listed`."""

    listed: ClassVar[Mapping[str, Listed]]

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - as Typer gives them
        super().__init__(**options)
        self.commands: Any = LateCommands(self.listed)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - objects of Click
        """Write the help, with the lines of the list for the commands."""
        lines: Any = {
            name: TyperCommand(name, help=each.about) for name, each in self.listed.items()
        }
        plain = TyperGroup(
            name=self.name,
            commands=lines,
            help=self.help,
            params=self.params,
            rich_markup_mode=self.rich_markup_mode,
        )
        plain.format_help(ctx, formatter)


def _made(name: str, listed: Listed) -> Any:  # noqa: ANN401 - a command of Click
    module, _, attribute = listed.place.partition(":")
    found = getattr(import_module(module), attribute)
    app = found if isinstance(found, typer.Typer) else typer.Typer(add_completion=False)
    if app is not found:
        app.command(name)(_function(found))
    command = typer.main.get_command(app)
    command.name = name
    return command


def _function(found: Any) -> Any:  # noqa: ANN401 - a function, or a job whose command is made
    if callable(found):
        return found
    from xl_addin.commands.run_command import run_command

    return run_command(found)
