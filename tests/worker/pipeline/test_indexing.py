import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import (
    TEXTS,
    CountingEmbedder,
    KilledError,
    Watched,
    index,
    timeless,
)
from worker.contract import (
    IndexPart,
    IndexRequest,
    IndexResult,
    Result,
    StoreChunksRequest,
    parse_request,
    parse_result,
)
from worker.errors import CancelledError, CollectionError, DocumentError
from worker.jobs import run_job
from worker.pipeline import index_client, indexing


def statuses(result: IndexResult) -> dict[str, str]:
    return {source.file: source.status for source in result.sources}


def stored(request: IndexRequest, watched: Watched) -> dict[str, dict[str, int]]:
    embedder = watched.runtime.embedder(request.embedder)
    collection = watched.runtime.store(request.store).open(request.collection, embedder)
    return collection.files()


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


def test_whole_documents_are_split_anew_where_their_length_is_another(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    (documents / "long.txt").write_text("The harbour lay in the rain. " * 60)

    def long(whole: int):
        request = index_request.model_copy(update={"whole_documents": whole})
        sources = index(request, watched.context).sources
        return next(source for source in sources if source.file == "long.txt")

    assert [long(0).chunks, long(1740).chunks] == [2, 1]
    assert long(1740).status == "unchanged"
    assert long(1739).chunks == 2


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


@pytest.fixture
def one_file_a_request(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(index_client, "_CHUNKS_AT_ONCE", 1)


@pytest.mark.usefixtures("one_file_a_request")
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


@dataclass
class Elsewhere:
    """A worker at the other end of a wire, which remembers what it was asked for."""

    watched: Watched
    asked: list[IndexPart] = field(default_factory=list)

    def __call__(self, request: IndexPart) -> Result:
        self.asked.append(request)
        result = run_job(parse_request(request.model_dump_json()), self.watched.context)
        return parse_result(request, result.model_dump_json())

    @property
    def stores(self) -> list[StoreChunksRequest]:
        return [request for request in self.asked if request.job == "store"]


def harbour(ships: str) -> str:
    return "".join(f"The harbour {ships} {n} ships. " for n in range(300))


def fill(folder: Path, **texts: str) -> None:
    """Make these the only files of a folder."""
    for path in folder.iterdir():
        path.unlink()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def test_a_long_file_travels_in_parts_and_the_last_one_drops_its_other_versions(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    request = index_request.model_copy(update={"chunk_size": 50, "chunk_overlap": 0})
    fill(documents, long=harbour("had"))
    index(request, watched.context)
    fill(documents, long=harbour("has"))
    elsewhere = Elsewhere(watched)
    indexing.index(request, watched.context, elsewhere)
    *parts, finish = elsewhere.stores
    assert [len(part.chunks) for part in parts] == [64, 64, 39]
    assert [list(part.current) for part in parts] == [[], [], ["long.txt"]]
    assert [request.job for request in elsewhere.asked].count("open") == 1
    assert finish.finish


def test_small_files_travel_together(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    fill(documents, **{f"note{n}": f"Ferry {n} left at dawn." for n in range(70)})
    elsewhere = Elsewhere(watched)
    result = indexing.index(index_request, watched.context, elsewhere)
    assert [len(part.chunks) for part in elsewhere.stores] == [64, 6, 0]
    assert [source.file for source in result.sources] == sorted(
        path.name for path in documents.iterdir()
    )


def test_large_chunks_travel_a_few_at_a_time(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    (documents / "wide.txt").write_text("港には船がいた。" * 40_000, encoding="utf-8")
    elsewhere = Elsewhere(watched)
    request = index_request.model_copy(update={"chunk_size": 20_000})
    indexing.index(request, watched.context, elsewhere)
    sizes = [sum(len(chunk.text.encode()) for chunk in part.chunks) for part in elsewhere.stores]
    assert 200_000 < max(sizes) <= 256_000


def test_the_order_of_requests_does_not_matter_nor_that_some_come_twice(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    (documents / "long.txt").write_text("".join(f"The harbour had {n} ships. " for n in range(300)))
    index(index_request, watched.context)
    (documents / "long.txt").write_text("".join(f"The harbour has {n} ships. " for n in range(300)))
    (documents / "coins.txt").unlink()
    elsewhere = Elsewhere(watched)
    finer = {"chunk_size": 60, "chunk_overlap": 0}
    version = indexing.index(
        index_request.model_copy(update=finer), watched.context, elsewhere
    ).run.index_version
    files = stored(index_request, watched)
    *parts, finish = elsewhere.stores
    twice = [part.model_copy(update={"collection": "twin"}) for part in parts] * 2
    twin = index_request.model_copy(update={"collection": "twin"})
    index(twin, watched.context)
    random.Random(1).shuffle(twice)
    for part in twice:
        elsewhere(part)
    result = elsewhere(finish.model_copy(update={"collection": "twin"}))
    assert stored(twin, watched) == files
    assert result.index_version == version


@pytest.mark.usefixtures("one_file_a_request")
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_index_is_finished_even_when_the_run_was_not(
    index_request: IndexRequest, watched: Watched, how: str
):
    elsewhere = Elsewhere(Watched(watched.runtime))
    watched.end_after(how, rows=2)
    with pytest.raises((CancelledError, KilledError)):
        indexing.index(index_request, watched.context, elsewhere)
    assert elsewhere.asked[-1].finish


def test_stopping_within_a_long_file_leaves_it_to_the_next_run(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    for path in documents.iterdir():
        path.unlink()
    (documents / "long.txt").write_text("".join(f"The harbour had {n} ships. " for n in range(300)))
    request = index_request.model_copy(update={"chunk_size": 50, "chunk_overlap": 0})
    elsewhere = Elsewhere(Watched(watched.runtime))
    watched.stop = lambda: len(elsewhere.stores) == 2
    with pytest.raises(CancelledError):
        indexing.index(request, watched.context, elsewhere)
    assert sum(stored(request, watched)["long.txt"].values()) == 128
    watched.stop = lambda: False
    assert statuses(index(request, watched.context)) == {"long.txt": "indexed"}


@pytest.mark.usefixtures("one_file_a_request")
@pytest.mark.parametrize(
    ("how", "error"), [("kill", KilledError), ("stop", CancelledError)], ids=["killed", "stopped"]
)
def test_an_index_run_that_ended_early_goes_on_after_its_last_file(
    index_request: IndexRequest,
    documents: Path,
    tmp_path: Path,
    watched: Watched,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    error: type,
):
    (documents / "another.txt").write_text("")
    aside = index_request.model_copy(update={"store": str(tmp_path / "other store")})
    whole = index(aside, Watched(watched.runtime).context)
    counting = CountingEmbedder(watched.runtime.embedder(index_request.embedder))
    monkeypatch.setattr(watched.runtime, "embedder", lambda _name: counting)
    watched.end_after(how, rows=3)
    with pytest.raises(error):
        index(index_request, watched.context)
    again = watched.next_try()
    result = index(index_request, again.context)
    assert timeless(result) == timeless(whole)
    told = watched.kinds() + again.kinds()
    assert [told.count(kind) for kind in ("started", "row", "problem")] == [1, 1 + len(TEXTS), 1]
    assert counting.documents == len(TEXTS), "each passage was embedded once"


def test_files_that_an_earlier_try_has_removed_are_reported_still(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    index(index_request, Watched(watched.runtime).context)
    (documents / "coins.txt").unlink()
    index(index_request, watched.context)
    again = watched.next_try()
    result = index(index_request, again.context)
    assert statuses(result)["coins.txt"] == "removed"
    assert "row" not in again.kinds()


def test_a_file_that_changed_between_two_tries_is_done_anew(
    index_request: IndexRequest, documents: Path, watched: Watched
):
    index(index_request, watched.context)
    (documents / "goal.txt").write_text("The goalkeeper saved the last shot, and the next one.")
    again = watched.next_try()
    result = index(index_request, again.context)
    changed = next(source for source in result.sources if source.file == "goal.txt")
    assert changed.characters == 53
    assert again.kinds().count("row") == 1


def test_reading_documents_needs_neither_models_nor_stores():
    program = "import sys, worker.pipeline.indexing\nprint(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [name for name in loaded if name.startswith(("worker.retrieval", "chromadb"))]
