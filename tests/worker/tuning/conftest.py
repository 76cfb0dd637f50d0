"""A tiny model for whoever trains or runs one."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.worker.tuning.tiny_model import tiny_model


@pytest.fixture(scope="session")
def tiny(torch: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentence_transformers", reason="the extra 'tune' is not installed")
    pytest.importorskip("datasets", reason="the extra 'tune' is not installed")
    return tiny_model(tmp_path_factory.mktemp("tiny"))
