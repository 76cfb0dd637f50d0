"""The demonstration model as a folder for transformers, made once from the GGUF file's weights."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import ModuleType

import pytest
from filelock import FileLock

from worker.models.weights import find_weights


@pytest.fixture(scope="session")
def smollm2_folder(models: Path, torch: ModuleType) -> Path:
    """SmolLM2-135M-Instruct in 32-bit numbers with its tokenizer, kept beside the other weights."""
    folder = models / "hf-smollm2"
    pytest.importorskip("transformers", reason="the extra 'hf' is not installed")
    pytest.importorskip("gguf", reason="the package that reads GGUF weights is not installed")
    with FileLock(models / ".tests.lock"):
        if not folder.is_dir():
            _convert(find_weights(models, "gguf:smollm2"), folder)
    return folder


def _convert(weights: Path, folder: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    file = {"gguf_file": "model.gguf"}
    # Packed weights, which are the default, cannot be saved.
    unpacked = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(weights, quantization_config=unpacked, **file)
    tokenizer = AutoTokenizer.from_pretrained(weights, **file)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        made = Path(work, "made")
        model.save_pretrained(made)
        tokenizer.save_pretrained(made)
        os.replace(made, folder)
