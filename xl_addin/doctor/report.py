"""The report to a helper: what the doctor found, without names that are nobody else's business."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from worker import __version__
from worker.addresses import masked
from worker.visible_text import visible
from xl_addin.doctor.finding import SIGNS, Placed, count

TITLE = "BONSAI doctor"
_HIDDEN = "[name]"


def report_text(placed: Sequence[Placed], user: Path, book: Path | None = None) -> str:
    """Return the text of a report.

    Names of workbooks, documents and indexes are left out, and so is the home folder in paths.

    :param user: the user's home folder.
    :param book: the workbook that was looked at.
    """
    head = [
        TITLE,
        f"BONSAI {__version__}, Python {platform.python_version()}, {platform.platform()}",
        count(placed),
    ]
    lines = [line for one in placed for line in finding_lines(one)]
    private = {name for one in placed for name in one.finding.private}
    if book:
        private |= {book.name, book.stem, str(book.absolute().parent)}
    return _anonymous("\n".join([*head, "", *lines, ""]), private - {"", "."}, user)


def finding_lines(one: Placed) -> list[str]:
    """Return a finding as lines of text: what, then why and what to do, further in."""
    finding = one.finding
    first = f"{SIGNS[finding.mark]} {one.group} [{finding.code}]: {finding.what}"
    return [first, *(f"    {part}" for part in (finding.why, finding.next_step) if part)]


def _anonymous(text: str, private: Iterable[str], user: Path) -> str:
    """Return a text without these names and without the place of the user's home."""
    for name in sorted(private, key=len, reverse=True):
        text = text.replace(name, _HIDDEN)
    for home in {str(user), user.as_posix()}:
        text = re.sub(re.escape(home), "~", text, flags=re.IGNORECASE)
    return visible(masked(text))
