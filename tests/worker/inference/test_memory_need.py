"""A model that does not fit is refused before it is loaded; what it takes was measured."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.worker.inference.tiny_gguf import write_tiny_gguf
from worker.errors import EngineError
from worker.inference.gguf_file import GgufModel, look_into
from worker.inference.gguf_header import GgufHeader
from worker.inference.memory_need import need_of, refuse_what_does_not_fit
from worker.machine_share import Memory

MB = 1_000_000

#: What the process holds more than before it had a model.
_MEASURED = """
import sys, psutil
from pathlib import Path
from worker.inference.llama_cpp import LlamaCppModel
import xllamacpp
before = psutil.Process().memory_info().rss
model = LlamaCppModel("gguf:smollm2", Path(sys.argv[1]), threads=1, streams=int(sys.argv[2]))
print(psutil.Process().memory_info().rss - before)
model.close()
"""


@pytest.mark.parametrize("streams", [1, 2])
def test_the_sum_is_near_what_a_process_with_the_model_holds(models: Path, streams: int):
    path = models / "gguf-smollm2" / "model.gguf"
    command = [sys.executable, "-c", _MEASURED, str(path), str(streams)]
    held = int(subprocess.run(command, capture_output=True, check=True).stdout)
    assert held == pytest.approx(need_of(look_into(path), 4096, streams).whole, rel=0.2)


def large(**values: object) -> GgufModel:
    """Qwen2.5 of 1.5 billion parameters, as its header says."""
    own = {
        "block_count": 28,
        "context_length": 32768,
        "embedding_length": 1536,
        "feed_forward_length": 8960,
        "attention.head_count": 12,
        "attention.head_count_kv": 2,
        **values,
    }
    named = {f"qwen2.{name}": value for name, value in own.items()}
    return GgufModel(GgufHeader({"general.architecture": "qwen2", **named}, 339, 1), 1117 * MB)


def test_keys_and_values_of_each_token_are_counted():
    assert need_of(large(), 4096, 1).context == 112 << 20, "as llama.cpp says of this model"


def test_streams_have_a_context_each():
    assert need_of(large(), 4096, 3).context == 3 * need_of(large(), 4096, 1).context


def test_heads_that_differ_from_layer_to_layer_are_added_up():
    half = large(**{"attention.head_count_kv": [2] * 14 + [0] * 14})
    assert need_of(half, 4096, 1).context == need_of(large(), 4096, 1).context / 2


def test_heads_of_a_length_of_their_own_count_with_it():
    longer = large(**{"attention.key_length": 256, "attention.value_length": 128})
    assert need_of(longer, 4096, 1).context == 1.5 * need_of(large(), 4096, 1).context


def test_values_of_another_kind_count_as_none():
    odd = large(**{"attention.key_length": "wide", "feed_forward_length": None})
    assert need_of(odd, 4096, 1).whole > 0


def refused(memory: Memory, streams: int = 1) -> EngineError:
    with pytest.raises(EngineError) as caught:
        refuse_what_does_not_fit("gguf:qwen-1.5b", large(), 4096, streams, memory)
    return caught.value


def test_a_model_that_does_not_fit_says_what_it_needs_and_what_is_free():
    error = refused(Memory(free=900 * MB, total=4000 * MB))
    assert error.what == "The language model gguf:qwen-1.5b does not fit into memory."
    assert "about 1,329 MB: 1,117 for its weights, 117 for 1 × 4,096 tokens" in error.why
    assert "Of 4,000 MB 900 are free." in error.why
    assert "such as gguf:qwen-0.5b" in error.next_step
    assert "BONSAI_STREAMS" not in error.next_step


def test_with_more_streams_fewer_are_advised():
    assert "BONSAI_STREAMS=1" in refused(Memory(1000 * MB, 4000 * MB), streams=4).next_step


def test_where_nothing_fits_no_other_model_is_named():
    assert "such as" not in refused(Memory(50 * MB, 4000 * MB)).next_step


def test_more_than_the_machine_has_is_refused_whatever_is_free():
    assert "Of 1,200 MB" in refused(Memory(1200 * MB, 1200 * MB)).why


@pytest.mark.parametrize("free", [1100, 1400, 16000])
def test_what_fits_or_nearly_does_is_loaded(free: int):
    refuse_what_does_not_fit(
        "gguf:qwen-1.5b", large(), 4096, 1, Memory(free * MB, max(free, 4000) * MB)
    )


def test_a_tiny_model_is_no_matter(tmp_path: Path):
    model = look_into(write_tiny_gguf(tmp_path / "tiny.gguf"))
    refuse_what_does_not_fit("gguf:tiny", model, 64, 1, Memory(100 * MB, 200 * MB))
