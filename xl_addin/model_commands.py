"""The `bonsai models` commands: what there is, fetch one, where they are."""

from __future__ import annotations

from typing import Annotated

import typer

from worker.settings import load_settings
from worker.weights import MODELS, are_present, fetch_weights, model_named
from xl_addin.console import Terminal, summary_table

models_app = typer.Typer(help="Model weights: what there is, fetch one, where they are.")


@models_app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """Show the models, unless a command says otherwise."""
    if context.invoked_subcommand is None:
        models_list()


@models_app.command("list")
def models_list() -> None:
    """Show the models that can be fetched by name."""
    models = load_settings().models
    rows = [
        (
            model.name,
            model.task,
            f"{model.megabytes} MB",
            model.licence,
            "yes" if are_present(models, model) else "no",
            model.about,
        )
        for model in MODELS
    ]
    headers = ("Name", "Task", "Download", "Licence", "Here", "About")
    terminal = Terminal(quiet=False)
    terminal.show(summary_table("Models", headers, rows))
    for model in MODELS:
        for file in model.files:
            terminal.say(f"{model.name}  {file.name}  sha256 {file.sha256}")


@models_app.command("get")
def models_get(
    name: Annotated[
        str | None,
        typer.Argument(help="A name from the list; this machine's defaults if left out."),
    ] = None,
) -> None:
    """Download and check model weights."""
    terminal = Terminal(quiet=False)
    settings = load_settings()
    wanted = (name,) if name else (settings.embedder, settings.llm)
    for model in (model_named(each) for each in wanted):
        folder = fetch_weights(settings.models, model.name, terminal.say)
        terminal.say(f"{model.name} is in {folder}")


@models_app.command("path")
def models_path() -> None:
    """Print the folder where weights are kept."""
    Terminal(quiet=False).say(str(load_settings().models))
