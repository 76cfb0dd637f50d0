"""The publisher's own file of a model that also comes in packages, where a hub is at hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from worker.errors import SettingError, UnavailableError
from worker.models.hub.connection import Hub
from worker.models.hub.kept import KeptFile
from worker.models.hub.names import HubName

#: Seconds that a hub has to say that it is there: most desks that it is for have none.
_QUICK = 3.0
_REVISION = "main"
#: The thread that asks; it may go on for a while when nobody waits for it any more.
ASKING = "bonsai-hub"

_log = logging.getLogger(__name__)


def write_published(
    name: HubName, wanted: KeptFile, target: Path, start: int, tell: Callable[[int], None]
) -> bool:
    """Write a file from a byte on, if a hub is at hand and has just these bytes.

    A connection that breaks is no error: there are packages.

    :return: whether the hub has it; whether all of it came is for the caller to see.
    """
    hub = _hub_with(name, wanted)
    if hub:
        try:
            hub.write(wanted, _REVISION, target, start, tell)
        except UnavailableError as error:
            _log.info("A hub gave %s in part: %s", name, error)
    return hub is not None


def _hub_with(name: HubName, wanted: KeptFile) -> Hub | None:
    """Find out within seconds whether a hub has a file: to look up its name may take longer."""
    found: list[Hub] = []

    def ask() -> None:
        try:
            hub = Hub(name, patience=_QUICK)
            if hub.announced(wanted.path, _REVISION) == wanted:
                found.append(hub)
        except (UnavailableError, SettingError) as error:
            _log.info("No hub gives %s: %s", name, error)

    asking = Thread(target=ask, name=ASKING, daemon=True)
    asking.start()
    asking.join(_QUICK)
    return found[0] if found else None
