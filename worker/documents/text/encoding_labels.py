"""What a label such as "iso-8859-1" means: what browsers take it for (WHATWG Encoding Standard)."""

from __future__ import annotations

import codecs
import re

#: Python's codecs, and those that hold what files under such a label really have in them.
_AS_BROWSERS = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_jp": "euc_jis_2004",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso2022_jp": "iso2022_jp_ext",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "tis-620": "cp874",
    # A label that can be read is in an encoding of single bytes.
    "utf-16": "utf-8",
    "utf-16-be": "utf-8",
    "utf-16-le": "utf-8",
    "utf-32": "utf-8",
}
#: Of what Python calls an encoding, what a file may be labelled with.
_OF_TEXT = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|koi8-.|mac[-_]\w+|big5hkscs|euc_jis_2004|gb18030|iso2022_jp_ext"
)
#: Labels that Python does not know, as ones that it does.
_OTHER_LABELS = {
    "cn-big5": "big5",
    "cseuckr": "euc-kr",
    "dos-874": "cp874",
    "gb_2312": "gbk",
    "gb_2312-80": "gbk",
    "iso-8859-6-e": "iso-8859-6",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-8-i": "iso-8859-8",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8-ru": "koi8-u",
    "ks_c_5601-1989": "euc-kr",
    "ksc_5601": "euc-kr",
    "mac": "mac_roman",
    "unicode": "utf-16",
    "unicode-1-1-utf-8": "utf-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-949": "cp949",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman",
    "x-mac-ukrainian": "mac_cyrillic",
    "x-user-defined": "cp1252",
}
_RUN_TOGETHER = re.compile(r"^iso8859(\d+)$")  # iso88591
_SHOWN = {
    "big5hkscs": "Big5",
    "cp850": "IBM850",
    "cp855": "IBM855",
    "cp866": "IBM866",
    "cp874": "windows-874",
    "cp932": "Shift_JIS",
    "cp949": "EUC-KR",
    "euc_jis_2004": "EUC-JP",
    "iso2022_jp_ext": "ISO-2022-JP",
    "iso2022_kr": "ISO-2022-KR",
    "mac_cyrillic": "Mac Cyrillic",
    "mac_roman": "Mac Roman",
    "mac-roman": "Mac Roman",
    "utf-8-sig": "UTF-8",
}


def codec_of(label: str) -> str | None:
    """Return the name of Python's codec for a label, or None if nobody knows the label."""
    label = _RUN_TOGETHER.sub(r"iso-8859-\1", label.strip().lower())
    for name in (_OTHER_LABELS.get(label, label), label.removeprefix("x-")):
        try:
            codec = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        codec = _AS_BROWSERS.get(codec, codec)
        if _OF_TEXT.fullmatch(codec):
            return codec
    return None


def shown(codec: str) -> str:
    """Return what people call the encoding that one of Python's codecs reads."""
    if codec.startswith("cp125"):
        return f"windows-{codec[2:]}"
    name = codec.upper().replace("ISO8859", "ISO-8859")
    return _SHOWN.get(codec, name.removesuffix("-LE").removesuffix("-BE"))
