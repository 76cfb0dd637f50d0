"""Reports on the files of a folder, as the Sources sheet shows them."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import Literal

from worker.contract import SourceReport
from worker.contract.index import NO_ENDING
from worker.documents.file_version import FileVersion
from worker.documents.readers import FORMATS
from worker.errors import DocumentError
from worker.language import MULTILINGUAL, mostly_japanese, reads_english_only
from worker.pipeline.index_client import StoredFile
from worker.pipeline.job_context import now


def indexed(file: StoredFile, model: str, max_tokens: int) -> SourceReport:
    """Report a new or changed file; `max_tokens` is what the model reads of a chunk."""
    version = file.read.version
    remarks = []
    if file.unseen:
        remarks.append(
            f"{file.unseen} of {version.chunks} passages are longer than the {max_tokens} tokens "
            "the embedding model reads; the rest of them does not count in similarity."
        )
    if reads_english_only(model) and mostly_japanese(chunk.text for chunk in file.read.chunks):
        remarks.append(MULTILINGUAL)
    return _present("indexed", file.source, version, " ".join(remarks))


def unchanged(source: str, version: FileVersion) -> SourceReport:
    """Report a file that is in the index as it stands."""
    return _present("unchanged", source, version, "")


def failed(source: str, error: DocumentError) -> SourceReport:
    """Report a file that cannot be read."""
    return SourceReport(file=source, type=_type(source), status="failed", problem=str(error))


def passed_over(source: str, why: DocumentError) -> SourceReport:
    """Report a file or folder that is not to be read."""
    return SourceReport(file=source, type=_type(source), status="skipped", problem=str(why))


def removed(source: str) -> SourceReport:
    """Report a file that has left the index."""
    return SourceReport(
        file=source, type=_type(source), status="removed", problem="The file is gone."
    )


def skipped(others: Counter[str]) -> list[SourceReport]:
    """Report the files that nobody reads, a row for each ending."""
    return [
        SourceReport(
            file=f"*{suffix}" if suffix else NO_ENDING,
            type=suffix.lstrip("."),
            status="skipped",
            problem=f"{_files(count)} not read. Readable are {', '.join(FORMATS)}.",
        )
        for suffix, count in sorted(others.items())
    ]


def _present(
    status: Literal["indexed", "unchanged"], source: str, version: FileVersion, remark: str
) -> SourceReport:
    return SourceReport(
        file=source,
        type=_type(source),
        chunks=version.chunks,
        characters=version.characters,
        indexed_at=now(),
        status=status,
        problem=" ".join(filter(None, [version.lost, remark])),
        read_as=version.read_as,
    )


def _type(source: str) -> str:
    return PurePosixPath(source).suffix.lstrip(".").lower()


def _files(count: int) -> str:
    return "1 file of this type is" if count == 1 else f"{count} files of this type are"
