"""The index job and its parts as they travel."""

from __future__ import annotations

from tests.worker.contract_samples.shared import RUN
from worker.contract import (
    ChunkText,
    IndexRequest,
    IndexResult,
    OpenIndexRequest,
    OpenIndexResult,
    SourceReport,
    StoreChunksRequest,
    StoreChunksResult,
)

REPORT = SourceReport(
    file="日本/雨.txt",
    type="txt",
    chunks=2,
    characters=900,
    status="indexed",
    problem="2 pages are pictures.",
    read_as="cp932 (guessed)",
)

INDEX = IndexRequest(
    run_id="run-1",
    folder="/documents",
    collection="sample",
    embedder="onnx:minilm",
    store="/store",
    chunk_size=2000,
    chunk_overlap=120,
)

OPENING = OpenIndexRequest(run_id="run-1", collection="sample", embedder="onnx:minilm")
STORING = StoreChunksRequest(
    run_id="run-1",
    collection="sample",
    embedder="onnx:minilm",
    chunks=(
        ChunkText(chunk_id="c1", source="雨.txt", page=3, start=0, text="雨\n", file_hash="ab"),
        ChunkText(
            chunk_id="c2",
            source="港.txt",
            page=None,
            start=0,
            text="港\n",
            file_hash="cd",
            lost="2 pages are pictures.",
            read_as="cp932 (guessed)",
        ),
    ),
    current={"雨.txt": "ab"},
    removed=("old.txt",),
    finish=True,
)

INDEX_RESULT = IndexResult(run=RUN, sources=(REPORT,), chunks=2, embedded=1, seconds=0.5)

OPEN_RESULT = OpenIndexResult(
    files={"雨.txt": {"ab": 2}},
    lost={"雨.txt": "2 pages are pictures."},
    read_as={"雨.txt": "cp932 (guessed)"},
    embedder="onnx:minilm@1",
    max_tokens=256,
)
STORE_RESULT = StoreChunksResult(embedded=1, unseen={"雨.txt": 1}, chunks=9, index_version="7")

SAMPLES = {
    "index": (INDEX, INDEX_RESULT),
    "open": (OPENING, OPEN_RESULT),
    "store": (STORING, STORE_RESULT),
}
ROWS = [REPORT]
