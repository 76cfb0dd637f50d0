"""Text from outside, made harmless for what shows it: a terminal, a log, a table of jobs.

A file name, a model's answer or the words of a server may hold characters that colour, clear or
retitle a terminal, write over what stands there, or turn the order of what is read.
"""

from __future__ import annotations

import logging
import re

from worker.addresses import masked

#: What drives a terminal or hides a line, and how it is shown instead: sign for character, so
#: that whatever counts on the length of a text goes on counting right.
_SIGNS = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "␡",
    **dict.fromkeys(range(0x80, 0xA0), "�"),  # ESC and a letter in one character, for some
    **dict.fromkeys((0x85, 0x2028, 0x2029), "␤"),  # ends of lines that few programs know
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�"),  # turn the order
    **dict.fromkeys(range(0xD800, 0xE000), "�"),  # halves of characters: no encoding has them
}
_IN_JSON = {code: "�" if 0xD800 <= code < 0xE000 else f"\\u{code:04x}" for code in _SIGNS}
_WINDOWS_LINE_END = re.compile("\r(?=\n)")


def visible(text: str) -> str:
    """Return `text` with a sign in place of each character that would drive what shows it.

    Those are the control characters but for line feed and tab, the overrides of the direction of
    writing, rare ends of lines, and halves of characters.
    """
    return _WINDOWS_LINE_END.sub("", text).translate(_SIGNS)


def visible_json(text: str) -> str:
    """Return JSON with the same meaning that drives nothing; halves of characters are signs."""
    return text.translate(_IN_JSON)


def one_entry(text: str) -> str:
    """Return `text` visible, its further lines indented: none of them can pose as an entry."""
    return visible(text).replace("\n", "\n  ")


class EntryFormatter(logging.Formatter):
    """Writes each record of a log as one entry."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry, without secrets of addresses."""
        return one_entry(masked(super().format(record)))
