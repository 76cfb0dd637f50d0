"""The `bonsai models` commands: what there is and what it needs, fetch one, where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from worker.models.catalogue import MODELS, Model, find_model, model_named
from worker.models.hub.names import HubName, hub_name, named_on_hub
from worker.models.kinds import KINDS, missing_steps, sees_gpu
from worker.models.receipts import receipt_of
from worker.models.weights import are_present, fetch_weights
from worker.settings import Settings, load_settings
from worker.typed_path import model_text
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.commands.hub_models import get_hub_model, show_hub_models
from xl_addin.commands.server_list import show_servers

models_app = typer.Typer(
    help="Model weights: what there is, fetch one, where they are.", add_completion=False
)


@models_app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """Show the models, unless a command says otherwise."""
    if context.invoked_subcommand is None:
        models_list()


@models_app.command("list")
def models_list() -> None:
    """Show the models that can be fetched by name, which kinds are usable here, what runs."""
    settings = load_settings()
    terminal = Terminal(quiet=False)
    _show_weights(terminal, settings.models)
    show_hub_models(terminal, settings.models)
    _show_kinds(terminal, settings)
    show_servers(terminal, settings)
    _show_hashes(terminal)


def _show_weights(terminal: Terminal, models: Path) -> None:
    rows = [
        (
            model.name,
            f"{model.megabytes} MB",
            model.licence,
            "yes" if are_present(models, model) else "no",
            f"{model.task}: {model.about}",
        )
        for model in MODELS
    ]
    headers = ("Name", "Download", "Licence", "Here", "About")
    terminal.show(summary_table("Models", headers, rows, whole=("Name",)))


def _show_kinds(terminal: Terminal, settings: Settings) -> None:
    gpu = sees_gpu()
    rows = []
    for kind in KINDS:
        steps = missing_steps(kind, settings, gpu=gpu)
        rows.append((f"{kind.name}:", kind.about, "no" if steps else "yes", "; ".join(steps)))
    headers = ("Kind", "What it is", "Usable", "Still needed")
    terminal.show(summary_table("Kinds of models", headers, rows, whole=("Kind", "Usable")))
    terminal.say(f"NVIDIA GPU: {'seen' if gpu else 'none seen'} on this machine")


def _show_hashes(terminal: Terminal) -> None:
    for model in MODELS:
        for file in model.files:
            terminal.say(f"{model.name}  {file.name}  by {model.publisher}, {file.size:,} bytes")
            terminal.say(f"  sha256 {file.sha256}")


@models_app.command("get")
def models_get(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A name from the list, or one of a hub: gguf:ORG/REPO:FILE, st:ORG/NAME or "
            "hf:ORG/NAME, with @REVISION behind the repository if need be; this machine's "
            "defaults if left out."
        ),
    ] = None,
) -> None:
    """Download and check model weights."""
    terminal = Terminal(quiet=False)
    settings = load_settings()
    wanted = [_meant(model_text(name))] if name else _usual_ones(terminal, settings)
    for model in wanted:
        if isinstance(model, HubName):
            get_hub_model(terminal, settings.models, model)
        else:
            get_weights(terminal, settings.models, model)


def _usual_ones(terminal: Terminal, settings: Settings) -> list[HubName | Model]:
    """Return this machine's models; of a file or a server of the user's own nothing is fetched."""
    wanted: list[HubName | Model] = []
    for name in (settings.embedder, settings.llm):
        if model := find_model(name) or hub_name(name):
            wanted.append(model)
        else:
            terminal.say(f"{name} is not fetched: it is no name of the list or of a hub")
    return wanted


def _meant(name: str) -> HubName | Model:
    """Return what a name means: those of a hub have a stroke in them, those of the list have not.

    :raises SettingError: if it means nothing.
    """
    return named_on_hub(name) if "/" in name else model_named(name)


def missing_weights(settings: Settings) -> list[Model]:
    """Return this machine's models of the list whose weights are not here."""
    named = map(find_model, dict.fromkeys((settings.embedder, settings.llm)))
    return [model for model in named if model and not are_present(settings.models, model)]


def get_weights(terminal: Terminal, models: Path, model: Model) -> Path:
    """Download a model, tell of it, and return its folder."""
    with terminal.downloading() as report:
        folder = fetch_weights(models, model.name, terminal.report, report)
    _tell_of(terminal, model, folder)
    return folder


def _tell_of(terminal: Terminal, model: Model, folder: Path) -> None:
    terminal.say(f"{model.name} is in {folder}")
    terminal.say(f"  by {model.publisher}, licence {model.licence}")
    for file in model.files:
        receipt = receipt_of(folder / file.name)
        source = f", from {receipt.source}" if receipt and receipt.source else ""
        terminal.say(f"  {file.name}{source}")
        terminal.say(f"  sha256 {file.sha256}")


@models_app.command("path")
def models_path() -> None:
    """Print the folder where weights are kept."""
    Terminal(quiet=False).say(str(load_settings().models))
