import io
import zipfile

import openpyxl
import pytest

from tests.xl_addin.workbook.samples import parts, rewrite
from worker.errors import WorkbookError, WorkbookLockedError
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.pov import POV
from xl_addin.workbook.file.file_book import FileBook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zip_of(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read as a workbook"),
        (b"a,b,c\n1,2,3\n", "cannot be read as a workbook"),
        (OLE + b"\0" * 100, "old .xls format"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted with a password"),
        (zip_of(**{"hello.txt": "hi"}), r"holds no workbook\.xml"),
        (zip_of(**{"xl/workbook.xml": "<broken"}), r"xl/workbook\.xml is missing or unreadable"),
        (zip_of(**{"xl/workbook.xml": "<strict/>"}), "rare kind of workbook"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_by_name_with_the_reason(tmp_path, content, message):
    path = tmp_path / "my file 日本語.xlsx"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match=message) as caught:
        FileBook.open(path)
    assert "'my file 日本語.xlsx'" in caught.value.what
    assert caught.value.why
    assert caught.value.next_step


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(WorkbookError, match=r"There is no workbook 'no\.xlsx'"):
        FileBook.open(tmp_path / "no.xlsx")
    with pytest.raises(WorkbookError, match="is a folder"):
        FileBook.open(tmp_path)


def test_a_file_that_may_not_be_read_counts_as_locked(book, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(WorkbookLockedError):
        FileBook.open(book)


def test_a_flipped_bit_is_noticed(book):
    data = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as archive:
        info = archive.getinfo("xl/worksheets/sheet2.xml")
    data[info.header_offset + 200] ^= 0xFF
    book.write_bytes(bytes(data))
    with pytest.raises(WorkbookError, match="damaged"):
        FileBook.open(book)


def test_half_a_file_is_noticed(book):
    book.write_bytes(book.read_bytes()[: book.stat().st_size // 2])
    with pytest.raises(WorkbookError, match="damaged"):
        FileBook.open(book)


def test_a_damaged_sheet_is_named_when_it_is_needed(book):
    name = "xl/worksheets/sheet2.xml"
    rewrite(book, {name: parts(book)[name][:500]})
    with pytest.raises(WorkbookError, match="cannot be read"):
        FileBook.open(book).read_table(FBQ)


def test_a_damaged_table_part_is_named(book):
    rewrite(book, {"xl/tables/table2.xml": b"<table"})
    with pytest.raises(WorkbookError, match=r"xl/tables/table2\.xml"):
        FileBook.open(book).has_table(FBQ)


def test_a_workbook_of_openpyxl_is_read(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["POV"])
    workbook.active.append(["text"])
    workbook.save(tmp_path / "a.xlsx")
    assert len(FileBook.open(tmp_path / "a.xlsx").read_table(POV).rows) == 1
