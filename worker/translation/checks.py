"""Translations compared with their texts, mechanically: what is no longer there, what came along.

A mark is no proof of a fault: a name may rightly be another one in another language. It says where
to look.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from worker.answering.citations import CITATION, numbers_of
from worker.answering.names import KnownNames, names_in
from worker.answering.numbers import numbers_in, values_in
from worker.contract import Translation, text_key
from worker.contract.translation import Flaw
from worker.language import is_japanese, names_japanese
from worker.picture_text import display_width
from worker.translation.base import Said

_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’-][A-Za-z\u00c0-\u024f]+)*")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_END = re.compile(r"[.!?。！？…][\"'”’»)\]）」』］】\s]*(?:\[[\d,\s–-]+\]\s*)?$")

#: A translation that is shorter than this part of its text lacks something. A character of Chinese
#: or Japanese, which is two columns wide, says what takes others two.
_LEAST = 1 / 3
#: Of so many words, or Japanese letters, a text has enough to tell its language by.
_ENOUGH_WORDS, _ENOUGH_LETTERS = 5, 8

_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALED = re.compile(rf"(?<![\d.,])(\d+(?:[.,]\d+)*)[\s-]*({'|'.join(_SCALES)})\b", re.IGNORECASE)


def checked(text: str, said: Said, language: str) -> Translation:
    """Return a translation of a text into a language, with all that is to be said of it."""
    there = said.text
    missing = [*_numbers(text, there), *_marks(text, there), *_names(text, there)]
    added = [*_numbers(there, text), *_marks(there, text)]
    return Translation(
        of=text_key(text),
        text=there,
        missing=tuple(dict.fromkeys(missing)),
        added=tuple(dict.fromkeys(added)),
        flaws=tuple(_flaws(text, said, language)),
    )


def _numbers(text: str, other: str) -> list[str]:
    """Return the numbers of a text that another has in no signs."""
    text, other = _in_digits(text), _in_digits(other)
    known = set(values_in(other))
    return [number.written for number in numbers_in(text) if not number.values & known]


def _in_digits(text: str) -> str:
    """Return a text with 3.2 million as 3200000, as other languages count in other steps."""
    return _SCALED.sub(lambda match: _scaled(match[1], _SCALES[match[2].lower()]), text)


def _scaled(number: str, scale: int) -> str:
    whole, _, decimals = number.replace(",", "").partition(".")
    if "." in decimals:
        return f"{number} {scale}"
    return str(int(whole + decimals) * scale // 10 ** len(decimals))


def _marks(text: str, other: str) -> list[str]:
    """Return the citations of a text that another lacks."""
    known = set(_cited(other))
    return [f"[{number}]" for number in _cited(text) if number not in known]


def _cited(text: str) -> Iterator[int]:
    for match in CITATION.finditer(text):
        yield from numbers_of(match["numbers"])


def _names(text: str, other: str) -> Iterator[str]:
    """Yield the names of a text in Latin letters that another lacks, whatever their endings.

    A text in another script spells names in its own way, and is not asked for them.
    """
    if _is_in_another_script(other):
        return
    known = KnownNames([" ".join(_LATIN_WORD.findall(other))])
    for name in _latin_names(text):
        if missing := [word for word in name if word not in known]:
            yield " ".join(missing)


def _is_in_another_script(text: str) -> bool:
    """Say whether a third of a text's letters, or more, are not Latin; cf. `mostly_japanese`."""
    letters, latin = len(_LETTER.findall(text)), len("".join(_LATIN_WORD.findall(text)))
    return 0 < letters <= 3 * (letters - latin)


def _latin_names(text: str) -> list[tuple[str, ...]]:
    if is_japanese(text):  # words in Latin letters are names there, or as good as names
        words = _LATIN_WORD.findall(unicodedata.normalize("NFKC", text))
        return [(word,) for word in words if len(word) > 1]
    return [name for name in names_in(text) if all(map(_LATIN_WORD.fullmatch, name))]


def _flaws(text: str, said: Said, language: str) -> Iterator[Flaw]:
    if display_width(said.text) < _LEAST * display_width(text):
        yield "short"
    if said.cut or (_END.search(text.rstrip()) and not _END.search(said.text.rstrip())):
        yield "cut"
    if _is_unchanged(text, said.text, language):
        yield "unchanged"


def _is_unchanged(text: str, other: str, language: str) -> bool:
    """Say whether a translation is in another language than was asked for, as far as can be told.

    Half of a translation's words that stand in its text, too, are more than its names.
    """
    if names_japanese(language):
        return len(_LETTER.findall(other)) >= _ENOUGH_LETTERS and not is_japanese(other)
    if is_japanese(text):
        return is_japanese(other)
    words = [word.casefold() for word in _WORD.findall(other)]
    own = {word.casefold() for word in _WORD.findall(text)}
    return len(words) >= _ENOUGH_WORDS and 2 * sum(word in own for word in words) > len(words)
