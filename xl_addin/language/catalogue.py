"""The languages there are: a file of texts (.po) for each but English, beside this module."""

from __future__ import annotations

import locale
import os
from functools import cache
from pathlib import Path

from worker.errors import SettingError
from xl_addin.language.language import ENGLISH, Language

_FOLDER = Path(__file__).resolve().parent

#: Names of languages, as the setting 'Language' takes them.
LANGUAGES = (ENGLISH.name, "ja")

#: The variable of this machine that names one.
VARIABLE = "BONSAI_LANGUAGE"


def texts_path(name: str) -> Path:
    """Return the file of a language's texts."""
    return _FOLDER / f"{name}.po"


def read_texts(name: str) -> dict[str, str]:
    """Return what stands for each English text; entries without a translation are left out."""
    import polib  # here: nobody who reads English needs it

    entries = polib.pofile(str(texts_path(name)), encoding="utf-8")
    return {entry.msgid: entry.msgstr for entry in entries if entry.translated()}


@cache
def language_named(name: str) -> Language:
    """Return the language of this name; English where there is none of it, or its file is bad."""
    if name not in LANGUAGES or name == ENGLISH.name:
        return ENGLISH
    try:
        return Language(name, read_texts(name))
    except (ImportError, OSError, ValueError):
        return ENGLISH  # nothing ever fails for want of a translation


def asked_language(name: str) -> Language:
    """Return the language that somebody has asked for by name.

    :raises SettingError: if there is none of that name.
    """
    if name not in LANGUAGES:
        raise SettingError(
            f"There is no language '{name}'.",
            f"Texts are there in these: {', '.join(LANGUAGES)}.",
            "Choose one of them.",
        )
    return language_named(name)


def machine_language() -> Language:
    """Return the language of this machine: what `BONSAI_LANGUAGE` says, else its locale."""
    asked = os.environ.get(VARIABLE) or _locale_name()
    return language_named(asked[:2].lower())


def _locale_name() -> str:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return os.environ[variable]
    return locale.getlocale()[0] or ENGLISH.name
