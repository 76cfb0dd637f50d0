"""A language: English texts in, the same in that language out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache

from xl_addin.language.template import Template, fill, parse_template

_FEWEST_LETTERS = 4  # a template of fewer, that begins with a hole, is anybody's text
_LONGEST = 4000  # characters of a line that may be one of ours
_SENTENCES = re.compile(r"(?<=[.!?:;？。]) +")
_BREAK = re.compile("[,:;.] ")
_STOPS = {":": ":", ";": ";", ".": "。"}
_CLOSED = "。：」）"  # marks that need no space behind them

#: Says a text in a language.
Say = Callable[[str], str]


class Language:
    """Says texts of this program in one language; whatever it does not know stays as it is.

    :param name: as in the setting 'Language', such as ja.
    :param texts: what stands for each English text; holes as in `xl_addin.language.template`.
    """

    def __init__(self, name: str, texts: Mapping[str, str]) -> None:
        self.name = name
        self._texts = texts
        self.say: Say = lru_cache(maxsize=4096)(self._say) if texts else str

    def translated(self, template: str) -> str:
        """Return the translation of a text whose holes are still to be filled."""
        return self._texts.get(template, template)

    def _say(self, text: str) -> str:
        """Return a text in this language: a whole one, or lines and sentences of several."""
        if text in self._plain:
            return self._plain[text]
        if "\n" in text:
            return "\n".join(map(self.say, text.split("\n")))
        core = text.strip()
        if core == text:
            whole = None if _SENTENCES.search(text) else self._known(text)
            return whole or self._listed(text) or self._sentences(text)
        whole = self._known(text) if core else text
        return text.replace(core, self.say(core)) if whole is None else whole

    def _listed(self, text: str) -> str:
        """Return a list with commas, if each of its parts is known."""
        said = [self._known(part) for part in text.split(", ")]
        known = [part for part in said if part is not None]
        return "、".join(known) if len(known) == len(said) > 1 else ""

    def _sentences(self, text: str) -> str:
        """Say sentences that stand one behind the other: as few at once as are known as one."""
        parts = _SENTENCES.split(text)
        said: list[str] = []
        while parts:
            # Behind a heading stands whatever is said: it is one sentence with the next at most.
            most = 2 if parts[0] in self._headings else len(parts)
            for count in range(1, min(most, len(parts)) + 1):
                known = self._known(" ".join(parts[:count]))
                if known is not None:
                    break
            else:
                count, known = 1, self._heading(parts[0])
            said.append(known)
            del parts[:count]
        return _joined(said)

    def _heading(self, part: str) -> str:
        """Say what stands before a colon, a semicolon in a row of remarks, or a full stop."""
        if part in self._headings:
            return self._headings[part]
        stop = _STOPS.get(part[-1:])
        said = stop and (self._listed(part[:-1]) or self._known(part[:-1]))
        return f"{said}{stop}" if said else part

    def _known(self, text: str) -> str | None:
        if text in self._plain:
            return self._plain[text]
        if len(text) > _LONGEST:
            return None
        for template, translation in self._templates:
            filling = template.filling(text)
            if filling is not None and not _is_swallowed(template, filling):
                names = {hole.key for hole in parse_template(translation).holes if hole.is_quoted}
                values = {
                    hole.key: value if hole.is_quoted or hole.key in names else self.say(value)
                    for hole, value in zip(template.holes, filling, strict=True)
                }
                return fill(translation, values)
        return None

    @cached_property
    def _parsed(self) -> list[tuple[Template, str, str]]:
        return [(parse_template(key), key, text) for key, text in self._texts.items()]

    @cached_property
    def _plain(self) -> dict[str, str]:
        """Those without holes."""
        return {key: text for template, key, text in self._parsed if not template.holes}

    @cached_property
    def _headings(self) -> dict[str, str]:
        """Those that stand before whatever is said: `Note: {}`. What follows is said by itself."""
        return {
            key.removesuffix(" {}"): text.removesuffix(" {}")
            for template, key, text in self._parsed
            if len(template.holes) == 1 and key.endswith(": {}") and text.endswith(": {}")
        }

    @cached_property
    def _templates(self) -> list[tuple[Template, str]]:
        """Those with holes, the surest first: they begin with words of their own, and have many."""
        usable = [
            (template, text)
            for template, key, text in self._parsed
            if template.holes
            and key.removesuffix(" {}") not in self._headings
            and (template.weight >= _FEWEST_LETTERS or template.literals[0])
        ]
        return sorted(usable, key=lambda pair: (not pair[0].literals[0], -pair[0].weight))


def _is_swallowed(template: Template, filling: Sequence[str]) -> bool:
    """Say whether what begins with a hole, as `{} answers`, was found behind a list or sentence."""
    if template.literals[0] or template.literals[1][:1] != " ":
        return False
    breaks = _BREAK if len(filling) == 1 else _SENTENCES
    return bool(breaks.search(filling[0]))


def _joined(sentences: list[str]) -> str:
    """Return sentences in a row."""
    text = ""
    for sentence in sentences:
        text += sentence if not text or text[-1] in _CLOSED else f" {sentence}"
    return text


#: The language of the code.
ENGLISH = Language("en", {})
