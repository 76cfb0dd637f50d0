import pytest

from worker.errors import SettingError
from worker.tuning.bases import trainable_base


@pytest.mark.parametrize("name", ["st:BAAI/bge-base-en", "st:minilm", "st:/a/folder", "tuned:mine"])
def test_what_torch_loads_is_trained_itself(name: str):
    assert trainable_base(name) == name


def test_a_model_that_only_runs_has_a_twin():
    assert trainable_base("onnx:minilm") == "st:minilm"
    assert trainable_base("onnx:e5-small") == "st:intfloat/multilingual-e5-small"


@pytest.mark.parametrize("name", ["cohere:embed-english-v3.0", "taste:mine", "gguf:x", "st:", ""])
def test_others_are_refused_with_what_can_be_trained(name: str):
    with pytest.raises(SettingError, match="cannot be trained") as caught:
        trainable_base(name)
    assert "st:minilm" in caught.value.next_step
