import pytest

from worker.errors import SettingError, WeightsMissingError
from worker.runtime import Runtime
from worker.settings import Settings, load_settings


def test_a_model_is_loaded_once(warm_runtime: Runtime):
    assert warm_runtime.embedder("onnx:minilm") is warm_runtime.embedder("onnx:minilm")


@pytest.mark.parametrize("name", ["minilm", "onnx:", "bert:base", "../../etc/passwd"])
def test_a_name_of_no_known_kind_is_refused(name: str, settings: Settings):
    with pytest.raises(SettingError, match="bonsai models"):
        Runtime(settings).embedder(name)


def test_a_name_that_is_not_in_the_list_is_refused(settings: Settings):
    with pytest.raises(SettingError, match="no model called 'gguf:other'"):
        Runtime(settings).language_model("gguf:other")


def test_absent_weights_name_the_command_that_gets_them():
    empty = Runtime(load_settings())
    with pytest.raises(WeightsMissingError, match="bonsai models get onnx:minilm"):
        empty.embedder("onnx:minilm")
    with pytest.raises(WeightsMissingError, match="bonsai models get gguf:smollm2"):
        empty.language_model("gguf:smollm2")


def test_a_server_address_is_no_store_yet(settings: Settings):
    with pytest.raises(SettingError, match="not a folder"):
        Runtime(settings).store("http://localhost:8000")


def test_the_store_without_a_name_is_the_workers_own(settings: Settings):
    runtime = Runtime(settings)
    assert runtime.store("") is runtime.store(settings.store)
