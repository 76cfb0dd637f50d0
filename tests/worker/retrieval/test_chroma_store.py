import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from worker.errors import CollectionError, StoreError
from worker.retrieval.base import StoredChunk
from worker.retrieval.chroma_store import ChromaStore


@dataclass
class NamedModel:
    """Only the identity of an embedder: these tests bring their own vectors."""

    name: str = "onnx:minilm"
    revision: str = "one"
    dim: int = 3
    max_tokens: int = 8


def chunk(name: str, source: str = "a.txt", file_hash: str = "h") -> StoredChunk:
    return StoredChunk(name, source, None, 7, f"text of {name} — 日本語", file_hash)


VECTORS = np.eye(3, dtype=np.float32)


@pytest.fixture
def store(tmp_path: Path) -> ChromaStore:
    return ChromaStore(tmp_path / "store")


@pytest.fixture
def collection(store: ChromaStore):
    made = store.open_or_create("my 資料", NamedModel())
    made.upsert([chunk("x"), chunk("y"), chunk("z", "b.txt")], VECTORS)
    return made


def test_the_nearest_chunks_come_first_with_their_cosine(collection):
    query = np.array([[0.6, 0.8, 0.0]], np.float32)
    (hits,) = collection.nearest(query, 2)
    assert [hit.chunk.chunk_id for hit in hits] == ["y", "x"]
    assert [hit.similarity for hit in hits] == pytest.approx([0.8, 0.6])
    assert hits[0].chunk == chunk("y")
    assert hits[0].vector == pytest.approx(VECTORS[1])


def test_asking_for_more_than_there_is_gives_all(collection):
    assert [len(hits) for hits in collection.nearest(VECTORS[:2], 99)] == [3, 3]


def test_an_empty_collection_has_no_hits(store: ChromaStore):
    empty = store.open_or_create("empty", NamedModel())
    assert empty.nearest(VECTORS[:2], 5) == [[], []]


def test_a_known_id_is_replaced(collection):
    collection.upsert([chunk("x", file_hash="new")], VECTORS[2:])
    assert collection.count() == 3
    assert collection.files()["a.txt"] == {"new": 1, "h": 1}


def test_the_chunks_of_a_files_other_versions_are_dropped(collection):
    collection.upsert([chunk("x", file_hash="new")], VECTORS[2:])
    collection.drop("a.txt", keep="new")
    collection.drop("a.txt", keep="new")
    assert collection.files() == {"a.txt": {"new": 1}, "b.txt": {"h": 1}}


def test_a_source_is_dropped_whole(collection):
    collection.drop("a.txt")
    collection.drop("never there.txt")
    assert collection.files() == {"b.txt": {"h": 1}}


def test_more_rows_than_one_call_may_carry_are_stored(store: ChromaStore):
    many = store.open_or_create("many", NamedModel())
    many.upsert([chunk(f"c{n}") for n in range(5600)], np.ones((5600, 3), np.float32))
    assert many.count() == 5600
    assert many.sample_vectors(100).shape == (100, 3)


def test_a_collection_is_found_again_by_its_name_after_reopening(collection, tmp_path: Path):
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from worker.retrieval.chroma_store import ChromaStore\n"
        "from tests.worker.retrieval.test_chroma_store import NamedModel\n"
        "print(ChromaStore(Path(sys.argv[1])).open('my 資料', NamedModel()).count())"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "store")]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "3"


@pytest.mark.parametrize(
    "other",
    [
        NamedModel(name="st:BAAI/bge-base-en"),
        NamedModel(revision="two"),
        NamedModel(dim=768),
    ],
    ids=["other model", "other revision", "other dimension"],
)
@pytest.mark.parametrize("how", ["open", "open_or_create"])
def test_another_model_is_refused(store: ChromaStore, collection, other: NamedModel, how: str):
    with pytest.raises(CollectionError, match="was made with the embedding model onnx:minilm"):
        getattr(store, how)("my 資料", other)


def test_a_collection_with_another_distance_is_refused(store: ChromaStore):
    made = store.open_or_create("ours", NamedModel())
    key, metadata = made._handle.name, made._handle.metadata
    store._client.delete_collection(key)
    store._client.create_collection(
        key,
        metadata=metadata,
        configuration={"hnsw": {"space": "l2"}},
        embedding_function=None,
    )
    with pytest.raises(CollectionError, match="measures distance as 'l2'"):
        store.open("ours", NamedModel())


def test_an_absent_collection_says_to_index_first(store: ChromaStore):
    with pytest.raises(CollectionError, match="Run Index first"):
        store.open("nothing here", NamedModel())


def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="file"):
        ChromaStore(tmp_path / "file")


def test_the_version_is_empty_while_changes_are_under_way(collection):
    collection.begin_changes()
    assert collection.version == ""
    version = collection.finish_changes()
    assert version == collection.version != ""


def test_the_version_depends_on_the_chunks_alone(store: ChromaStore, collection):
    version = collection.finish_changes()
    twin = store.open_or_create("twin", NamedModel())
    twin.upsert([chunk("z"), chunk("y"), chunk("x")], VECTORS)
    assert twin.finish_changes() == version
    collection.drop("b.txt")
    assert collection.finish_changes() != version
