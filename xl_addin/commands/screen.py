"""What all commands print on: no text from outside drives the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from worker.visible_text import visible
from xl_addin.language.catalogue import machine_language


class Screen(Console):
    """A console on which all text stands as it is.

    Nothing in it is taken for markup or for the name of an emoji, and no character of it drives
    the terminal: signs stand for those that would. What the program says, it says in the language
    of this machine; an answer, or another text from outside, is handed over as `Text`.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - as rich takes them
        super().__init__(markup=False, emoji=False, highlight=False, **options)
        self.say = machine_language().say

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401
        """Return a text as it is shown."""
        return super().render_str(visible(self.say(text)), **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Return the pieces of whatever is printed: all texts, wherever they stand, come by."""
        if isinstance(renderable, Text):
            renderable = renderable.copy()
            renderable.plain = visible(renderable.plain)
        return super().render(renderable, options)
