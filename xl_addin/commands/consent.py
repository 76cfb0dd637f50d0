"""Consent: whether passages may go to a server that a workbook names, or a run may be long."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from worker.contract import Event, Progress, Request
from worker.models.servers import allowing, not_allowed, unknown_servers
from worker.settings import IN_PROCESS, Settings
from xl_addin.commands.console import Terminal, Watch

_QUESTION = (
    "The workbook sends questions and passages to {server}, which the settings of this machine do "
    "not name. May they go there?"
)


def with_consent(
    settings: Settings, request: Request, typed: Iterable[str], terminal: Terminal, *, yes: bool
) -> Settings:
    """Return settings that allow the servers of a request, for this command alone.

    No key goes to them. Where workers do the job, their own settings decide.

    :param typed: models that the command line names: whoever typed them has agreed.
    :param yes: whether the person has agreed beforehand.
    :raises SettingError: if they do not agree, or nobody is there to be asked.
    """
    if settings.broker != IN_PROCESS:
        return settings
    for server in unknown_servers(request.models(), allowing(settings, typed)):
        if not (yes or terminal.agrees(_QUESTION.format(server=server))):
            raise not_allowed(server, settings)
    return allowing(settings, request.models())


def before_long_runs(terminal: Terminal, watch: Watch) -> Callable[[Event], None]:
    """Return what takes the events of a run, and asks once it is known how long it will take.

    A run that is not agreed to is stopped, and what it has made so far is kept.
    """

    def take(event: Event) -> None:
        if not (isinstance(event, Progress) and event.estimate):
            watch.take(event)
            return
        watch.take(event.model_copy(update={"estimate": ""}))
        with watch.paused():
            if not terminal.agrees(f"{event.estimate}. Go on?"):
                terminal.report(f"{event.estimate}: nobody has agreed; --yes goes on unasked.")
                terminal.stop()

    return take
