"""Which files of a repository are needed, by their names alone."""

import pytest

from worker.errors import WeightsMissingError
from worker.models.hub.contents import needed
from worker.models.hub.names import named_on_hub

NEEDED = [
    "config.json", "model.safetensors", "model-00001-of-00002.safetensors",
    "model.safetensors.index.json", "adapter_config.json", "adapter_model.safetensors",
    "tokenizer.model", "spiece.model", "merges.txt", "qwen.tiktoken", "chat_template.jinja",
    "modules.json", "1_Pooling/config.json", "2_Dense/model.safetensors",
    "query_0_Transformer/model.safetensors", "LICENSE", "LICENSE.md", "NOTICE.txt",
]  # fmt: skip
NOT_NEEDED = [
    "pytorch_model.bin", "model.pt", "training_args.bin", "model.pkl", "modeling_own.py",
    "2_Dense/pytorch_model.bin", "onnx/model.onnx", "onnx/config.json", "README.md",
    "consolidated.safetensors", "original/model.safetensors", "model.fp16.safetensors",
    "flax_model.msgpack", "tf_model.h5", "model.gguf", ".gitattributes", "1_Pooling/a/config.json",
]  # fmt: skip


@pytest.mark.parametrize("name", ["st:org/name", "hf:org/name"])
def test_weights_as_safetensors_and_what_describes_them_are_needed_and_nothing_else(name: str):
    assert set(needed(named_on_hub(name), [*NOT_NEEDED, *NEEDED])) == set(NEEDED)


def test_of_a_repository_with_gguf_files_the_named_one_is_needed():
    name = named_on_hub("gguf:org/name:Q4/model.gguf")
    assert needed(name, ["Q4/model.gguf", "Q8/model.gguf", "config.json"]) == ("Q4/model.gguf",)


def test_a_split_file_of_which_a_part_is_not_there_is_named():
    name = named_on_hub("gguf:org/name:big-00001-of-00002.gguf")
    with pytest.raises(WeightsMissingError, match=r"no file big-00002-of-00002\.gguf"):
        needed(name, ["big-00001-of-00002.gguf"])


def test_of_many_files_a_few_are_named():
    files = [f"model-q{number}.gguf" for number in range(20)]
    with pytest.raises(WeightsMissingError) as caught:
        needed(named_on_hub("gguf:org/name"), files)
    assert "and 12 more" in caught.value.why
