"""Settings of the workbook itself: what is kept of it before each run."""

from __future__ import annotations

from xl_addin.sheets.setting_values import whole
from xl_addin.sheets.settings.setting import Setting

SNAPSHOTS = Setting(
    "Snapshots up to",
    "MB on this machine for copies of the workbook as it was before each run, which 'Restore' puts "
    "back; the oldest make room. 0: none.",
    whole(0, 1_000_000),
    default=200,
)
