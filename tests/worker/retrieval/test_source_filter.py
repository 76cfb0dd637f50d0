import pytest

from worker.contract import ChunkFilter
from worker.retrieval.source_filter import allowed_sources

SOURCES = {
    "reports/2024/oil.pdf": "2024-05-01",
    "reports/2025/Gold.PDF": "2025-02-01",
    "notes/kettle.txt": "2025-03-01",
    "old.txt": "",
}


def passed(**fields) -> list[str]:
    return sorted(allowed_sources(ChunkFilter(**fields), SOURCES))


def test_a_filter_that_asks_for_nothing_lets_all_pass():
    assert passed() == sorted(SOURCES)


@pytest.mark.parametrize(
    ("patterns", "files"),
    [
        (["reports/*"], ["reports/2024/oil.pdf", "reports/2025/Gold.PDF"]),
        (["*gold*"], ["reports/2025/Gold.PDF"]),
        (["old.txt", "notes/*"], ["notes/kettle.txt", "old.txt"]),
        (["nothing*"], []),
    ],
)
def test_one_pattern_that_fits_is_enough(patterns, files):
    assert passed(files=patterns) == files


def test_types_are_written_as_people_write_them():
    assert passed(types=[".pdf"]) == passed(types=["PDF"])
    assert passed(types=["pdf"]) == ["reports/2024/oil.pdf", "reports/2025/Gold.PDF"]


def test_a_file_without_a_date_does_not_pass_a_filter_by_date():
    assert passed(since="2025-02-01") == ["notes/kettle.txt", "reports/2025/Gold.PDF"]


def test_every_condition_must_hold():
    assert passed(files=["reports/*"], types=["pdf"], since="2025-01-01") == [
        "reports/2025/Gold.PDF"
    ]
