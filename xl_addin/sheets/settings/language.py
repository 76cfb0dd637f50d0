"""The setting of the language in which a workbook is spoken to its reader."""

from __future__ import annotations

from xl_addin.language.catalogue import LANGUAGES
from xl_addin.sheets.setting_values import Reader, one_of
from xl_addin.sheets.settings.setting import Setting

_NAMED = one_of(*LANGUAGES)

LANGUAGE = Setting(
    "Language",
    "Language of messages and remarks in this workbook: en or ja. Empty: that of the machine.",
    Reader(lambda value: _NAMED.read(value) if value else "", _NAMED.expected, _NAMED.choices),
)
