"""The disk of a worker is full.

A limit on the size of files stands for the full disk: writes fail just so, without a disk.
"""

import os
import sys

import pytest

from tests.worker.pipeline.conftest import TEXTS
from tests.worker.queueing.worlds import index_request, rank_request, write_documents
from worker.errors import StoreError

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="needs Linux: it can limit a running process"
)

TOO_SMALL = 20_000  # bytes: less than an empty store has


def limit_files(pid: int, size: int) -> None:
    import resource

    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.fixture
def documents(tmp_path):
    return write_documents(tmp_path / "more")


def assert_it_says_that_it_cannot_write(error, world):
    assert type(error) is StoreError
    assert error.what == f"The store {world.settings.store} cannot be read or written."
    assert "nobody foresaw" not in str(error)
    assert "disk has room" in error.next_step


def test_an_index_on_a_full_disk_fails_and_works_as_soon_as_there_is_room(world, documents):
    worker = world.start_worker()
    world.wait_for(worker)
    limit_files(worker.pid, TOO_SMALL)
    assert_it_says_that_it_cannot_write(world.run(index_request(documents)).error, world)
    assert worker.poll() is None
    import resource

    limit_files(worker.pid, resource.RLIM_INFINITY)
    assert world.run(index_request(documents, "again")).result.chunks == len(TEXTS)


def test_an_index_that_runs_out_of_disk_in_the_middle_is_completed_by_another_worker(
    world, documents
):
    worker = world.start_worker()
    world.index()
    (documents / "long.txt").write_text("\n\n".join(sentences(2000)), encoding="utf-8")
    limit_files(worker.pid, os.path.getsize(f"{world.settings.store}/chroma.sqlite3"))
    assert_it_says_that_it_cannot_write(world.run(index_request(documents, "full")).error, world)
    assert worker.poll() is None
    worker.kill()
    worker.wait()
    world.start_worker()
    indexed = world.run(index_request(documents, "again")).result
    assert {source.file for source in indexed.sources} == {*TEXTS, "long.txt"}
    assert indexed.chunks > len(TEXTS)
    assert indexed.run.index_version
    again = world.run(index_request(documents, "unchanged")).result
    assert {source.status for source in again.sources} == {"unchanged"}
    assert (again.chunks, again.embedded) == (indexed.chunks, 0)
    assert len(world.run(rank_request(2)).result.questions) == 2


def sentences(count: int) -> list[str]:
    return [
        f"Ship number {number} left harbour {number * 7} with cocoa." for number in range(count)
    ]
