"""Signs of fonts whose letters are pictures, as the characters that they show."""

from __future__ import annotations

#: The font Symbol from 0x20 on, and from 0xA0 on (Adobe's table of its encoding).
_SYMBOL_LOW = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"
    "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
)
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"
_SYMBOL_END = "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"  # from 0xF1 on; 0xF0 is an apple

_SYMBOL = {
    **dict(enumerate(_SYMBOL_LOW, start=0x20)),
    **dict(enumerate(_SYMBOL_HIGH, start=0xA0)),
    **dict(enumerate(_SYMBOL_END, start=0xF1)),
}
#: Of the hundreds in Wingdings those that carry a meaning in text.
_WINGDINGS = {
    0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑",
    0x75: "◆", 0x9F: "•", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑",
    0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0xA3: "☐"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
_PRIVATE = range(0xF000, 0xF100)  # where Word puts the letters of such fonts


def shown_sign(code: int, font: str) -> str:
    """Return what a letter of a font looks like; nothing if that is not known.

    :param code: as it stands in the file, from 0x20 or from 0xF020 on.
    """
    signs = _FONTS.get(font.strip().lower())
    if signs is not None:
        return signs.get(code & 0xFF, "") if code < 0x100 or code in _PRIVATE else chr(code)
    return "" if 0xE000 <= code < 0xF900 or not 0x20 <= code < 0xD800 else chr(code)


def shown_text(text: str, font: str) -> str:
    """Return a text with the signs of such a font as what they look like."""
    if font.strip().lower() not in _FONTS:
        return text
    codes = ((letter, ord(letter)) for letter in text)
    return "".join(shown_sign(code, font) if code in _PRIVATE else letter for letter, code in codes)
