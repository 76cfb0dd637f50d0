"""What is printed above and below the pages of a sheet, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

#: Codes in such texts (ECMA-376, part 1, 18.3.1.46): parts of the line, fields, and looks.
_PARTS = re.compile("&[LCR]")
_CODE = re.compile(r'&("[^"]*"?|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d+|&|.)', re.DOTALL)
_PAGE = re.compile("&[PN]")
_BESIDE_PAGE = 2  # words that only say what a page number is: "Page 1 of 3"


def margin_lines(element: Element) -> Iterator[str]:
    """Yield the words of headers and footers, given their element in the sheet; none twice.

    Fields such as the date of printing are filled when it is printed, and are no words of the file.
    """
    texts = [part for each in element for part in _PARTS.split(each.text or "")]
    yield from dict.fromkeys(filter(None, map(_words, texts)))


def _words(part: str) -> str:
    words = " ".join(_CODE.sub(_shown, part).split())
    of_pages = bool(_PAGE.search(part)) and len(re.findall(r"[^\W\d_]+", words)) <= _BESIDE_PAGE
    return "" if of_pages or not any(map(str.isalnum, words)) else words


def _shown(code: re.Match[str]) -> str:
    return "&" if code[1] == "&" else " "
