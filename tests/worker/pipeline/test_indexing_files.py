"""Index runs over real files, many files and edited files, and runs that are killed."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import REPOSITORY
from tests.worker.documents.test_document_files import FILES
from tests.worker.documents.test_read_ahead import read_known
from tests.worker.pipeline.conftest import TEXTS, CountingEmbedder, Watched, index
from worker.contract import IndexRequest, SourceReport
from worker.documents import read_ahead
from worker.errors import CancelledError
from worker.retrieval.base import Collection, EmbeddedChunk


def opened(request: IndexRequest, watched: Watched) -> Collection:
    embedder = watched.runtime.embedder(request.embedder)
    return watched.runtime.store(request.store).open(request.collection, embedder)


def content(collection: Collection) -> list[EmbeddedChunk]:
    return collection.fetch([chunk.chunk_id for chunk in collection.chunks()])


def reports(request: IndexRequest, watched: Watched) -> dict[str, SourceReport]:
    return {report.file: report for report in index(request, watched.context).sources}


@pytest.fixture
def counting(watched: Watched, index_request: IndexRequest, monkeypatch: pytest.MonkeyPatch):
    embedder = CountingEmbedder(watched.runtime.embedder(index_request.embedder))
    monkeypatch.setattr(watched.runtime, "embedder", lambda _name: embedder)
    return embedder


@pytest.fixture
def all_types(documents: Path) -> Path:
    for path in FILES.iterdir():
        shutil.copy(path, documents)
    return documents


def test_a_folder_of_all_types_is_indexed_with_pages_and_what_was_left_out_is_said(
    index_request: IndexRequest, all_types: Path, watched: Watched
):
    (all_types / "picture.png").write_bytes(b"\x89PNG")
    (all_types / "another.PNG").write_bytes(b"\x89PNG")
    found = reports(index_request, watched)
    failures = {file: report.problem for file, report in found.items() if report.status == "failed"}
    assert sorted(failures) == ["locked_report.docx", "locked_will.pdf", "scanned_letter.pdf"]
    assert all(file in problem for file, problem in failures.items())
    assert "2 pages are pictures without text" in found["keepers_log.pdf"].problem
    assert found["*.png"].status == "skipped"
    assert "2 files of this type are not read" in found["*.png"].problem
    pages = {(chunk.source, chunk.page) for chunk in opened(index_request, watched).chunks()}
    assert {("harbour_report.pdf", 1), ("market_talk.pptx", 1), ("wages.csv", None)} <= pages


def test_unchanged_files_are_not_parsed_and_keep_what_was_said_of_them(
    index_request: IndexRequest,
    all_types: Path,
    watched: Watched,
    monkeypatch: pytest.MonkeyPatch,
):
    for name in ("locked_report.docx", "locked_will.pdf", "scanned_letter.pdf"):
        (all_types / name).unlink()
    first = reports(index_request, watched)
    monkeypatch.setattr(read_ahead, "read_and_split", read_known)
    second = reports(index_request, watched)
    assert {report.status for report in second.values()} == {"unchanged"}
    assert second["keepers_log.pdf"].problem == first["keepers_log.pdf"].problem
    assert second["ferries.xlsx"].characters == first["ferries.xlsx"].characters > 0


def test_an_edit_of_a_long_file_embeds_the_changed_passages_alone(
    index_request: IndexRequest, documents: Path, watched: Watched, counting: CountingEmbedder
):
    paragraphs = [f"On day {day} the ferry carried {day * 3} people. " * 4 for day in range(100)]
    request = index_request.model_copy(update={"chunk_size": 250, "chunk_overlap": 0})
    (documents / "log.txt").write_text("\n\n".join(paragraphs))
    index(request, watched.context)
    counting.documents = 0
    paragraphs[50] = "On day 50 nobody came, and the ferry stayed at its pier. " * 3
    (documents / "log.txt").write_text("\n\n".join(paragraphs))
    assert reports(request, watched)["log.txt"].chunks == 100
    assert counting.documents == 1


def test_another_splitter_splits_the_files_anew(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    (documents / "long.txt").write_text("".join(f"The harbour had {n} ships. " for n in range(99)))
    request = index_request.model_copy(update={"chunk_size": 100, "chunk_overlap": 0})
    index(request, watched.context)
    request = request.model_copy(update={"splitter": "sentence"})
    assert reports(request, watched)["long.txt"].status == "indexed"
    chunks = [c for c in opened(request, watched).chunks() if c.source == "long.txt"]
    assert all(chunk.text.endswith("ships.") for chunk in chunks)


def test_of_2000_files_with_20_bad_ones_1980_are_indexed_and_20_named(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    for path in documents.iterdir():
        path.unlink()
    for number in range(2000):
        words = f"Note {number}." if number % 100 else "\x00\x01 binary"
        (documents / f"{number:04}.txt").write_text(words)
    result = index(index_request, watched.context)
    failed = {report.file for report in result.sources if report.status == "failed"}
    assert failed == {f"{number:04}.txt" for number in range(0, 2000, 100)}
    assert sum(report.status == "indexed" for report in result.sources) == 1980
    assert len(opened(index_request, watched).files()) == 1980


@pytest.mark.usefixtures("processes")
def test_an_index_run_killed_at_five_points_and_resumed_equals_one_that_was_not(
    index_request: IndexRequest, documents: Path, watched: Watched, tmp_path: Path
):
    shutil.copy(FILES / "harbour_report.pdf", documents)
    for name in "abcdefgh":
        sentences = [f"In book {name} the harbour had {n} ships on that day. " for n in range(300)]
        (documents / f"{name}.txt").write_text("".join(sentences))
    request = index_request.model_copy(update={"chunk_size": 60, "chunk_overlap": 0})
    chance = random.Random(4)
    for _ in range(5):
        kill_after(chance.randint(2, 3), chance.random() / 20, request)
    result = index(request, watched.context)
    aside = request.model_copy(update={"store": str(tmp_path / "other store")})
    whole = index(aside, watched.context)
    assert result.run.index_version == whole.run.index_version
    ours, theirs = (content(opened(which, watched)) for which in (request, aside))
    assert [found.chunk for found in ours] == [found.chunk for found in theirs]
    assert len({found.chunk.chunk_id for found in ours}) == len(ours) == result.chunks > 2000
    differences = [ours[n].vector - theirs[n].vector for n in range(len(ours))]
    assert np.abs(differences).max() < 1e-6
    assert set(TEXTS) < {found.chunk.source for found in ours}


def kill_after(requests: int, seconds: float, request: IndexRequest) -> None:
    """Start an index run, and kill it so long after it has made so many requests."""
    program = [sys.executable, "-m", "tests.worker.pipeline.index_process"]
    with subprocess.Popen(
        [*program, request.model_dump_json()],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as process:
        for _ in range(requests):
            assert process.stdout.readline().strip() in ("open", "store")
        time.sleep(seconds)
        process.kill()


def test_a_run_can_be_stopped_while_the_passages_of_one_request_are_embedded(
    index_request: IndexRequest, documents: Path, watched: Watched, counting: CountingEmbedder
):
    (documents / "log.txt").write_text("".join(f"On day {n} nobody came. " for n in range(999)))
    watched.stop = lambda: counting.documents > 0
    request = index_request.model_copy(update={"chunk_size": 60, "chunk_overlap": 0})
    with pytest.raises(CancelledError):
        index(request, watched.context)
    assert counting.documents == 8


def test_a_run_that_was_stopped_while_its_model_was_loaded_opens_no_store(
    index_request: IndexRequest, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    load, open_store, steps = watched.runtime.embedder, watched.runtime.store, []
    monkeypatch.setattr(
        watched.runtime, "embedder", lambda name: steps.append("model") or load(name)
    )
    monkeypatch.setattr(
        watched.runtime, "store", lambda place: steps.append("store") or open_store(place)
    )
    watched.stop = lambda: "model" in steps
    with pytest.raises(CancelledError):
        index(index_request, watched.context)
    assert steps == ["model"]
