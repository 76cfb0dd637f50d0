"""Models of a hub on the terminal: fetched by their names, listed with their licences."""

from __future__ import annotations

from pathlib import Path

from worker.models.hub.kept import SHORT_COMMIT, is_whole, kept_models, repository_folder
from worker.models.hub.names import HubName
from worker.models.hub.recommended import RECOMMENDED
from xl_addin.commands.console import Terminal


def get_hub_model(terminal: Terminal, models: Path, name: HubName) -> None:
    """Fetch a model, or check the one that is kept, and say what it is and where."""
    from worker.models.hub.client import fetch_model

    with terminal.downloading() as report:
        kept = fetch_model(models, name, report, terminal.report)
    terminal.say(f"{kept.name} is in {repository_folder(models, kept.repo)}")
    terminal.say(f"  commit {kept.commit}, licence {kept.licence} (see its page for the terms)")
    for file in kept.files:
        terminal.say(f"  {file.path}, {file.size:,} bytes")
        if file.digest.startswith("sha256:"):
            terminal.say(f"  {file.digest.replace(':', ' ')}")


def show_hub_models(terminal: Terminal, models: Path) -> None:
    """Show what is kept of a hub, and what is worth fetching from one: names that can be copied."""
    for kept in kept_models(models):
        here = "here" if is_whole(models, kept) else "here in part"
        size = f"{kept.size / 1e6:,.0f} MB"
        terminal.say(kept.name)
        terminal.say(f"  from a hub, {here}: {size}, commit {kept.commit[:SHORT_COMMIT]}")
        terminal.say(f"  licence {kept.licence}")
    terminal.say("Recommended, from huggingface.co; none was run with this version:")
    for each in RECOMMENDED:
        terminal.say(each.name)
        terminal.say(f"  {each.task}: {each.about}")
        terminal.say(f"  download {each.size}, memory {each.memory}, licence {each.licence}")
        if each.terms:
            terminal.say(f"  terms: {each.terms}")
