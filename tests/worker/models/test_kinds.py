"""What each kind of model needs, and what a machine lacks of it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from worker.errors import SettingError
from worker.models import kinds as model_kinds
from worker.models.kinds import KINDS, ModelKind, missing_steps
from worker.runtime import Runtime
from worker.settings import Settings, load_settings

HERE = ModelKind(name="here", about="", modules=(("json",), ("absent_one", "csv")), extra="local")


@pytest.fixture
def bare() -> Settings:
    return load_settings({})


def test_a_kind_whose_packages_are_here_lacks_nothing(bare: Settings):
    assert missing_steps(HERE, bare, gpu=False) == []


def test_a_missing_package_is_named_by_its_pip_line(bare: Settings):
    absent = replace(HERE, modules=(("json",), ("absent_one", "absent_two")))
    assert missing_steps(absent, bare, gpu=True) == ["pip install 'bonsai-xl[local]'"]


def test_a_kind_that_needs_a_gpu_says_so_where_none_is_seen(bare: Settings):
    demanding = replace(HERE, needs_gpu=True)
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
    assert all(f"\n{kind.extra} = [" in project for kind in KINDS)


def test_every_setting_of_a_key_exists(bare: Settings):
    assert all(hasattr(bare, kind.key) for kind in KINDS if kind.key)


@pytest.mark.parametrize("load", ["embedder", "language_model"])
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
