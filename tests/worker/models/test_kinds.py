"""The table of models: what loads each kind, what it needs, what a machine lacks of it."""

import importlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from worker.errors import SettingError
from worker.models import kinds as model_kinds
from worker.models.kinds import KINDS, ModelKind, missing_steps, wants_gpu
from worker.runtime import Runtime
from worker.settings import Settings, load_settings

HERE = ModelKind(
    name="here", about="", engines=(), modules=(("json",), ("absent_one", "csv")), extra="local"
)


@pytest.fixture
def bare() -> Settings:
    return load_settings({})


def test_a_kind_whose_packages_are_here_lacks_nothing(bare: Settings):
    assert missing_steps(HERE, bare, gpu=False) == []


def test_a_missing_package_is_named_by_its_pip_line(bare: Settings):
    absent = replace(HERE, modules=(("json",), ("absent_one", "absent_two")))
    assert missing_steps(absent, bare, gpu=True) == ["pip install 'bonsai-xl[local]'"]


def test_a_kind_that_needs_a_gpu_says_so_where_none_is_seen(bare: Settings):
    demanding = replace(HERE, gpu="needed")
    assert missing_steps(demanding, bare, gpu=False) == ["a machine with an NVIDIA GPU"]
    assert missing_steps(demanding, bare, gpu=True) == []


def test_a_kind_that_needs_a_key_says_where_it_goes(bare: Settings):
    keyed = replace(HERE, key="cohere_key", key_variable="CO_API_KEY")
    (step,) = missing_steps(keyed, bare, gpu=False)
    assert "CO_API_KEY" in step
    assert missing_steps(keyed, load_settings({"CO_API_KEY": "a key"}), gpu=False) == []


def test_a_gpu_is_seen_by_its_driver(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(model_kinds.shutil, "which", lambda _: "/usr/bin/nvidia-smi")
    assert model_kinds.sees_gpu()


def test_every_optional_part_exists():
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f"\n{kind.extra} = [" in project for kind in KINDS if kind.modules)


def test_every_setting_of_a_key_exists(bare: Settings):
    assert all(hasattr(bare, kind.key) for kind in KINDS if kind.key)


def test_every_kind_has_something_that_loads_it():
    for kind in KINDS:
        for engine in kind.engines:
            module, _, function = engine.loader.partition(":")
            assert callable(getattr(importlib.import_module(module), function)), kind.name


@pytest.mark.parametrize(
    ("name", "wants"),
    [
        ("st:BAAI/bge-base-en", True),
        ("st:BAAI/bge-base-en+cover", True),
        ("hf:ORG/NAME", True),
        ("unsloth:FOLDER", True),
        ("onnx:minilm", False),
        ("openai:http://127.0.0.1/v1", False),
        ("test:hash", False),
        ("start", False),
        ("", False),
    ],
)
def test_the_kind_of_a_model_says_whether_it_wants_a_gpu(name: str, wants: bool):
    assert wants_gpu(name) == wants


def test_a_kind_is_refused_a_task_that_it_does_not_do(tmp_path: Path):
    runtime = Runtime(Settings(home=tmp_path, store="", models=tmp_path))
    with pytest.raises(SettingError, match="no embedding model called 'gguf:smollm2'"):
        runtime.embedder("gguf:smollm2")
    with pytest.raises(SettingError, match="no reranker called 'onnx:minilm'"):
        runtime.reranker("onnx:minilm")
    with pytest.raises(SettingError, match="no language model called 'st:BAAI/bge-base-en'"):
        runtime.language_model("st:BAAI/bge-base-en")


def test_what_is_for_tests_needs_nothing_says_so_and_is_proposed_to_nobody(bare: Settings):
    bare_kinds = [kind for kind in KINDS if not any(engine.example for engine in kind.engines)]
    assert [kind.name for kind in bare_kinds] == ["test", "scripted"]
    for kind in bare_kinds:
        assert missing_steps(kind, bare, gpu=False) == []
        assert "for tests" in kind.about
        assert not bare.embedder.startswith(f"{kind.name}:")
        assert not bare.llm.startswith(f"{kind.name}:")


@pytest.mark.parametrize("load", ["embedder", "reranker", "language_model"])
def test_every_kind_in_the_message_about_an_unknown_one_is_listed(tmp_path: Path, load: str):
    runtime = Runtime(Settings(home=tmp_path, store="", models=tmp_path))
    with pytest.raises(SettingError) as caught:
        getattr(runtime, load)("magic:wand")
    examples = caught.value.why.replace(",", " ").split()
    named = {example.partition(":")[0] for example in examples if ":" in example}
    assert named
    assert named <= {kind.name for kind in KINDS}


def test_looking_at_what_is_here_imports_nothing_heavy():
    heavy = {name for kind in KINDS for group in kind.modules for name in group}
    code = (
        "import sys\n"
        "from worker.models.kinds import KINDS, missing_steps, sees_gpu\n"
        "from worker.settings import load_settings\n"
        "for kind in KINDS:\n"
        "    missing_steps(kind, load_settings(), gpu=sees_gpu())\n"
        f"print(*({heavy!r} & set(sys.modules)))\n"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert printed.split() == []
