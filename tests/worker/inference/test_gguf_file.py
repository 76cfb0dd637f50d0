"""Files that llama.cpp would refuse without a reason, or end the process at, are named before."""

import os
import sys
from pathlib import Path

import gguf
import pytest

from tests.worker.inference.tiny_gguf import write_tiny_gguf
from worker.errors import EngineError
from worker.inference.gguf_file import look_into


def refusal(path: Path) -> EngineError:
    with pytest.raises(EngineError) as caught:
        look_into(path)
    assert str(path) in caught.value.what
    assert all((caught.value.why, caught.value.next_step))
    return caught.value


def test_a_whole_model_is_taken_with_what_it_says_of_itself(tmp_path: Path):
    path = write_tiny_gguf(tmp_path / "tiny.gguf", context=64)
    model = look_into(path)
    assert (model.trained_context, model.size) == (64, path.stat().st_size)


@pytest.mark.parametrize("layout", [True, False])
def test_the_models_own_chat_layout_is_seen(tmp_path: Path, layout: bool):
    assert look_into(write_tiny_gguf(tmp_path / "a.gguf", layout=layout)).has_chat_layout is layout


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    assert "No such file" in refusal(tmp_path / "none.gguf").why


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_nobody_may_read_is_named(tmp_path: Path):
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    path.chmod(0)
    assert "Let your user read" in refusal(path).next_step


def test_a_file_that_is_cut_off_says_how_much_is_there(tmp_path: Path):
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    path.write_bytes(path.read_bytes()[:60_000])
    assert refusal(path).why == "It is cut off: of more than 0 MB it has 0."


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"general__type": "adapter"}, "a LoRA adapter"),
        ({"general__type": "imatrix"}, "a matrix of importance"),
        ({"architecture": "clip"}, "a projector for pictures"),
        ({"llama__pooling_type": 1}, "cannot write"),
        ({"llama__attention__causal": False}, "cannot write"),
        ({"architecture": ""}, "holds no model"),
        ({"context": 0}, "damaged: 1 layers, 0 tokens"),
        ({"context": 2**32 - 1}, "damaged"),
        ({"layers": 0}, "damaged"),
        ({"layers": 513}, "damaged"),
        ({"epsilon": -1e-5}, "never negative"),
        ({"epsilon": float("nan")}, "never negative"),
        ({"split__count": "three"}, "damaged"),
    ],
)
def test_what_is_no_language_model_is_told(tmp_path: Path, values: dict, why: str):
    assert why in refusal(write_tiny_gguf(tmp_path / "odd.gguf", **values)).why


def test_a_file_without_weights_holds_no_model(tmp_path: Path):
    writer = gguf.GGUFWriter(tmp_path / "words.gguf", "llama")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert "holds no model" in refusal(tmp_path / "words.gguf").why


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    return [
        write_tiny_gguf(
            tmp_path / f"big-0000{number + 1}-of-00002.gguf", split__no=number, split__count=2
        )
        for number in range(2)
    ]


def test_a_model_in_parts_is_as_large_as_all_of_them(parts: list[Path]):
    assert look_into(parts[0]).size == sum(part.stat().st_size for part in parts)


def test_of_another_part_than_the_first_the_first_is_named(parts: list[Path]):
    refused = refusal(parts[1])
    assert refused.why == "It is part 2 of 2."
    assert str(parts[0]) in refused.next_step


def test_a_part_that_is_missing_is_named(parts: list[Path]):
    parts[1].unlink()
    assert f"{parts[1].name} is not beside it" in refusal(parts[0]).why


def test_a_part_that_is_cut_off_is_named(parts: list[Path]):
    parts[1].write_bytes(parts[1].read_bytes()[:60_000])
    with pytest.raises(EngineError, match="00002-of-00002"):
        look_into(parts[0])


def test_a_part_under_another_name_gets_its_name_back(parts: list[Path]):
    renamed = parts[0].rename(parts[0].with_name("model.gguf"))
    assert "model-00001-of-00002.gguf" in refusal(renamed).next_step
