"""The header of a GGUF file is read as its library wrote it; nothing in it does any harm."""

import struct
from contextlib import suppress
from pathlib import Path

import gguf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worker.inference.tiny_gguf import write_tiny_gguf
from worker.inference.gguf_header import GgufError, parse_header, read_header


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


def test_the_values_are_those_that_were_written(tiny: Path):
    header = read_header(tiny)
    assert (header.architecture, header.own("context_length")) == ("llama", 64)
    assert header.values["tokenizer.chat_template"].startswith("{% for m in messages %}")
    assert header.own("attention.layer_norm_rms_epsilon") == pytest.approx(1e-5)
    assert header.values["tokenizer.ggml.tokens"] is None, "lists of texts are passed over"
    assert header.values["tokenizer.ggml.token_type"][:4] == [2, 3, 3, 6]


def test_it_ends_where_the_library_sees_its_last_tensor(tiny: Path):
    library, header = gguf.GGUFReader(tiny), read_header(tiny)
    assert header.tensors == len(library.tensors)
    assert header.least_size == max(tensor.data_offset for tensor in library.tensors) + 1


def test_a_real_model_is_read(models: Path):
    header = read_header(models / "gguf-smollm2" / "model.gguf")
    assert (header.own("block_count"), header.own("attention.head_count_kv")) == (30, 3)


def test_wherever_the_header_is_cut_off_it_is_said(tiny: Path):
    whole = tiny.read_bytes()
    begin = whole.index(b"blk.0.ffn_down.weight")
    for end in (*range(8, 400), *range(400, begin, 97)):
        with pytest.raises(GgufError, match="middle of its header"):
            parse_header(whole[:end])


@pytest.mark.parametrize("place", [8, 16, 24], ids=["tensors", "values", "length of a name"])
@pytest.mark.parametrize("count", [10**6, 2**31, 2**63 - 1, 2**64 - 1])
def test_a_count_beyond_all_measure_is_said(tiny: Path, place: int, count: int):
    whole = tiny.read_bytes()
    with pytest.raises(GgufError):
        parse_header(whole[:place] + struct.pack("<Q", count) + whole[place + 8 :])


def test_a_list_beyond_all_measure_is_said(tiny: Path):
    whole = tiny.read_bytes()
    for name in (b"tokenizer.ggml.scores", b"tokenizer.ggml.tokens"):
        place = whole.index(name) + len(name) + 8
        with pytest.raises(GgufError):
            parse_header(whole[:place] + struct.pack("<Q", 2**64 - 1) + whole[place + 8 :])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"PK\3\4 and more", "does not begin"),
        (b"\n<!doctype html><title>Sign in</title>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab", "Git LFS"),
        (b"GGUF", "middle of its header"),
        (b"GGUF" + struct.pack("<I", 1) + bytes(99), "an old version of the format: 1"),
        (b"GGUF" + struct.pack("<I", 4) + bytes(99), "an unknown version of the format: 4"),
        (b"GGUF" + struct.pack(">I", 3) + bytes(99), "big endian"),
    ],
)
def test_what_is_no_such_file_is_told_apart(tmp_path: Path, content: bytes, why: str):
    path = tmp_path / "file.gguf"
    path.write_bytes(content)
    with pytest.raises(GgufError, match=why):
        read_header(path)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_bytes_that_were_changed_give_a_header_or_a_reason(tiny: Path, data: st.DataObject):
    changed = bytearray(tiny.read_bytes()[:12_000])
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(4, 11_999))] = data.draw(st.integers(0, 255))
    with suppress(GgufError):
        parse_header(bytes(changed))
