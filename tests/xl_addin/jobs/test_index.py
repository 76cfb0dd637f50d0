from dataclasses import replace
from pathlib import Path

import pytest

from worker.settings import load_settings
from xl_addin.jobs.index import index_request
from xl_addin.sheets.options import read_options


@pytest.mark.parametrize(
    ("broker", "store"),
    [("in-process", "/indexes"), ("redis://server:6379", ""), ("rediss://server:6379", "")],
)
def test_the_workers_of_a_broker_use_a_store_of_their_own(broker: str, store: str):
    settings = replace(load_settings(), store="/indexes", broker=broker)
    assert index_request(read_options({}), settings, Path("papers")).store == store
