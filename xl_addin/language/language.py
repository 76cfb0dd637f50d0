"""A language: English texts in, the same in that language out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache

from xl_addin.language.template import Template, fill, parse_template

_FEWEST_LETTERS = 4  # a template of fewer is anybody's text
_LONGEST = 4000  # characters of a line that may be one of ours
_SENTENCES = re.compile(r"(?<=[.!?:]) +")


class Language:
    """Says texts of this program in one language; whatever it does not know stays as it is.

    :param name: as in the setting 'Language', such as ja.
    :param texts: what stands for each English text; holes as in `xl_addin.language.template`.
    """

    def __init__(self, name: str, texts: Mapping[str, str]) -> None:
        self.name = name
        self._texts = texts
        self.say = lru_cache(maxsize=4096)(self._say)

    def _say(self, text: str) -> str:
        """Return a text in this language: a whole one, or lines and sentences of several."""
        if not self._texts or not text.strip():
            return text
        if (whole := self._known(text)) is not None:
            return whole
        if "\n" in text:
            return "\n".join(map(self.say, text.split("\n")))
        return self._sentences(text)

    def _sentences(self, text: str) -> str:
        """Say sentences that stand one behind the other: as many at once as are known as one."""
        parts = _SENTENCES.split(text)
        said: list[str] = []
        while parts:
            for count in range(len(parts), 0, -1):
                known = self._known(" ".join(parts[:count]))
                if known is not None:
                    break
            said.append(known if known is not None else parts[0])
            del parts[:count]
        return _joined(said)

    def _known(self, text: str) -> str | None:
        exact = self._texts.get(text)
        if exact is not None and "{" not in text:
            return exact
        if len(text) > _LONGEST:
            return None
        for template, translation in self._templates:
            filling = template.filling(text)
            if filling is not None:
                values = {
                    hole.key: value if hole.is_quoted else self.say(value)
                    for hole, value in zip(template.holes, filling, strict=True)
                }
                return fill(translation, values)
        return None

    @cached_property
    def _templates(self) -> list[tuple[Template, str]]:
        """Those with holes, the surest first."""
        parsed = ((parse_template(key), text) for key, text in self._texts.items() if "{" in key)
        usable = [pair for pair in parsed if pair[0].weight >= _FEWEST_LETTERS]
        return sorted(usable, key=lambda pair: -pair[0].weight)


def _joined(sentences: list[str]) -> str:
    """Return sentences in a row: a Japanese one needs no space behind it."""
    text = ""
    for sentence in sentences:
        text += sentence if not text or text[-1] in "。：」" else f" {sentence}"
    return text


#: The language of the code.
ENGLISH = Language("en", {})
