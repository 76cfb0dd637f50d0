"""Values of cells and charts about as Excel shows them."""

from __future__ import annotations

import re
from datetime import datetime, time

#: Digits, decimals and percent sign of a format that is neither scientific nor a fraction.
_PLAIN_FORMAT = re.compile(r"^[^0#?/E]*([#,]*0)(?:\.([0#]+))?(%)?[^0#?/E]*$")


def shown(value: object, number_format: str) -> str:
    """Return a value as text; dates always year first."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        )
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value)


def _number(value: float, number_format: str) -> str:
    """Show decimals, thousands and percent as the format says; without one, 15 digits at most."""
    plain = _PLAIN_FORMAT.search(number_format.partition(";")[0])
    if not plain:
        return f"{value:.15g}"
    thousands = "," if "," in plain[1] else ""
    kind = "%" if plain[3] else "f"
    return f"{value:{thousands}.{len(plain[2] or '')}{kind}}"
