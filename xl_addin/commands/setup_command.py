"""`bonsai setup`: this Python made known to Excel, a first workbook, the models; and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from worker.errors import SettingError
from worker.file_faults import advice_for, reason_of
from worker.models.weights import weight_folder
from worker.settings import Settings, load_settings
from worker.storage import clear, kept
from xl_addin.commands.console import Terminal
from xl_addin.commands.doctor_command import show_findings
from xl_addin.commands.model_commands import get_weights, missing_weights
from xl_addin.doctor.machine import Machine
from xl_addin.setup.record import Record, read_record, remove_files, remove_folders
from xl_addin.setup.steps import connect_excel, disconnect_excel, make_workbook

_UNDO = typer.Option("--undo", help="Take back all that earlier calls have written.")
_MODELS = typer.Option(
    "--models/--no-models", help="Fetch missing weights, or do not; asked if left out."
)

_WRONG = 1


def setup(
    undo: Annotated[bool, _UNDO] = False, models: Annotated[bool | None, _MODELS] = None
) -> None:
    """Connect Excel with this Python, make a first workbook, fetch the models, ask the doctor."""
    from xl_addin.doctor.examination import examine_this_machine

    terminal = Terminal(quiet=False)
    settings = load_settings()
    record = read_record(settings.home)
    if undo:
        _take_back(terminal, settings, record)
        return
    record.keep()  # so that a home that cannot be written stops it before anything is written
    try:
        book = _set_up(terminal, record)
        _offer_models(terminal, settings, record, models)
    finally:
        record.keep()
    placed = examine_this_machine(book)
    show_findings(terminal, placed)
    terminal.say(
        f"Open {book} in Excel: press Index, then Rank."
        if Machine().has_excel
        else f"Next: bonsai index '{book}', then: bonsai rank '{book}'"
    )
    if any(one.finding.mark == "fault" for one in placed):
        raise typer.Exit(_WRONG)


def _set_up(terminal: Terminal, record: Record) -> Path:
    machine = Machine()
    for words in connect_excel(machine, record):
        terminal.say(words)
    book, is_new = make_workbook(machine, platformdirs.user_documents_path(), record)
    terminal.say(f"Made {book}" if is_new else f"{book} is there already, and stays as it is.")
    return book


def _offer_models(
    terminal: Terminal, settings: Settings, record: Record, wanted: bool | None
) -> None:
    missing = missing_weights(settings)
    names = ", ".join(f"{model.name} ({model.megabytes} MB, {model.licence})" for model in missing)
    if not missing or wanted is False:
        return
    if not (wanted or terminal.agrees(f"Models are still to be fetched: {names}. Now?")):
        terminal.say("Models are still to be fetched; run: bonsai models get")
        return
    record.make_folder(settings.models)
    for model in missing:
        record.note_tree(weight_folder(settings.models, model))
        get_weights(terminal, settings.models, model)


def _take_back(terminal: Terminal, settings: Settings, record: Record) -> None:
    if not record.is_anything:
        terminal.say(f"There is nothing to take back: no set-up is recorded in {settings.home}.")
        return
    try:
        disconnect_excel(record)
        stays = remove_files(record)
    except OSError as error:
        raise SettingError(
            f"'{error.filename}' cannot be taken back.",
            reason_of(error),
            f"{advice_for(error, 'Close Excel, and try again.')} Then run: bonsai setup --undo",
        ) from error
    if record.made_home:
        stays += clear(settings, seconds=0)
    remove_folders(record)
    for words in stays:
        terminal.say(words)
    terminal.say("What was set up is taken back.")
    for one in kept(settings):
        if one.is_there:
            terminal.say(f"{one.name} stay, {one.size / 1e6:,.1f} MB: {one.shown_places}")
