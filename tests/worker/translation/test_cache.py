from pathlib import Path

import pytest

from worker.translation.base import Said
from worker.translation.cache import TranslationCache


def test_a_translation_is_found_by_text_engine_and_language(tmp_path: Path):
    path = tmp_path / "cache" / "translations.sqlite"
    TranslationCache(path, "a", "ja").keep("rain", Said("雨", cut=True))
    assert TranslationCache(path, "a", "ja").find(["rain", "snow"]) == {"rain": Said("雨", True)}
    assert TranslationCache(path, "b", "ja").find(["rain"]) == {}
    assert TranslationCache(path, "a", "de").find(["rain"]) == {}


def test_a_damaged_file_is_made_anew(tmp_path: Path):
    path = tmp_path / "translations.sqlite"
    path.write_bytes(b"no database" * 100)
    cache = TranslationCache(path, "a", "ja")
    assert cache.find(["rain"]) == {}
    cache.keep("rain", Said("雨"))
    assert cache.find(["rain"]) == {"rain": Said("雨")}


def test_a_file_that_cannot_be_used_costs_no_run(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "file").write_text("in the way")
    cache = TranslationCache(tmp_path / "file" / "translations.sqlite", "a", "ja")
    cache.keep("rain", Said("雨"))
    assert cache.find(["rain"]) == {}
    assert "cannot be kept" in caplog.text
