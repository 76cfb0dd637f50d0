"""The soak's short form: sixty jobs under every trouble."""

from pathlib import Path

from rich.console import Console

from tests.bench.soak import soak


def test_nothing_is_lost_doubled_or_stuck_under_trouble(processes: None, tmp_path: Path):
    outcome = soak(60, tmp_path, Console(quiet=True))
    assert outcome.faults == []
    assert outcome.done.total() == 60
    assert all(outcome.troubles.values()), "each trouble was made"
