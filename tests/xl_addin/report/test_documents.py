from pathlib import Path

import pytest

from tests.xl_addin.report.result_books import REPORT, write_documents
from xl_addin.report.documents import Documents, absolute_address


def test_a_folder_that_lies_beside_the_reader_copy_is_linked_to_relatively(tmp_path: Path):
    folder = write_documents(tmp_path / "documents")
    links = Documents(folder, tmp_path / "readers")
    (tmp_path / "readers").mkdir()
    assert links.link(REPORT.source) == "../documents/reports/港の記録%20%231.pdf"


def test_a_folder_elsewhere_is_linked_to_by_its_whole_path(tmp_path: Path):
    folder = write_documents(tmp_path / "my documents")
    link = Documents(folder, None).link("kettle.txt")
    assert link == absolute_address((folder / "kettle.txt").as_posix())
    assert link.startswith("file:///")
    assert "my%20documents/kettle.txt" in link


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/home/me/a b%.txt", "file:///home/me/a%20b%25.txt"),
        ("C:/docs/a#1.txt", "file:///C:/docs/a%231.txt"),
        ("//server/share/a.txt", "file://server/share/a.txt"),
    ],
)
def test_paths_of_each_system_have_their_address(path: str, address: str):
    assert absolute_address(path) == address


@pytest.mark.parametrize("source", ["gone.txt", "../secret.txt", "/etc/hostname", "", "a/../.."])
def test_what_is_not_a_file_of_the_folder_has_no_link(tmp_path: Path, source: str):
    folder = write_documents(tmp_path / "documents")
    (tmp_path / "secret.txt").write_text("not a source")
    links = Documents(folder, tmp_path)
    assert links.link(source) == ""
    assert links.unreached == [source]


def test_without_a_folder_nothing_has_a_link():
    assert Documents(None, None).link("kettle.txt") == ""
