"""Packages of Argos Translate, read by the real libraries; the model has learnt nothing."""

import zipfile
from pathlib import Path

import pytest

from worker.errors import CancelledError, EngineError, SettingError, WeightsMissingError
from worker.settings import load_settings

pytest.importorskip("ctranslate2")
pytest.importorskip("sentencepiece")

from tests.worker.translation.argos_package import write_package
from worker.translation.argos import ArgosModel, load
from worker.translation.base import Said


def loaded(path: Path) -> ArgosModel:
    return load(f"argos:{path}", load_settings())


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("argos") / "translate-en_ja-1_0")


def test_a_text_is_translated_sentence_by_sentence_and_keeps_its_lines(package: Path):
    text = "The rain fell.\n\nKettles sing. The town was silent."
    ((place, said),) = loaded(package).translate([text], "ja", cancelled=lambda: False)
    assert place == 0
    assert isinstance(said, Said)
    assert said.text.count("\n\n") == 1
    assert said.text.strip()


def test_a_packed_package_translates_as_an_unpacked_one(package: Path, tmp_path: Path):
    packed = tmp_path / "en_ja.argosmodel"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(package.rglob("*")):
            archive.write(part, part.relative_to(package.parent))
    texts = ["The rain fell on the town."]
    said = [
        list(loaded(path).translate(texts, "Japanese", cancelled=bool))
        for path in (package, packed)
    ]
    assert said[0] == said[1]


def test_another_language_than_the_package_is_for_is_refused(package: Path):
    with pytest.raises(SettingError, match="does not translate into 'German'") as refused:
        list(loaded(package).translate(["Rain."], "German", cancelled=lambda: False))
    assert "English into Japanese" in refused.value.why


def test_a_stop_is_seen_between_texts(package: Path):
    with pytest.raises(CancelledError):
        list(loaded(package).translate(["Rain."], "ja", cancelled=lambda: True))


def test_a_path_without_a_package_is_named(tmp_path: Path):
    (tmp_path / "note.argosmodel").write_text("no archive")
    (tmp_path / "empty").mkdir()
    for name in ("absent.argosmodel", "note.argosmodel", "empty"):
        with pytest.raises(WeightsMissingError, match=name):
            loaded(tmp_path / name)


def test_a_package_whose_model_is_damaged_is_named(package: Path, tmp_path: Path):
    folder = write_package(tmp_path / "damaged")
    (folder / "model" / "model.bin").write_bytes(b"nothing")
    with pytest.raises(EngineError, match="cannot be loaded"):
        loaded(folder)
