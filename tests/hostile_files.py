"""Documents that harm whoever reads them, made out of nothing: each is small and becomes large.

`share` is the part of the full size, which is meant for a limit of 1 GB and 60 seconds.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import repeat
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pptx
import xlsxwriter
from openpyxl import Workbook

_UNPACKED = 900_000_000  # bytes: less than what is refused for what the package says of itself
_BLOCK = 1_000_000


def _blocks(unit: bytes, size: float) -> Iterator[bytes]:
    """Yield a unit again and again, up to about a size."""
    block = unit * (_BLOCK // len(unit) + 1)
    return repeat(block, int(size // len(block)) + 1)


def _saved(document: Any) -> bytes:
    data = BytesIO()
    document.save(data)
    return data.getvalue()


def _package(
    plain: bytes, part: str, find: bytes, blocks: Iterator[bytes], *, wide: bool = False
) -> bytes:
    """Return an Office file with blocks put before the first `find` in one of its parts.

    :param wide: whether that may come to more than 2 GB.
    """
    packed = BytesIO()
    with (
        ZipFile(BytesIO(plain)) as source,
        ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            if name != part:
                target.writestr(name, source.read(name))
                continue
            head, found, tail = source.read(name).partition(find)
            with target.open(name, "w", force_zip64=wide) as out:
                out.write(head)
                out.writelines(blocks)
                out.write(found + tail)
    return packed.getvalue()


def word_bomb(share: float) -> bytes:
    """Paragraphs, each of which becomes some objects of a hundred bytes."""
    blocks = _blocks(b"<w:p><w:r><w:t>rain</w:t></w:r></w:p>", _UNPACKED * share)
    return _package(_saved(docx.Document()), "word/document.xml", b"<w:sectPr", blocks)


def word_with_entities(_share: float) -> bytes:
    """Entities of entities, in a part that Office would refuse."""
    packed = BytesIO()
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    with ZipFile(BytesIO(_saved(docx.Document()))) as source, ZipFile(packed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                declared = f'<!DOCTYPE a [<!ENTITY e0 "rain">{levels}]><w:document'.encode()
                data = data.replace(b"<w:document", declared, 1)
            target.writestr(name, data)
    return packed.getvalue()


def word_that_lies(share: float) -> bytes:
    """A bomb that says of its text that it has a thousand bytes unpacked."""
    data = bytearray(word_bomb(share))
    with ZipFile(BytesIO(data)) as package:
        part = package.getinfo("word/document.xml")
    for place in _places(data, part.file_size.to_bytes(4, "little")):
        data[place : place + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def _places(data: bytearray, what: bytes) -> Iterator[int]:
    place = data.find(what)
    while place >= 0:
        yield place
        place = data.find(what, place + 1)


def workbook_of_gigabytes(share: float) -> bytes:
    """A sheet that unpacks to 3 GB."""
    blocks = _blocks(b'<row><c t="inlineStr"><is><t>rain</t></is></c></row>', 3e9 * share)
    sheet = "xl/worksheets/sheet1.xml"
    return _package(_saved(Workbook()), sheet, b"</sheetData>", blocks, wide=True)


def workbook_of_strings(share: float) -> bytes:
    """A table of texts, which is held as a whole."""
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        book.add_worksheet().write(0, 0, "rain")
    blocks = (
        b"".join(b"<si><t>rain %d</t></si>" % number for number in range(first, first + 50_000))
        for first in range(0, int(30_000_000 * share), 50_000)
    )
    return _package(data.getvalue(), "xl/sharedStrings.xml", b"</sst>", blocks)


def slide_bomb(share: float) -> bytes:
    """A slide with millions of shapes."""
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "rain"
    shape = (
        b'<p:sp><p:nvSpPr><p:cNvPr id="9" name="a"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/>'
        b"<p:txBody><a:bodyPr/><a:p><a:r><a:t>rain</a:t></a:r></a:p></p:txBody></p:sp>"
    )
    blocks = _blocks(shape, _UNPACKED * share)
    return _package(_saved(deck), "ppt/slides/slide1.xml", b"</p:spTree>", blocks)


def _pdf(*objects: bytes) -> bytes:
    """Return a PDF of these objects, the first one its catalogue."""
    data, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF" % (size, table, size, len(data))
    )


_PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
)
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _stream(content: bytes, filters: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content)


def pdf_that_inflates(share: float) -> bytes:
    """A page of some kilobytes, packed twice, with hundreds of millions of words."""
    packer = zlib.compressobj(9)
    words = b"BT /F 9 Tf " + b"(a)Tj " * 100_000 + b"ET "
    inner = b"".join(packer.compress(words) for _ in range(int(2000 * share))) + packer.flush()
    return _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        _PAGE,
        _stream(zlib.compress(inner, 9), b"/Filter[/FlateDecode/FlateDecode]"),
        _FONT,
    )


def pdf_without_end(_share: float) -> bytes:
    """Pages upon pages, all of them the same one."""
    many = 200_000
    return _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (many, b"3 0 R " * many),
        _PAGE,
        _stream(b"BT /F 9 Tf (a) Tj ET " + b"0 0 m 9 9 l S " * 2000),
        _FONT,
    )


def endless_line(share: float) -> bytes:
    """A line that is longer than all that is read of a file."""
    return b"rain and " * int(21_000_000 * share)


def table_without_end(share: float) -> bytes:
    """Rows whose headers make each of them twenty times as long."""
    return b"header" * 50 + b",b\n" + b"1,2\n" * int(2_000_000 * share)


#: File name, and what makes it: each of these must be named, with whatever is true of it.
HOSTILE: dict[str, Callable[[float], bytes]] = {
    "bomb.docx": word_bomb,
    "entities.docx": word_with_entities,
    "lying.docx": word_that_lies,
    "gigabytes.xlsx": workbook_of_gigabytes,
    "strings.xlsx": workbook_of_strings,
    "shapes.pptx": slide_bomb,
    "inflating.pdf": pdf_that_inflates,
    "endless.pdf": pdf_without_end,
    "line.txt": endless_line,
    "rows.csv": table_without_end,
}


def write_hostile(folder: Path, share: float = 1.0) -> None:
    """Write all of them into a folder."""
    for name, make in HOSTILE.items():
        (folder / name).write_bytes(make(share))


def write_good(folder: Path) -> list[str]:
    """Write ten ordinary files beside them; return their names."""
    names = [f"good{number}.txt" for number in range(10)]
    for number, name in enumerate(names):
        (folder / name).write_text(f"On day {number} the harbour lay in the rain. " * 30)
    return names
