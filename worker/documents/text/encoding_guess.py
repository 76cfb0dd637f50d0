"""Guessing an encoding: that in which the bytes are the likeliest text of some language.

All candidates read the same bytes, so what they cost can be compared: about -log2 of how often a
language writes each character, summed over a sample. What no text holds (controls, private use,
unassigned) and what does not go together in a word (two scripts, a capital, a sign) costs more.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from worker.documents.text.common_characters import HANGUL, HANZI, KANA, KANJI, TRADITIONAL

_SAMPLE = 50_000  # bytes; a language shows in far fewer

# Costs in bits.
_ASCII = 5.0
_COMMON_SIGN = 8.0
_SIGN = 14.0
_OTHER_LETTER = 14.0
_NO_TEXT = 40.0
_MISFIT = 8.0
_CAPITAL = 2.0
_GLUED = 3.0  # an Eastern letter right behind a small Latin one: "cm以上" is rarer than "Mitti俊e"
_EVERYDAY, _RARE, _RAREST = 13.5, 18.5, 23.0  # characters of large scripts, by their standard

_COMMON_SIGNS = frozenset(
    "“”‘’„‚«»–—…€£§°·•™©®\xa0¿¡±×²³½µ、。・「」（），：；？！　．％￥〇々①②③④⑤㈱№"
)
_WITHIN_WORDS = frozenset("’·\xa0\xad")  # signs that may stand between two letters
_AFTER_WORDS = frozenset("®™¹²³")  # signs that stand before none
_HALF_KATAKANA = "".join(map(chr, range(0xFF61, 0xFFA0)))
_OWN = "".join(map(chr, range(0xE000, 0xE758)))  # for characters that an office has made itself
_WIDE = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_EASTERN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "FULLWIDTH"})
_TOGETHER = _EASTERN | {"LATIN"}  # scripts of which two may share a word
_BESIDE_DIGITS = _EASTERN | {"HALFWIDTH"}


@dataclass(frozen=True)
class Language:
    """What a language's characters besides ASCII cost, and the encodings it is found in.

    `other` says what a letter costs that is not in `bits`; `prior` is what the language itself
    costs: those that this program is made for cost nothing.
    """

    bits: dict[str, float]
    codecs: tuple[str, ...]
    other: Callable[[str], float] = lambda _: _OTHER_LETTER
    prior: float = 3.0

    def cost(self, character: str) -> float:
        """Return what a character costs as part of a text in this language."""
        if character < "\x80":
            return _ASCII
        bits = self.bits.get(character) or self.bits.get(character.lower())
        if bits is not None:
            return bits
        if character in _COMMON_SIGNS:
            return _COMMON_SIGN
        category = unicodedata.category(character)
        if category in ("Cc", "Cn", "Co", "Cs"):
            return _NO_TEXT
        return self.other(character) if category[0] == "L" else _SIGN


def likeliest(data: bytes) -> Iterator[str]:
    """Yield the names of Python's codecs, that of the likeliest reading first."""
    sample = _telling_lines(data)
    texts = {
        codec: sample.decode(codec, "surrogateescape")
        for codec in dict.fromkeys(codec for language in LANGUAGES for codec in language.codecs)
    }
    costs: dict[str, float] = {}
    for codec, text in texts.items():
        misfits, characters = _misfits(text), Counter(text)
        costs[codec] = misfits + min(
            language.prior + sum(n * language.cost(one) for one, n in characters.items())
            for language in LANGUAGES
            if codec in language.codecs
        )
    yield from sorted(costs, key=lambda codec: costs[codec])


def _telling_lines(data: bytes) -> bytes:
    """Return a sample: the first lines that are not ASCII alone."""
    lines, length = [], 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line[: _SAMPLE - length])
            length += len(lines[-1])
        if length >= _SAMPLE:
            break
    return b"\n".join(lines)


def _misfits(text: str) -> float:
    """Return what the neighbours in a text cost that do not go together in a word."""
    padded = f" {text} "
    windows = Counter(zip(padded, padded[1:], padded[2:], strict=False))
    return sum(
        count * _misfit(*window) for window, count in windows.items() if max(window) > "\x7f"
    )


def _misfit(before: str, character: str, after: str) -> float:
    """Return what a character costs for standing between these two."""
    if not character.isalpha():
        return _MISFIT if _strange_sign(before, character, after) else 0.0
    cost, script = 0.0, _script(character)
    if character > "\x7f" and character.isupper() and not before.isupper():
        cost += _MISFIT if before.islower() else _CAPITAL
    if before.isalpha() and not {_script(before), script} <= _TOGETHER:
        cost += _MISFIT if _script(before) != script else 0.0
    if script in _EASTERN and "a" <= before <= "z":
        cost += _GLUED
    if script == "HALFWIDTH" and script not in (_script(before), _script(after)):
        cost += _MISFIT
    if (
        character > "\x7f"
        and (before.isdigit() or after.isdigit())
        and script not in _BESIDE_DIGITS
    ):
        cost += _MISFIT
    return cost


def _strange_sign(before: str, sign: str, after: str) -> bool:
    """Say whether a sign stands inside a word, or before one, where it never does."""
    if sign < "\x80" or not after.isalpha() or _is_eastern(before) or _is_eastern(after):
        return False
    if unicodedata.category(sign) == "Mn":  # a vowel or tone of Thai, Hebrew or Arabic
        return False
    return sign in _AFTER_WORDS or (before.isalpha() and sign not in _WITHIN_WORDS)


def _is_eastern(character: str) -> bool:
    return character.isalpha() and _script(character) in _EASTERN


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """Return the script of a letter by its name in Unicode: LATIN, CYRILLIC, CJK or another."""
    return unicodedata.name(character, "NONE").split()[0]


def _ranked(letters: str, first: float, step: float) -> dict[str, float]:
    """Return costs that rise by a step from each letter to the next, rarer one."""
    return {letter: first + step * rank for rank, letter in enumerate(dict.fromkeys(letters))}


def _standard(codec: str, everyday: range) -> Callable[[str], float]:
    """Return what a character costs by the place that a national standard gives it.

    :param everyday: the first bytes of the characters that the standard holds for common.
    """

    def cost(character: str) -> float:
        try:
            code = character.encode(codec)
        except UnicodeEncodeError:
            return _RAREST
        if len(code) < 2 or _script(character) not in _EASTERN:
            return _OTHER_LETTER
        return _EVERYDAY if code[0] in everyday else _RARE

    return cost


def _accented(letters: str, *codecs: str, prior: float = 3.0) -> Language:
    return Language(_ranked(letters, 6.0, 0.35), codecs, prior=prior)


def _alphabet(letters: str, *codecs: str) -> Language:
    return Language(_ranked(letters, 3.5, 0.2), codecs)


_WEST = ("cp1252", "mac_roman", "cp850")
_EAST = ("cp1250", "iso8859-2")
_CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5", "mac_cyrillic", "cp855")
_JAPANESE = (
    _ranked(KANJI, 10.0, 0.0)
    | _ranked(KANA, 6.0, 0.01)
    | _ranked(_HALF_KATAKANA, 6.0, 0.0)
    | _ranked(_WIDE, 9.0, 0.0)
    | _ranked(_OWN, 20.0, 0.0)
)

LANGUAGES = (
    Language(_JAPANESE, ("cp932", "euc_jis_2004"), _standard("euc_jp", range(0xB0, 0xD0)), 0.0),
    _accented("éèñü", "cp1252", prior=0.0),  # English
    _accented("éàèêçôâîùûëïœü", *_WEST),
    _accented("üäöß", *_WEST),
    _accented("éóíáñúü", *_WEST),
    _accented("ãçáéõíóâêúàô", *_WEST),
    _accented("àèéìòù", *_WEST),
    _accented("ëïéöüè", *_WEST),
    _accented("åäöéøæ", *_WEST),
    _accented("ðáíúéþóæýö", *_WEST),
    _accented("íáéěřčšžýůúóťďň", *_EAST),
    _accented("áíéúýčžľšťôňóäďĺŕ", *_EAST),
    _accented("łęąóśżćńź", *_EAST),
    _accented("éáöóőüíűú", *_EAST),
    _accented("ăîâşţ", *_EAST),
    _accented("čšžćđ", *_EAST),
    _accented("ıüşğçöiâ", "cp1254"),
    _accented("ėšųžįąūčę", "cp1257"),
    _accented("āīēšņūļžķčģ", "cp1257"),
    _accented("äõüöšž", "cp1257"),
    _alphabet("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", *_CYRILLIC),
    _alphabet("оаніирвтесклудмпзяьбгйчхцїюжшєщґф", *_CYRILLIC),
    _alphabet("ατοιενρσκηπςυμλίόάγέδήωχθύφβώξζψ", "cp1253", "iso8859-7"),
    _alphabet("יוהלרבתמאשנעםדקחפסכגטצןזךףץ", "cp1255"),
    _alphabet("اليمونرتبةعدسفهكقأحجشطصىخإضذثغئزظءآؤ", "cp1256", "iso8859-6"),
    _alphabet("านรอกเงมยลวดทสต่้ะปบคิหแจพชขใีึืุูโไ์ั็ธณซษศถผภฝฟญ", "cp874"),
    Language(_ranked(HANZI, 9.8, 0.0), ("gb18030",), _standard("gb2312", range(0xB0, 0xD8))),
    Language(_ranked(TRADITIONAL, 9.8, 0.0), ("big5hkscs",), _standard("big5", range(0xA4, 0xC7))),
    Language(_ranked(HANGUL, 8.8, 0.0), ("cp949",), _standard("euc_kr", range(0xB0, 0xC9))),
)
