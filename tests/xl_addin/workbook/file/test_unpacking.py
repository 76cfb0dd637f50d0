"""Packages that hold more than a computer has room for, made here byte by byte."""

import io
import random
import struct
import zipfile

import pytest

from tests.xl_addin.workbook.samples import parts
from worker.errors import WorkbookError
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.unpacking import Bounds, unpack


def package(**sizes: int) -> bytes:
    """A package with parts of so many zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, size in sizes.items():
            with archive.open(name, "w") as part:
                for _ in range(size // 1_000_000):
                    part.write(bytes(1_000_000))
    return buffer.getvalue()


def saying_less(data: bytes, size: int) -> bytes:
    """The package, which says that its parts have so many bytes when they are unpacked."""
    lying = bytearray(data)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = lying.find(signature)
        while place >= 0:
            lying[place + offset : place + offset + 4] = struct.pack("<I", size)
            place = lying.find(signature, place + 4)
    return bytes(lying)


def test_a_workbook_that_unpacks_to_far_more_than_it_has_is_refused_by_name(tmp_path):
    path = tmp_path / "bomb 爆弾.xlsx"
    path.write_bytes(package(**{"xl/worksheets/sheet1.xml": 200_000_000}))
    assert path.stat().st_size < 300_000
    with pytest.raises(WorkbookError, match="was not unpacked") as caught:
        FileBook.open(path)
    assert "bomb 爆弾.xlsx" in caught.value.what
    assert "xl/worksheets/sheet1.xml" in caught.value.why


def test_many_small_parts_count_together():
    data = package(**{f"part{n}": 10_000_000 for n in range(20)})
    with pytest.raises(WorkbookError, match="was not unpacked"):
        unpack(data, "many.xlsx")


def test_a_package_that_lies_about_its_size_gives_no_more_than_it_says():
    data = saying_less(package(part=200_000_000), 1_000)
    with pytest.raises(WorkbookError, match="cannot be read as a workbook"):
        unpack(data, "liar.xlsx")


def test_a_package_larger_than_any_workbook_is_refused_though_it_hardly_shrank():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("media", random.Random(1).randbytes(3_000_000))
    data = buffer.getvalue()
    assert unpack(data, "large.xlsx", Bounds(most=4_000_000, small=1_000_000))[0]
    with pytest.raises(WorkbookError, match="was not unpacked"):
        unpack(data, "large.xlsx", Bounds(most=2_000_000, small=1_000_000))


def test_what_excel_writes_is_far_within_the_bounds(book):
    unpacked = sum(map(len, parts(book).values()))
    assert Bounds(small=0).allow(unpacked, book.stat().st_size)


def test_a_part_too_large_for_a_tree_is_named_and_the_others_are_read(tmp_path, book, monkeypatch):
    monkeypatch.setattr("xl_addin.workbook.file.package._MOST_PARSED", 100_000)
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/tables/table99.xml", b" " * 200_000)
    opened = FileBook.open(book)
    with pytest.raises(WorkbookError, match="holds more than can be worked on") as caught:
        opened._package.tree("xl/tables/table99.xml")
    assert "xl/tables/table99.xml" in caught.value.why
