"""A button of the BONSAI tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Button:
    """One command. `action` is the name Python knows it by.

    A button with a `table` only shows the sheet that holds it; Python is not asked.
    """

    id: str
    label: str
    action: str
    image: str
    screentip: str
    supertip: str
    keytip: str
    size: Literal["large", "normal"] = "large"
    blocked_while_running: bool = False
    blocked_while_idle: bool = False
    table: str = ""

    @property
    def callback(self) -> str:
        """The Sub that Excel calls for a click."""
        return "Ribbon" + self.id.removeprefix("bonsai")
