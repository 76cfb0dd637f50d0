import pytest

from worker.errors import SettingError, StoreError, WeightsMissingError
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


def test_a_store_is_a_folder_or_a_chroma_server(settings: Settings):
    with pytest.raises(SettingError, match="path of a folder"):
        Runtime(settings).store("redis://localhost:6379")
    with pytest.raises(StoreError, match=r"http://127.0.0.1:9 cannot be read"):
        Runtime(settings).store("http://127.0.0.1:9")


def test_the_store_without_a_name_is_the_workers_own(settings: Settings):
    runtime = Runtime(settings)
    assert runtime.store("") is runtime.store(settings.store)
