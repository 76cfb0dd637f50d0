"""The pairs of tests/data/qa: good ones, and bad ones of six kinds, over passages of their own."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from tests.conftest import REPOSITORY, SAMPLE
from worker.answering.names import unfounded_names
from worker.answering.numbers import unfounded_numbers
from worker.documents.splitting import split_sentences
from worker.qa_data.pair import Pair, Passage, pair_id

FOLDER = REPOSITORY / "tests" / "data" / "qa"

#: What a pair's verdict is where no filter is to reject it.
GOOD = "good"


def unfounded(text: str, passages: Sequence[str]) -> list[str]:
    """Return the names and numbers of a text that no passage has, as the job looks for them."""
    return [*unfounded_names(text, passages), *unfounded_numbers(text, passages)]


def passages() -> dict[str, Passage]:
    """Return the passages by their ids; each is a file of its own, in the folder of its part."""
    return {
        row["id"]: Passage(row["id"], row["document"], row["text"]) for row in _rows("passages.csv")
    }


def pairs() -> dict[Pair, str]:
    """Return all pairs with their verdicts: good, or the filter that is to reject them."""
    known = passages()
    found = {}
    for number, row in enumerate(_rows("pairs.csv"), start=1):
        passage = known[row["passage"]]
        split = "train" if passage.doc_id.startswith("train/") else "validation"
        name = pair_id(passage.chunk_id, number)
        found[Pair(name, passage, split, row["question"], row["answer"])] = row["verdict"]
    return found


def sample_passages() -> list[Passage]:
    """Return passages of the shipped sample documents, to be looked for among."""
    return [
        Passage(f"{file.name}-{number}", file.name, chunk.text)
        for file in sorted(SAMPLE.iterdir())
        if ".ja." not in file.name
        for number, chunk in enumerate(
            split_sentences(file.read_text(encoding="utf-8"), size=1_500, overlap=0)
        )
    ]


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
