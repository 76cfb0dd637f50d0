"""A stretch of work during which Excel neither computes nor repaints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from xl_addin.workbook.live.busy import TO_GIVE_BACK, patiently

if TYPE_CHECKING:
    import xlwings

_QUIET: tuple[tuple[str, object], ...] = (("screen_updating", False), ("calculation", "manual"))


@contextmanager
def calm(app: xlwings.App) -> Iterator[None]:
    """Suspend computing and repainting; give both back as they were, whatever happens.

    An engine that has no such switch goes on as it is.
    """
    with ExitStack() as after:
        for name, value in _QUIET:
            try:
                before = patiently(partial(getattr, app, name))
            except NotImplementedError:
                continue
            if before == value:
                continue
            after.callback(patiently, partial(setattr, app, name, before), TO_GIVE_BACK)
            patiently(partial(setattr, app, name, value))
        yield
