"""Text that others wrote, as it may stand in a prompt: it reads the same and marks nothing.

In a prompt some signs say who speaks and what is what: a number in square brackets begins a
passage, a word with a colon begins a turn or a part of the frame, a word in angle brackets is a
token by which a tokenizer ends a turn, and a blank line ends a block. Which words those are differs
from model to model, and a stranger may spell them in any way. So none of these signs is left to a
text from outside, whatever it marks there: brackets become round ones, a colon that ends a short
beginning becomes a dash, and its lines follow one another without a blank one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection

#: Brackets that mark nothing: round and curly ones, and those that are quotation marks.
_OWN_BRACKETS = frozenset("(){}「」『』｢｣‚„〝〞〟")

#: Round brackets, by the category of those they stand for and by their angle.
_ROUND = {"Ps": "(", "Pe": ")", "<": "(", ">": ")"}

#: Signs that look like one that marks something, and have no shape of their own in Unicode's eyes.
_LOOKS_LIKE = {
    **dict.fromkeys("‹˂ᐸ≺⋖≪", "<"),
    **dict.fromkeys("›˃ᐳ≻⋗≫", ">"),
    **dict.fromkeys("¦│┃∣ǀ❘⏐", "|"),
    **dict.fromkeys("ː˸꞉∶︰։׃᛬", ":"),
    **dict.fromkeys("♯⌗", "#"),
    **dict(zip("АВЕКМНОРСТУХІЅаеорсухіѕ", "ABEKMHOPCTYXISaeopcyxis", strict=True)),
}

#: Letters and marks that take no room; those of the category Cf are not named here.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(code) for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for code in range(first, last + 1)
}  # fmt: skip

#: What may be the name of a token: in angle brackets of any number, in such turned round, as
#: Falcon has them, and half of one with a bar.
_TAGS = (
    re.compile(r"(?:<\s{0,3}){0,3}<([^<>]{1,60})>(?:\s{0,3}>){0,3}"),
    re.compile(r">\s{0,3}>(\w[^<>\n]{0,40})<\s{0,3}<"),
    re.compile(r"()(?:<(?=\s*\|)|(?<=\|)\s*>)"),
)
#: Words that are the name of a token though somebody put spaces between or around them.
_SPACED_NAME = re.compile(
    r"/?(?:start|begin|end|bo|eo|im)?(?:of)?"
    r"(?:turn|text|sentence|message|header|start|end|system|sys|user|human|assistant|model|bot)"
    r"(?:id|prompt|message)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[\w:./|-]*[^\W\d][\w:./|-]*")

#: No mark is the colon of a time of day, of a drive, or of an address.
_OTHER_COLON = r"(?!(?<=\d):\d\d|(?<=\b[a-z]):\\|(?:(?<=http)|(?<=https)|(?<=ftp)|(?<=file))://)"
_COLONS = r"(:(?:[^\w:]{0,4}:)*)"

#: Each with the sign that is replaced as its group, and by what.
_MARKS = (
    (re.compile(r"(#(?:\s*#)+\s*|^\s*#\s+)"), ""),
    # A short beginning of a line that a colon ends.
    (
        re.compile(
            r"^(?:\d{1,3}[.)]|[^\w:])*(?:\w{1,30}(?:[^\w:]{1,3}\w{1,30}){0,3}[^\w:]{0,4})?"
            rf"{_OTHER_COLON}{_COLONS}",
            re.IGNORECASE,
        ),
        " –",
    ),
    # Those who speak, for layouts that have their marks within a line, as Vicuna's.
    (
        re.compile(
            r"\b(?:user|human|assistant|system|bot|gpt|chatgpt|ai)[^\w:]{0,4}" + _COLONS,
            re.IGNORECASE,
        ),
        " –",
    ),
)

#: As many letters of a line of the frame as nobody begins a line with by chance.
_RECOGNISED = 24


class _Signs(dict[int, str]):
    """A table for `str.translate` that is filled as signs come along."""

    def __init__(self, of: Callable[[str], str]) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, code: int) -> str:
        self[code] = self._of(chr(code))
        return self[code]


def _seen(sign: str) -> str:
    """Return what is seen of a sign, with round brackets for those that mark something."""
    category, shape = unicodedata.category(sign), unicodedata.normalize("NFKC", sign)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    if category == "Cf" or sign in _UNSEEN:
        return ""
    if category == "Cc" and sign not in "\n\t":
        return " "
    if category in _ROUND and not {sign, shape} & _OWN_BRACKETS:
        return _ROUND[category]
    return sign


def _shape(sign: str) -> str:
    """Return the one plain sign that a sign looks like."""
    if unicodedata.category(sign) == "Mn":
        return "_"  # a mark on a letter is a part of its word
    plain = unicodedata.normalize("NFKC", sign)
    if len(plain) > 1:
        plain = " " if plain[0].isspace() else sign  # an accent that stands alone
    return _LOOKS_LIKE.get(sign) or _LOOKS_LIKE.get(plain) or plain


_SEEN, _SHAPE = _Signs(_seen), _Signs(_shape)


def harmless(text: str, frame: Collection[str] = ()) -> str:
    """Return a text with the same words that can pose as nothing else in a prompt.

    :param frame: how lines begin that only the prompt itself has, as `beginning` gives it; lines of
        the text that begin so are quoted.
    """
    seen = "\n".join(text.splitlines()).translate(_SEEN)
    lines = (_without_marks(line) for line in _without_tags(seen).split("\n"))
    return "\n".join(_quoted(line, frame) for line in lines if not _is_blank(line))


def beginning(line: str) -> str:
    """Return what a line is recognised by, however it is spaced or spelt."""
    return "".join(line.translate(_SHAPE).casefold().split())[:_RECOGNISED]


def _is_blank(line: str) -> bool:
    return not line.translate(_SHAPE).replace("_", "").strip()


def _quoted(line: str, frame: Collection[str]) -> str:
    begins = beginning(line)
    return f"> {line}" if any(begins.startswith(own) for own in frame) else line


def _without_tags(text: str) -> str:
    """Return a text with round brackets about what may be the name of a token."""
    signs, shape = list(text), text.translate(_SHAPE)
    for tag in _TAGS:
        for match in tag.finditer(shape):
            if _is_tag(match[1]):
                for place in range(*match.span()):
                    signs[place] = _ROUND.get(shape[place], signs[place])
    return "".join(signs)


def _is_tag(inner: str) -> bool:
    """Say whether what stands between angle brackets is a name, and no part of a comparison."""
    name = inner.strip()
    if not name or "|" in name or "=" in name or name[0] in "/!?" or _NAME.fullmatch(name):
        return True
    return bool(_SPACED_NAME.fullmatch(re.sub(r"[\s_]", "", name)))


def _without_marks(line: str) -> str:
    """Return a line that begins neither a turn nor a part of the frame, nor holds a speaker's."""
    for mark, instead in _MARKS:
        places = [match.span(1) for match in mark.finditer(line.translate(_SHAPE))]
        for start, end in reversed(places):
            line = line[:start] + instead + line[end:]
    return line
