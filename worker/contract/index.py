"""The index job on the wire, and the parts that it asks of a worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from worker.contract.base import (
    CollectionRequest,
    JobKind,
    PartRequest,
    Result,
    Row,
    RunRequest,
    RunResult,
)
from worker.contract.stamp import RunStamp
from worker.contract.wire import Count, Splitter, Wire, require


class IndexRequest(CollectionRequest, RunRequest):
    """Read a folder of documents into a collection."""

    job: Literal["index"] = "index"
    folder: str
    chunk_size: int = Field(default=1000, ge=50)  # characters
    chunk_overlap: int = Field(default=60, ge=0)  # characters
    splitter: Splitter = "recursive"
    whole_documents: int = Field(default=0, ge=0)  # characters up to which they are not split

    def check_row(self, row: Row) -> None:
        """See that a row says what became of a file.

        :raises ProtocolError: if not.
        """
        if not isinstance(row, SourceReport):
            super().check_row(row)


#: What the files are called together that have no type.
NO_ENDING = "(no ending)"


class SourceReport(Row):
    """What became of one file, or (`skipped`) of all files of a type that is not read.

    A single file is `skipped` too if it should not be read, such as a link out of the folder.
    """

    identity = ("file",)

    kind: Literal["source"] = "source"
    file: str
    type: str
    chunks: Count = 0
    characters: Count = 0
    indexed_at: str = ""
    status: Literal["indexed", "unchanged", "failed", "removed", "skipped"]
    problem: str = ""
    read_as: str = ""  # how the file was understood, where it could have been otherwise

    @property
    def has_failed(self) -> bool:
        """Whether the file could not be read."""
        return self.status == "failed"

    @property
    def is_of_type(self) -> bool:
        """Whether it is about all files of a type that is not read, and no single one."""
        return self.status == "skipped" and self.file in (f"*.{self.type}", NO_ENDING)


class IndexResult(RunResult):
    """Outcome of an index job; `sources` has an entry for each file, and each type not read."""

    sources: tuple[SourceReport, ...]
    chunks: Count
    embedded: Count  # chunks of files that are new or have changed

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> IndexResult:
        """Return what a run that ended before its time has given, out of its rows."""
        sources = tuple(row for row in rows if isinstance(row, SourceReport))
        new = sum(source.chunks for source in sources if source.status == "indexed")
        chunks = sum(source.chunks for source in sources)
        return cls(run=run, sources=sources, chunks=chunks, embedded=new)


class ChunkText(Wire):
    """A chunk on its way into an index; `file_hash` stands for one version of its whole file."""

    chunk_id: str
    source: str
    page: Count | None
    start: Count
    text: str
    file_hash: str
    modified: str = ""  # ISO date of the file's last change
    lost: str = ""  # on a file's first chunk: what stands in the file and not in its text
    read_as: str = ""  # on a file's first chunk: how it was understood


class IndexPart(CollectionRequest, PartRequest):
    """A part of an index run: what is asked of the worker that holds the index."""


class OpenIndexRequest(IndexPart):
    """Open a collection for changes, made empty if it is not there, and say what it holds."""

    job: Literal["open"] = "open"


class OpenIndexResult(Result):
    """What a collection holds, and the model that makes its vectors."""

    files: dict[str, dict[str, Count]]  # {source: {file hash: chunks}}
    lost: dict[str, str] = Field(default_factory=dict)  # {source: what its first chunk says}
    read_as: dict[str, str] = Field(default_factory=dict)  # {source: what its first chunk says}
    embedder: str  # name@revision
    max_tokens: Count  # what the model reads of a chunk


class StoreChunksRequest(IndexPart):
    """Embed and store chunks of documents that were read elsewhere.

    The same request twice leaves the same index, and the order of requests does not matter, but
    for `finish`, which comes last.
    """

    job: Literal["store"] = "store"
    chunks: tuple[ChunkText, ...] = ()
    #: {source: file hash}: chunks of the source's other versions are dropped
    current: dict[str, str] = Field(default_factory=dict)
    removed: tuple[str, ...] = ()  # sources of which every chunk is dropped
    finish: bool = False  # give the collection its new version

    @property
    def is_last(self) -> bool:
        """Whether the index is left whole after it: it is done even if the run was stopped."""
        return self.finish

    def check_result(self, result: Result) -> None:
        """See that no more was stored than was sent.

        :raises ProtocolError: if not.
        """
        if isinstance(result, StoreChunksResult):
            require(result.embedded <= len(self.chunks), "more was embedded than was sent")
            sent = {chunk.source for chunk in self.chunks}
            require(set(result.unseen) <= sent, "it names a file that was not sent")


class StoreChunksResult(Result):
    """Outcome of storing chunks; the last two fields are set when it was the last request."""

    embedded: Count
    #: {source: chunks that are longer than the model reads}
    unseen: dict[str, Count] = Field(default_factory=dict)
    chunks: Count = 0  # in the whole collection
    index_version: str = ""


INDEX = JobKind("index", IndexRequest, IndexResult, (SourceReport,), reads_files=True)
OPEN_INDEX = JobKind("open", OpenIndexRequest, OpenIndexResult, is_part=True)
STORE_CHUNKS = JobKind("store", StoreChunksRequest, StoreChunksResult, is_part=True)
KINDS = (INDEX, OPEN_INDEX, STORE_CHUNKS)
