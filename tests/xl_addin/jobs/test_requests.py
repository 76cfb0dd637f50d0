from dataclasses import replace
from pathlib import Path

import pytest

from worker.settings import load_settings
from xl_addin.jobs.requests import answer_request, index_request
from xl_addin.sheets.settings import Options
from xl_addin.workbook.file.file_book import FileBook


@pytest.mark.parametrize(
    ("broker", "store"),
    [("in-process", "/indexes"), ("redis://server:6379", ""), ("rediss://server:6379", "")],
)
def test_the_workers_of_a_broker_use_a_store_of_their_own(broker: str, store: str):
    settings = replace(load_settings(), store="/indexes", broker=broker)
    assert index_request(Options(), settings, Path("papers")).store == store


def test_how_answers_are_drawn_and_gated_reaches_the_worker(book: Path):
    port = FileBook.open(book)
    usual, _ = answer_request(Options(), load_settings(), port, port)
    assert (usual.temperature, usual.seed, usual.repeatable, usual.gate) == (0, 1, False, True)
    options = Options(temperature=0.5, seed=7, repeatable=True, gate=False)
    asked, _ = answer_request(options, load_settings(), port, port)
    assert (asked.temperature, asked.seed, asked.repeatable, asked.gate) == (0.5, 7, True, False)
