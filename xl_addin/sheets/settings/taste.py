"""Settings of a taste: its name and its strength."""

from __future__ import annotations

from worker.contract import TasteRequest
from xl_addin.sheets.setting_values import TEXT, number
from xl_addin.sheets.settings.setting import Setting, field_setting

TASTE_NAME = Setting(
    "Taste name",
    "Learn my taste keeps what it learns under this name. Write taste: and the name into Scoring "
    "embedder, and Rank goes by it.",
    TEXT,
    default="mine",
    flag="--name",
)

TASTE_STRENGTH = field_setting(
    TasteRequest,
    "strength",
    "Taste strength",
    number(1),
    "0: the points of view as written; 1: all that was learnt. Scoring embedder takes "
    "taste:NAME@0.5 as well.",
    flag="--strength",
)
