"""Index runs over folders with names, links and files that no other part of an index can take."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import TEXTS, Watched, index
from worker.contract import IndexRequest, IndexResult, SourceReport, parse_result

needs_any_name = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")


def reports(request: IndexRequest, watched: Watched) -> dict[str, SourceReport]:
    """Index, and return what is said of each file once it has travelled."""
    result = index(request, watched.context)
    travelled = parse_result(request, result.model_dump_json())
    assert isinstance(travelled, IndexResult)
    return {report.file: report for report in travelled.sources}


@needs_any_name
@pytest.mark.parametrize(
    ("name", "source", "read_as"),
    [
        ("テスト.txt".encode("cp932"), r"\x83e\x83X\x83g.txt", "name: テスト.txt, as a Japanese"),
        (b"two\nlines.txt", r"two\x0alines.txt", ""),
        (b"\xff.txt", r"\xff.txt", "name: ÿ.txt, as a Western"),
    ],
)
def test_a_file_whose_name_is_no_text_is_indexed_under_an_escape(
    index_request: IndexRequest,
    documents: Path,
    watched: Watched,
    name: bytes,
    source: str,
    read_as: str,
):
    (documents / os.fsdecode(name)).write_text("The harbour froze over.")
    first = reports(index_request, watched)[source]
    assert (first.status, first.chunks) == ("indexed", 1)
    assert first.read_as.startswith(read_as)
    second = reports(index_request, watched)
    assert {report.status for report in second.values()} == {"unchanged"}
    assert second[source].read_as == first.read_as
    (documents / os.fsdecode(name)).unlink()
    assert reports(index_request, watched)[source].status == "removed"


def test_links_and_pipes_are_named_beside_files_that_are_indexed(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    outside = documents.parent / "outside.txt"
    outside.write_text("A secret.")
    (documents / "link.txt").symlink_to(outside)
    (documents / "nowhere.txt").symlink_to(documents / "gone.txt")
    found = reports(index_request, watched)
    assert [found[name].status for name in ("link.txt", "nowhere.txt")] == ["skipped"] * 2
    assert "leads out of the documents folder" in found["link.txt"].problem
    assert sum(report.status == "indexed" for report in found.values()) == len(TEXTS)


def test_links_are_followed_where_the_machine_says_so(
    index_request: IndexRequest, documents: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    outside = documents.parent / "outside.txt"
    outside.write_text("No secret.")
    (documents / "link.txt").symlink_to(outside)
    settings = replace(watched.runtime.settings, follow_links=True)
    monkeypatch.setattr(watched.runtime, "settings", settings)
    assert reports(index_request, watched)["link.txt"].status == "indexed"


def test_a_folder_that_cannot_be_opened_keeps_what_the_index_has_of_it(
    index_request: IndexRequest, documents: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    (documents / "shut").mkdir()
    (documents / "shut" / "note.txt").write_text("The ferry left at dawn.")
    chunks = index(index_request, watched.context).chunks
    scandir = os.scandir

    def refuse(place: Path):
        """Stands for a system that keeps a user out: the tests may run as root."""
        if Path(place).name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refuse)
    result = index(index_request, watched.context)
    shut = next(report for report in result.sources if report.file == "shut")
    assert shut.status == "failed"
    assert "Permission denied" in shut.problem
    assert result.chunks == chunks
