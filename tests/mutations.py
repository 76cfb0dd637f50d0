"""Strategies that change what is valid at a few places: bytes, parts of packages, JSON values."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

#: For tests that always run: the same few cases each time, however slow the machine is.
ALWAYS = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

#: Texts that most often go wrong: formulas, escapes, controls, no characters, longer than a cell.
TRICKY_TEXTS = [
    *(
        "",
        " ",
        "\0",
        "\x1b[2J",
        "a\r\nb\x0b\x85\u2028c",
        "\u202eedoc",
        "\ud800",
        "\ufffe",
        "_x0000_",
    ),
    *('=1+1+cmd|"/C calc"!A1', "雨" * 40, "=" + "雨" * 40_000, "🌧" * 17_000, "]]>&lt;<![CDATA["),
]
TRICKY_NUMBERS = [-1, 0, 1, 2**53, 2**53 + 1, 2**63, 10**400, 0.1, 1e-320, 1e300, 1e308, -1e308]
TRICKY = [None, True, *TRICKY_NUMBERS, *TRICKY_TEXTS, [], [[]], {}]
#: Any plain JSON value.
ANYTHING = st.sampled_from(TRICKY).map(copy.deepcopy) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)
_OF_KIND = {
    str: st.sampled_from(TRICKY_TEXTS) | st.text(),
    int: st.sampled_from(TRICKY_NUMBERS) | st.integers(-5, 5),
    float: st.sampled_from(TRICKY_NUMBERS) | st.floats(allow_nan=False),
}

#: Bytes that break what they are put into: controls, marks, encodings that do not go together.
_TRICKY_BYTES = [
    *(bytes([byte]) for byte in b'\0\r\x0c\x1b\x80\xff"<&%='),
    *(b"\x1b[31m", b"\x1b$B"),
    *(b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbf\xbe", b"&#0;", b"&#xD800;", b"&#x1b;"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", "雨の港\n".encode("utf-16"), b"(" * 3000),
    *("雨の港で待つ。".encode(name) for name in ("utf-8", "cp932", "euc_jp", "iso2022_jp")),
    *("Größe €5 “so”".encode(name) for name in ("utf-8", "cp1252")),
]
_TRICKY_TOKENS = [
    *(b"", b"-1", b"0", b"1", b"65536", b"1048577", b"99999999999999999999", b"1e999", b"NaN"),
    *(b'""', b'"\x07"', b'"rId99"', b'"../../../a"', b'"2024-13-45"', b'"A1:XFD1048576"'),
]
#: What most formats are made of: tags, or else values in quotation marks, numbers and words.
_TOKENS = [
    re.compile(rb"<[^<>]{1,300}>"),
    re.compile(rb'"[^"<>]{0,80}"|(?<=>)[^<>]{1,300}(?=<)|\d+|/?[A-Za-z:]{2,40}'),
]
#: Parts of Office files that hold looks and lists of parts.
_BESIDE = re.compile(
    "theme|slideLayout|slideMaster|notesMaster|docProps|settings|thumbnail|fontTable|rels|Content_"
)
_ENCODINGS = ["utf-8", "utf-16", "utf-16-le", "utf-32", "cp932", "euc_jp", "cp1252", "utf-7"]


@st.composite
def mutated_bytes(draw: st.DrawFn, data: bytes, *, keeps_form: bool = False) -> bytes:
    """The bytes with up to three places changed; XML mostly stays XML if it keeps its form."""
    changes = _CHANGES + 10 * [_change_token] if keeps_form else _CHANGES
    for _ in range(draw(st.integers(1, 3))):
        data = draw(st.sampled_from(changes))(draw, data)
    return data


@st.composite
def mutated_package(draw: st.DrawFn, data: bytes) -> bytes:
    """An Office file with up to three parts changed, lost or exchanged."""
    with ZipFile(BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(_words_first(parts)))
        how = draw(st.sampled_from(["change"] * 8 + ["lose", "exchange"]))
        if how == "change":
            parts[name] = draw(mutated_bytes(parts[name], keeps_form=True))
        elif how == "exchange":
            parts[name] = parts[draw(st.sampled_from(sorted(parts)))]
        elif len(parts) > 1:
            del parts[name]
    packed = _packed(parts)
    return draw(mutated_bytes(packed)) if draw(st.integers(0, 9)) == 0 else packed


def _words_first(parts: Iterable[str]) -> list[str]:
    """Name those parts more often that hold more than looks and lists of parts."""
    names = sorted(parts)
    return 9 * [name for name in names if not _BESIDE.search(name)] + names


def _packed(parts: dict[str, bytes]) -> bytes:
    data = BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return data.getvalue()


def _span(draw: st.DrawFn, data: bytes, longest: int = 400) -> tuple[int, int]:
    start = draw(st.integers(0, len(data)))
    return start, min(len(data), start + draw(st.integers(1, longest)))


def _flip(draw: st.DrawFn, data: bytes) -> bytes:
    start, _ = _span(draw, data)
    found = data[start : start + 1]
    return (
        data[:start] + bytes(byte ^ draw(st.integers(1, 255)) for byte in found) + data[start + 1 :]
    )


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = _span(draw, data)
    return data[:start] + data[end:]


def _cut_off(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: _span(draw, data)[0]]


def _repeat(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = _span(draw, data)
    return data[:end] + data[start:end] * draw(st.sampled_from([1, 2, 40, 1000])) + data[end:]


def _insert(draw: st.DrawFn, data: bytes) -> bytes:
    start, _ = _span(draw, data)
    return (
        data[:start] + draw(st.sampled_from(_TRICKY_BYTES) | st.binary(max_size=8)) + data[start:]
    )


def _move(draw: st.DrawFn, data: bytes) -> bytes:
    (start, end), (place, _) = _span(draw, data), _span(draw, data)
    return data[:place] + data[start:end] + data[place:]


def _change_token(draw: st.DrawFn, data: bytes) -> bytes:
    """Put another value, or one that stands elsewhere, where a value stands."""
    found = list(draw(st.sampled_from(_TOKENS)).finditer(data))
    if not found:
        return data
    old, other = draw(st.sampled_from(found)), draw(st.sampled_from(found))
    new = draw(st.sampled_from([*_TRICKY_TOKENS, other[0], old[0] * 2, old[0] * 1000]))
    return data[: old.start()] + new + data[old.end() :]


def _change_encoding(draw: st.DrawFn, data: bytes) -> bytes:
    """Say what stands behind some place in another encoding."""
    start = draw(st.sampled_from([0, len(data) // 2]))
    text = data[start:].decode("utf-8", "replace")
    return data[:start] + text.encode(draw(st.sampled_from(_ENCODINGS)), "replace")


_CHANGES = [
    *(_flip, _cut, _cut_off, _repeat, _insert, _move, _change_encoding),
    *(_change_token, _change_token, _change_token),
]


_HOW = ["resemble"] * 6 + ["replace", "remove", "repeat"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all values inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for step, part in inside:
        found.append((*path, step))
        if isinstance(part, dict | list):
            found += places(part, (*path, step))
    return found


@st.composite
def mutated(draw: st.DrawFn, plain: Any) -> Any:
    """A JSON value in which up to three values were replaced, removed or repeated."""
    plain = copy.deepcopy(plain)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(plain) or [()]))
        if not path:
            break
        holder = plain
        for step in path[:-1]:
            holder = holder[step]
        how = draw(st.sampled_from(_HOW))
        if how == "remove":
            del holder[path[-1]]
        elif how == "repeat" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[path[-1]]))
        else:
            like = _OF_KIND.get(type(holder[path[-1]]), ANYTHING)
            holder[path[-1]] = draw(like if how == "resemble" else ANYTHING)
    return plain
