"""The `bonsai tuned` commands: models made here are listed, shown, mixed, exported, deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from worker.errors import SettingError
from worker.models.registry import Entry, Registry, is_made_here
from worker.settings import load_settings
from xl_addin.commands.console import Terminal, summary_table

tuned_app = typer.Typer(
    help="Models that were tuned here, and tastes: list, show, delete.", add_completion=False
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="As 'bonsai tuned' lists it.")]


@tuned_app.callback(invoke_without_command=True)
def list_by_default(context: typer.Context) -> None:
    """List the models, unless a command says otherwise."""
    if context.invoked_subcommand is None:
        list_made()


@tuned_app.command("list")
def list_made() -> None:
    """List the models that were made here."""
    terminal = Terminal(quiet=False)
    rows = [
        (entry.model, entry.base, entry.time, _counts(entry), _verdict(entry))
        for entry in _registry().entries()
    ]
    if rows:
        headers = ("Name", "Base", "Made", "Of", "Verdict")
        terminal.show(summary_table("Models made here", headers, rows, whole=("Name",)))
    else:
        terminal.say("No model was made here yet: see 'bonsai tune' and 'bonsai taste'.")


@tuned_app.command("show")
def show_made(name: _Name) -> None:
    """Show what a model was made from, and what was measured."""
    terminal, registry = Terminal(quiet=False), _registry()
    entry = registry.find(_model(name))
    facts = {
        "Base": f"{entry.base}@{entry.base_revision}",
        "Made": f"{entry.time}, by BONSAI {entry.code_version}",
        "Learnt from": f"{_counts(entry)} (hash {entry.data_hash})",
        "Documents": ", ".join(entry.documents),
        **{name.capitalize(): value for name, value in entry.settings.items()},
        "Folder": str(registry.place(entry.model)),
    }
    rows = [(fact, value) for fact, value in facts.items() if value != ""]
    terminal.show(summary_table(entry.model, ("What", "Value"), rows))
    lines = [
        (
            line.metric,
            line.base,
            line.tuned,
            f"{line.low:+.3f} to {line.high:+.3f}",
            f"{line.counted} {line.over}",
            line.verdict,
        )
        for line in entry.comparisons
    ]
    headers = ("Metric", "Base", "Tuned", "95 % interval of the change", "Measured on", "Verdict")
    if lines:
        terminal.show(summary_table("Measured", headers, lines))
    else:
        terminal.say("Nothing was measured of it.")


@tuned_app.command("delete")
def delete_made(name: _Name) -> None:
    """Delete a model; an index that it made can be read no more."""
    model = _model(name)
    _registry().delete(model)
    Terminal(quiet=False).say(f"Deleted {model}")


@tuned_app.command("export")
def export_made(name: _Name) -> None:
    """Write a tuned model as ONNX beside its weights: it runs without torch from then on."""
    from worker.pipeline.made_models import export

    folder = export(_tuned(name), load_settings())
    terminal = Terminal(quiet=False)
    terminal.say(f"Exported {_tuned(name)} to {folder}")
    terminal.say("It runs under ONNX from now on; its vectors are the same to 1e-5.")


@tuned_app.command("merge")
def merge_made(
    name: _Name,
    strength: Annotated[float, typer.Option(min=0, max=1, help="1: the tuned model; 0: its base.")],
    to: Annotated[str, typer.Option("--as", help="Name of the mixture.")],
) -> None:
    """Mix a tuned model with its base, without training, as a model of its own."""
    from worker.pipeline.made_models import merge

    entry = merge(_tuned(name), strength, to, load_settings())
    terminal = Terminal(quiet=False)
    terminal.say(f"Made {entry.model}: {strength:g} of {_tuned(name)}, the rest {entry.base}")
    terminal.say("Nothing was measured of it: 'bonsai tune --strength' does that.")


def _registry() -> Registry:
    return Registry(load_settings().made)


def _model(name: str) -> str:
    """Return the whole name of a model; one without a kind is a tuned one."""
    return name if is_made_here(name) else f"tuned:{name}"


def _tuned(name: str) -> str:
    model = _model(name)
    if not model.startswith("tuned:"):
        raise SettingError(
            f"{model} has no weights of its own.",
            "A taste moves points of view; its strength is written behind its name.",
            f"Use it as it is, or weaker, as in {model}@0.5.",
        )
    return model


def _counts(entry: Entry) -> str:
    return ", ".join(f"{count} {what}" for what, count in entry.counts.items())


def _verdict(entry: Entry) -> str:
    first = entry.comparisons[0] if entry.comparisons else None
    return f"{first.metric}: {first.verdict}" if first else "not measured"
