"""Small files of each type, changed at a few places, and what must hold when they are read."""

from __future__ import annotations

import re
from functools import cache, partial

from hypothesis import strategies as st

from tests.mutations import mutated_bytes, mutated_package
from tests.worker.documents.small_files import SMALL_FILES
from worker.documents.chunks import Splitting, split_document
from worker.documents.readers import read_document
from worker.errors import DocumentError

#: What no text may hold that goes on to models, stores and sheets.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPLITTING = Splitting(60, 10)


@cache
def _small_file(ending: str) -> bytes:
    return SMALL_FILES[ending]()


def readings(ending: str) -> st.SearchStrategy[partial[str]]:
    """Calls of `read_changed` for files of a type."""
    data = _small_file(ending)
    change = mutated_package if data.startswith(b"PK") else mutated_bytes
    return change(data).map(lambda changed: partial(read_changed, changed, f"changed{ending}"))


def read_changed(data: bytes, name: str) -> str:
    """Read and split a file as an index does; say in some words what became of it."""
    try:
        document = read_document(data, name)
    except DocumentError as error:
        return _refused(error)
    for text in (document.text, *document.lost, *document.read_as):
        _check_text(text)
    for chunk in split_document(document, _SPLITTING):
        assert chunk.text == document.text[chunk.start : chunk.start + len(chunk.text)]
    return "read, with losses" if document.lost else "read"


def _refused(error: DocumentError) -> str:
    _check_text(str(error))
    assert len(str(error)) < 2000
    assert error.what
    assert error.next_step
    return f"refused: {_cause(error)}"


def _check_text(text: str) -> None:
    found = _NO_TEXT.search(text)
    assert not found, f"no text: {text[max(0, found.start() - 40) : found.end() + 40]!r}"


def _cause(error: DocumentError) -> str:
    kind = re.search(r"\((\w+(?:Error|Exception))", error.why)
    return f"{error.why.split('(')[0][:60].strip()} {kind[1] if kind else ''}"
