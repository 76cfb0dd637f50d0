"""Repeats: a log says a thing once, and from time to time how often it has happened."""

from __future__ import annotations

import copy
import logging
from collections import Counter

_MOST_CAUSES = 1000  # that are told apart; then counting begins anew


class Repeats:
    """Counts what is said.

    :param plain: how often the same is said without a count.
    """

    def __init__(self, plain: int = 1) -> None:
        self._plain = plain
        self._times: Counter[str] = Counter()

    def told(self, words: str) -> str | None:
        """Return what to say: the words; with a count at each power of ten; else nothing."""
        if len(self._times) > _MOST_CAUSES:
            self._times.clear()
        self._times[words] += 1
        times = self._times[words]
        if times <= self._plain:
            return words
        return f"{words} ({times} times)" if str(times).strip("0") == "1" else None


class OncePerCause(logging.Handler):
    """Hands a record to other handlers unless the same was said before."""

    def __init__(self, *others: logging.Handler) -> None:
        super().__init__()
        self._others = others
        self._repeats = Repeats()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on one record; one that comes again goes without its trace of calls."""
        said = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        cause = f"{said} {type(error).__name__}: {error}" if error else said
        told = self._repeats.told(cause)
        if told is None:
            return
        if told != cause:
            record = copy.copy(record)
            record.msg, record.args, record.exc_info = told, None, None
        for handler in self._others:
            if record.levelno >= handler.level:
                handler.handle(record)
