"""What this machine remembers of its runs: how long they took, a row of each kind."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from worker.small_files import replace_file

_log = logging.getLogger(__name__)

_MEANS: TypeAdapter[dict[str, float]] = TypeAdapter(dict[str, float])
#: Names of what was run that are remembered, the newest.
_KEPT = 500


@dataclass(frozen=True)
class EarlierRuns:
    """Means by name, in a small file; of each name the newest counts."""

    path: Path

    def means(self) -> dict[str, float]:
        """Return what is known; of a file that cannot be read nothing is."""
        try:
            return _MEANS.validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            return {}

    def remember(self, means: dict[str, float]) -> None:
        """Keep what a run has taught; a run does not fail because it cannot be kept."""
        if not means:
            return
        known = {name: mean for name, mean in self.means().items() if name not in means}
        newest = dict([*known.items(), *means.items()][-_KEPT:])
        try:
            replace_file(self.path, json.dumps(newest, ensure_ascii=False).encode())
        except OSError:
            _log.warning("What a run took cannot be kept in %s.", self.path, exc_info=True)
