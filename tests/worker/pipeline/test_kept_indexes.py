"""Which indexes a store holds."""

from __future__ import annotations

from dataclasses import astuple, replace
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import TEXTS
from tests.worker.queueing.worlds import EMBEDDER, quick_settings
from worker.errors import StoreError
from worker.pipeline.kept_indexes import kept_indexes
from worker.retrieval.chroma_place import place_of
from worker.retrieval.chroma_store import ChromaStore
from worker.settings import IN_PROCESS, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home", IN_PROCESS)


def test_an_index_is_told_with_its_model_and_size(settings: Settings, small_store: str):
    [index] = kept_indexes(replace(settings, store=small_store))
    assert (index.name, index.model, index.passages) == ("small", EMBEDDER, len(TEXTS))
    assert index.version, "its making has ended"


def test_a_look_changes_nothing_and_sees_what_chroma_sees(settings: Settings, small_store: str):
    def state() -> dict[Path, tuple[int, bytes]]:
        files = (path for path in Path(small_store).rglob("*") if path.is_file())
        return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    before = state()
    seen = kept_indexes(replace(settings, store=small_store))
    assert state() == before
    contents = ChromaStore(place_of(small_store)).contents()
    assert [astuple(each) for each in contents] == [astuple(each) for each in seen]


def test_a_store_that_is_no_database_is_told(settings: Settings, tmp_path: Path):
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match=r"not a database.*Index again"):
        kept_indexes(replace(settings, store=str(tmp_path)))


def test_a_store_that_is_not_there_has_none_and_is_not_made(settings: Settings):
    assert kept_indexes(settings) == []
    assert not Path(settings.store).exists()


def test_a_server_that_is_away_is_told(settings: Settings):
    with pytest.raises(StoreError):
        kept_indexes(replace(settings, store="http://127.0.0.1:9"))
