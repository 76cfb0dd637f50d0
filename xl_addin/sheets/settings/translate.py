"""Settings of translations: into which language, and by what."""

from __future__ import annotations

from worker.contract import RankRequest
from xl_addin.sheets.setting_values import MODEL, TEXT
from xl_addin.sheets.settings.setting import field_setting

TRANSLATE_TO = field_setting(
    RankRequest,
    "translate_to",
    "Translate to",
    TEXT,
    "A language, like Japanese: questions, passages and answers get a column Translation. Empty: "
    "none. Read it beside the original: ⚠ says what a machine sees to be missing, no more.",
    flag="--translate-to",
)

TRANSLATOR = field_setting(
    RankRequest,
    "translator",
    "Translator",
    MODEL,
    "A language model by name, or argos: and the path of a package of Argos Translate. Empty: the "
    "Language model.",
    flag="--translator",
)
