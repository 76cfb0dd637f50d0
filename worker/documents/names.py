"""Names of files: how one is written everywhere, and what one that is no text may have been.

Linux takes any bytes for a name. An archive that was packed on a Japanese Windows leaves names in
its own encoding there, which are no text to anybody else: no store, wire or sheet takes them.
"""

from __future__ import annotations

import os
import re
from pathlib import PurePath

#: Control characters, bytes and halves of characters that are no text, and the two code points
#: that XML does not know.
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SYSTEMS = {"cp932": "a Japanese Windows", "cp1252": "a Western Windows"}
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_KANJI = re.compile("[\u4e00-\u9fff]")


def readable(name: str) -> str:
    r"""Return a name with an escape (`\x83`, `\ud83d`) for each character that is no text."""
    return _UNREADABLE.sub(lambda found: _escape(ord(found[0])), name)


def name_reading(path: PurePath) -> str:
    """Say how a name may have read where it was made; empty if it is text, or nobody knows."""
    if readable(path.name) == path.name:
        return ""
    for encoding, system in _SYSTEMS.items():
        try:
            meant = os.fsencode(path.name).decode(encoding)
        except UnicodeError:
            continue
        if _is_likely(meant, encoding):
            return f"name: {meant}, as {system} has it"
    return ""


def _is_likely(meant: str, encoding: str) -> bool:
    """Say whether a name is text; what is Japanese by chance alone has no kana, and few kanji."""
    japanese = bool(_KANA.search(meant)) or len(_KANJI.findall(meant)) > 1
    return readable(meant) == meant and (japanese or encoding != "cp932")


def _escape(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as Python keeps it in names
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
