from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import TEXTS, Watched
from worker.contract import IndexRequest, IndexResult
from worker.errors import CancelledError, CollectionError, DocumentError
from worker.pipeline.indexing import index


def statuses(result: IndexResult) -> dict[str, str]:
    return {source.file: source.status for source in result.sources}


def stored(request: IndexRequest, watched: Watched) -> dict[str, dict[str, str]]:
    embedder = watched.runtime.embedder(request.embedder)
    collection = watched.runtime.store(request.store).open(request.collection, embedder)
    return collection.chunk_ids_by_source()


def test_every_file_of_the_folder_becomes_chunks(index_request: IndexRequest, watched: Watched):
    result = index(index_request, watched.context)
    assert statuses(result) == dict.fromkeys(sorted(TEXTS), "indexed")
    assert result.chunks == result.embedded == len(TEXTS)
    assert result.sources[0].characters == len(TEXTS["border.txt"])
    assert result.run.index_version


def test_an_unchanged_folder_embeds_nothing(index_request: IndexRequest, watched: Watched):
    first = index(index_request, watched.context)
    second = index(index_request, watched.context)
    assert set(statuses(second).values()) == {"unchanged"}
    assert second.embedded == 0
    assert second.run.index_version == first.run.index_version


def test_only_a_changed_file_is_embedded_again(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    index(index_request, watched.context)
    (documents / "goal.txt").write_text("The goalkeeper saved the last shot.")
    result = index(index_request, watched.context)
    assert statuses(result)["goal.txt"] == "indexed"
    assert result.embedded == 1
    assert result.chunks == len(TEXTS), "the old chunk of the file is gone"


def test_a_file_that_vanished_leaves_the_index(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    index(index_request, watched.context)
    (documents / "coins.txt").unlink()
    result = index(index_request, watched.context)
    assert statuses(result)["coins.txt"] == "removed"
    assert "coins.txt" not in stored(index_request, watched)


def test_another_chunk_size_splits_the_files_anew(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    (documents / "long.txt").write_text("The harbour lay in the rain. " * 60)
    index(index_request, watched.context)
    result = index(index_request.model_copy(update={"chunk_size": 300}), watched.context)
    long = next(source for source in result.sources if source.file == "long.txt")
    assert long.status == "indexed"
    assert long.chunks >= 6


def test_a_broken_file_is_named_and_the_others_are_indexed(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    (documents / "broken.txt").write_bytes(b"\x00\x01\x02\xff\xfe\x00 binary")
    (documents / "empty.txt").write_text("  \n ")
    result = index(index_request, watched.context)
    assert statuses(result)["broken.txt"] == statuses(result)["empty.txt"] == "failed"
    assert result.chunks == len(TEXTS)
    assert watched.kinds().count("problem") == 2
    empty = next(source for source in result.sources if source.file == "empty.txt")
    assert "empty.txt is empty" in empty.problem


def test_text_that_the_model_does_not_see_is_said(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    (documents / "dense.txt").write_text("a1 b2 c3 d4 " * 80)
    result = index(index_request, watched.context)
    dense = next(source for source in result.sources if source.file == "dense.txt")
    assert "longer than the 256 tokens" in dense.problem


def test_a_folder_of_broken_files_alone_is_an_error(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    for path in documents.iterdir():
        path.write_text("")
    with pytest.raises(DocumentError, match="No file in"):
        index(index_request, watched.context)


def test_stopping_keeps_the_files_that_are_done(index_request: IndexRequest, watched: Watched):
    watched.stop = lambda: watched.kinds().count("row") >= 2
    with pytest.raises(CancelledError):
        index(index_request, watched.context)
    assert len(stored(index_request, watched)) == 2
    watched.stop = lambda: False
    assert index(index_request, watched.context).embedded == len(TEXTS) - 2


def test_an_overlap_as_long_as_the_chunk_is_refused(index_request: IndexRequest, watched: Watched):
    request = index_request.model_copy(update={"chunk_size": 100, "chunk_overlap": 100})
    with pytest.raises(CollectionError, match="overlap"):
        index(request, watched.context)
