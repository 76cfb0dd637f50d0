"""Ten documents that harm whoever reads them, beside ten good ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile_files import HOSTILE, write_good, write_hostile
from tests.worker.pipeline.conftest import TEXTS, Watched, index
from worker.contract import IndexRequest

SHARE = 0.2  # of the sizes that are meant for 1 GB


def test_ten_hostile_documents_are_named_and_ten_good_ones_beside_them_are_indexed(
    index_request: IndexRequest, documents: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    limited = replace(watched.runtime.settings, file_memory=250, file_seconds=10)
    monkeypatch.setattr(watched.runtime, "settings", limited)
    write_hostile(documents, SHARE)
    good = write_good(documents)
    reports = {report.file: report for report in index(index_request, watched.context).sources}
    failed = {file for file, report in reports.items() if report.status == "failed"}
    assert failed == set(HOSTILE)
    assert all(file in reports[file].problem for file in HOSTILE)
    assert {reports[file].status for file in (*good, *TEXTS)} == {"indexed"}
    for file in ("bomb.docx", "shapes.pptx", "inflating.pdf"):
        assert "It took more than 250 MB of memory." in reports[file].problem
