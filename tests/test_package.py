"""What is released: sdist and wheel are whole and hold nothing else. `.ci/run` installs it, too."""

from __future__ import annotations

import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.check_package import build, check_contents, sdist_faults, wanted_files, wheel_faults
from tests.conftest import REPOSITORY
from worker import __version__
from worker.settings import tomllib

pytestmark = pytest.mark.skipif(
    not all(map(find_spec, ("build", "hatchling"))), reason="needs build and hatchling"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(tmp_path_factory.mktemp("dist"), "--no-isolation")


def test_sdist_and_wheel_are_whole(built: tuple[Path, Path]):
    check_contents(*built)


def test_a_file_that_is_missing_or_of_the_tests_is_named(built: tuple[Path, Path]):
    names = set(zipfile.ZipFile(built[1]).namelist())
    assert wheel_faults(names - {"xl_addin/language/ja.po"}) == [
        "xl_addin/language/ja.po is missing"
    ]
    assert wheel_faults(names | {"tests/conftest.py"}) == [
        "tests/conftest.py does not belong in it"
    ]
    surplus = sdist_faults({f"x/{name}" for name in wanted_files()} | {"x/docs/models.md"})
    assert surplus == ["docs/models.md does not belong in it"]


def test_what_is_wanted_is_more_than_code():
    wanted = wanted_files()
    assert {
        "templates/bonsai.xlsm",
        "templates/bonsai.ja.xlsx",
        "xl_addin/template/vba/BonsaiBridge.bas",
        "xl_addin/template/vba/ThisWorkbook.cls",
        "xl_addin/language/ja.po",
        "xl_addin/report/page.css",
        "worker/answering/prompts.py",
    } <= wanted
    assert not any(name.startswith("tests/") for name in wanted)


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
    changes = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    assert changes.split("\n## ")[1].startswith(__version__)
