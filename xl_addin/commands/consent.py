"""Consent: whether passages may go to a server, or a run may be long or cost money."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from worker.contract import Event, Progress, Request
from worker.errors import CancelledError, SettingError
from worker.models.servers import allowing, not_allowed, unknown_servers
from worker.settings import IN_PROCESS, Settings
from xl_addin.commands.console import Terminal
from xl_addin.commands.watch import Watch
from xl_addin.jobs.base import ExcelJob, In
from xl_addin.jobs.earlier_runs import EarlierRuns
from xl_addin.jobs.estimate import TRIAL, Estimate, estimate

_QUESTION = (
    "The workbook sends questions and passages to {server}, which the settings of this machine do "
    "not name. May they go there?"
)
_FEWER = f"--try {TRIAL} runs the first {TRIAL} questions alone, and then says what is left."


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


def expected_of(job: ExcelJob[In], request: In, settings: Settings) -> Estimate | None:
    """Return what a run will take, if its kind of job can tell."""
    if job.plan is None:
        return None
    return estimate(job.plan(request), EarlierRuns(settings.earlier_runs).means(), settings)


def agree_to(estimate: Estimate, terminal: Terminal) -> None:
    """Ask whether a run may begin that is long, or sends texts to a service that may charge.

    Where nobody can be asked, a long one goes on, and its estimate is told.

    :raises CancelledError: if the person does not agree.
    :raises SettingError: if it may cost money, and nobody is there to agree.
    """
    if not (estimate.is_long or estimate.may_cost):
        return
    if terminal.can_ask:
        if not terminal.agrees(f"{estimate}. Go on?"):
            raise CancelledError("Nothing was run.", f"{estimate}.", _FEWER)
    elif estimate.may_cost:
        raise SettingError(
            "Nothing was run: it may cost money, and nobody is there to agree.",
            f"{estimate}.",
            f"Agree with --yes. {_FEWER}",
        )
    else:
        terminal.report(f"{estimate}.")


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
