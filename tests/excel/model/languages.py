"""What Excel's language decides: decimal mark, separators, and the words for truth and errors."""

from __future__ import annotations

from dataclasses import dataclass, field

ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


@dataclass(frozen=True)
class Language:
    """How numbers, truth values and errors are written; `dates` says which part comes first."""

    name: str
    decimal: str
    thousands: str
    list_separator: str
    truth: dict[str, bool]
    errors: dict[str, str] = field(default_factory=lambda: {error: error for error in ERRORS})
    dates: str = "mdy"


ENGLISH = Language("English", ".", ",", ",", {"TRUE": True, "FALSE": False})
GERMAN = Language(
    "German",
    ",",
    ".",
    ";",
    {"WAHR": True, "FALSCH": False},
    {**ENGLISH.errors, "#WERT!": "#VALUE!", "#BEZUG!": "#REF!", "#ZAHL!": "#NUM!", "#NV": "#N/A"},
    "dmy",
)
JAPANESE = Language("Japanese", ".", ",", ",", {"TRUE": True, "FALSE": False}, dates="ymd")
