"""A secret in an address, wherever a person has written it, is shown and saved nowhere."""

from pathlib import Path

import pytest

from tests.xl_addin.conftest import Run
from worker.settings import load_settings
from xl_addin.jobs.books import new_book, set_settings
from xl_addin.workbook.file.file_book import FileBook

_SECRET = "hush-hush"

#: Addresses with a secret of servers that are not there.
_WEB = ["http://me:{}@127.0.0.1:9", "http://127.0.0.1:9?api_key={}", "http://127.0.0.1:9/;sig={}"]
_BROKERS = ["redis://:{}@127.0.0.1:1", "redis://127.0.0.1:1?password={}", "rediss://u:{}@h:port",
            "unix://u:{}@/no/such.sock", "me:{}@127.0.0.1:1", "redis://127.0.0.1:1?token={}",
            "redis://:{}#{}@127.0.0.1:1"]  # fmt: skip

#: Where it may stand, and how it is written there.
_PLACES = [
    *[(variable, address) for variable in ("BONSAI_BROKER", "--broker") for address in _BROKERS],
    *[(variable, address) for variable in ("BONSAI_STORE", "--store") for address in _WEB],
    *[(variable, address) for variable in ("BONSAI_SERVERS", "BONSAI_LLM_URL") for address in _WEB],
    *[
        (place, f"openai:{address}#qwen")
        for place in ("BONSAI_LLM", "--llm", "Language model", "Reranker", "Scoring embedder")
        for address in _WEB
    ],
    *[(place, f"st:{_WEB[1]}") for place in ("BONSAI_EMBEDDER", "--embedder", "Embedder")],
]


@pytest.mark.parametrize(("place", "address"), _PLACES)
def test_it_is_shown_and_saved_nowhere(
    bonsai: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, address: str
):
    book, written = tmp_path / "book.xlsx", address.replace("{}", _SECRET)
    new_book(book)
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "tea.txt").write_text("The kettle sings.", encoding="utf-8")
    opened = FileBook.open(book)
    set_settings(opened, {"Documents folder": "documents", place: written})
    opened.save()
    options = [place, written] if place.startswith("--") else []
    if place.startswith("BONSAI"):
        monkeypatch.setenv(place, written)
    result = tmp_path / "result.json"
    orders = [["answer", book, "--json", result, *options]]
    orders += [] if place == "--llm" else [["index", book, *options]]
    orders += [["jobs", *options]] if "BROKER" in place.upper() else []
    said = [bonsai(*order) for order in orders]
    assert said[0][0] in (2, 3), "nothing can be reached"
    assert "nobody foresaw" not in str(said)
    assert _SECRET not in str(said)
    monkeypatch.delenv(place, raising=False)
    files = [path for path in (*load_settings().home.rglob("*"), result) if path.is_file()]
    assert _SECRET.encode() not in b"".join(path.read_bytes() for path in files)
