"""A workbook names a server: nothing is sent there before a person of this machine has agreed."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.worker.ear import Ear, listening
from tests.worker.inference.openai_stand_in import KEY, OpenAiStandIn
from tests.xl_addin.conftest import Run
from worker.settings import load_settings
from xl_addin.jobs.books import new_book, set_settings
from xl_addin.sheets.answers import ANSWERS
from xl_addin.workbook.file.file_book import FileBook

needs_unix = pytest.mark.skipif(
    sys.platform == "win32",
    reason="0.0.0.0 does not lead back to this machine, and there is no pty",
)


@pytest.fixture
def book(bonsai: Run, tmp_path: Path) -> Path:
    """A workbook whose index is made."""
    book, documents = tmp_path / "from a stranger.xlsx", tmp_path / "documents"
    new_book(book)
    documents.mkdir()
    (documents / "tea.txt").write_text("The kettle sings. Tankers carry oil.", encoding="utf-8")
    assert bonsai("index", book, "--documents", documents)[0] == 0
    return book


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as ear:
        yield ear


@pytest.fixture
def server() -> Iterator[OpenAiStandIn]:
    with OpenAiStandIn() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def naming(book: Path, **values: str) -> Path:
    """Let the workbook name models by setting."""
    opened = FileBook.open(book)
    names = {name.replace("_", " "): value for name, value in values.items()}
    set_settings(opened, {"Evidence gate": "no", "Answer modes": "rag", **names})
    opened.save()
    return book


def away(server: Ear | OpenAiStandIn) -> str:
    """The name of a model on a server that is not known to be this machine, though it is."""
    return f"openai:http://0.0.0.0:{server.server_port}/v1#qwen"


@contextmanager
def typing(monkeypatch: pytest.MonkeyPatch, text: str) -> Iterator[None]:
    """Sit at the terminal and type."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, encoding="utf-8") as terminal:
        os.write(ours, text.encode())
        monkeypatch.setattr("sys.stdin", terminal)
        yield
    os.close(ours)


def answered(book: Path) -> int:
    rows = FileBook.open(book).read_table(ANSWERS).rows
    return sum(bool(row.values["Answer"]) for row in rows)


@needs_unix
def test_nothing_is_sent_where_nobody_can_be_asked(bonsai: Run, book: Path, ear: Ear):
    naming(book, Language_model=away(ear))
    code, _, said = bonsai("answer", book)
    assert (code, ear.paths) == (2, [])
    assert f"Nothing was sent to http://0.0.0.0:{ear.server_port}." in said
    assert "BONSAI_SERVERS" in said
    assert str(load_settings().home / "settings.toml") in said


@needs_unix
@pytest.mark.parametrize("answer", ["n\n", "\n", "はい\n"])
def test_nothing_is_sent_if_the_person_does_not_agree(
    bonsai: Run, book: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch, answer: str
):
    naming(book, Language_model=away(ear))
    with typing(monkeypatch, answer):
        code, _, said = bonsai("answer", book)
    assert (code, ear.paths) == (2, [])
    assert "May they go there? [y/N]" in said


@needs_unix
def test_what_the_person_agrees_to_is_sent_and_no_key(
    bonsai: Run, book: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BONSAI_LLM_KEY", "a-key-of-mine")
    naming(book, Language_model=away(ear))
    with typing(monkeypatch, "y\n"):
        code, _, said = bonsai("answer", book)
    assert ear.paths
    assert "a-key-of-mine" not in ear.heard
    assert code == 3
    assert "asks for a key" in said
    assert f"BONSAI_LLM_URL to the address it is for: http://0.0.0.0:{ear.server_port}" in said


@needs_unix
@pytest.mark.parametrize("agreed", ["yes", "typed", "servers"])
def test_consent_can_be_given_beforehand(
    bonsai: Run, book: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch, agreed: str
):
    naming(book, Language_model=away(ear))
    if agreed == "servers":
        monkeypatch.setenv("BONSAI_SERVERS", f"http://0.0.0.0:{ear.server_port}")
    options = {"yes": ["--yes"], "typed": ["--llm", away(ear)], "servers": []}[agreed]
    bonsai("answer", book, *options)
    assert ear.paths


def test_a_key_does_not_go_to_a_server_that_a_workbook_names(
    bonsai: Run, book: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key-of-mine")
    naming(book, Language_model=f"openai:{ear.url}/v1#qwen")
    bonsai("answer", book)
    assert ear.paths, "a server of this machine needs no consent"
    assert "a-key-of-mine" not in ear.heard


def test_a_key_goes_to_the_server_that_the_machine_sets_it_for(
    bonsai: Run, book: Path, server: OpenAiStandIn, monkeypatch: pytest.MonkeyPatch
):
    naming(book, Language_model=f"openai:{server.url}#qwen")
    monkeypatch.setenv("BONSAI_LLM_KEY", KEY)
    monkeypatch.setenv("BONSAI_LLM_URL", server.url)
    assert bonsai("answer", book)[0] == 0
    assert answered(book) > 0


def test_a_service_that_only_the_workbook_names_gets_no_documents(
    bonsai: Run, book: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CO_API_KEY", "a-key-of-mine")
    naming(book, Embedder="cohere:embed-english-v3.0", Documents_folder="documents")
    for command in ("index", "rank", "answer"):
        code, _, said = bonsai(command, book)
        assert code == 2
        assert "Nothing was sent to https://api.cohere.com." in said


@pytest.mark.parametrize(
    "name", ["openai:http://me:hush-hush@127.0.0.1:9/v1", "openai:http://127.0.0.1:9?key=hush-hush"]
)
def test_the_secret_of_an_address_is_neither_shown_nor_saved(
    bonsai: Run, book: Path, tmp_path: Path, name: str
):
    result = tmp_path / "result.json"
    code, out, err = bonsai("answer", book, "--llm", name, "--json", result)
    assert code == 2
    assert "holds a user, a password or a query" in err
    assert "hush" not in out + err
    assert not result.exists() or "hush" not in json.dumps(json.loads(result.read_text()))
    kept = b"".join(path.read_bytes() for path in load_settings().home.rglob("*") if path.is_file())
    assert b"hush" not in kept + book.read_bytes()
