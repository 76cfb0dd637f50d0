from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from worker.contract import PairSet, PointOfView
from worker.errors import InputError
from worker.qa_data.pair import Pair, Passage
from xl_addin.sheets.qa import QA
from xl_addin.sheets.qa_pairs import WrittenPair, written_content
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.tuning_pairs import joined, pair_set, qa_set, taste_set
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent

POVS = (
    PointOfView(pov_id="P1", text="A kettle can break your heart."),
    PointOfView(pov_id="P2", text="Oil does not care.", weight=-1.0),
)


def pair(name: str, *, kept: bool = True, text: str = "A kettle.", split="train") -> WrittenPair:
    passage = Passage(f"c-{name}", f"{name}.txt", text)
    return WrittenPair(Pair(name, passage, split, f"What is {name}?", "A kettle."), kept=kept)


def ranked(chunk: str, keep: str, povs: str) -> dict[str, object]:
    return {
        "QID": "Q1",
        "Source": f"{chunk}.txt",
        "Chunk": f"Text of {chunk}",
        "ChunkID": chunk,
        "Top POVs": povs,
        "Keep": keep,
    }


@pytest.fixture
def opened(book: Path) -> FileBook:
    return FileBook.open(book)


def test_pairs_that_are_kept_come_over_the_passages_of_all(opened: FileBook):
    opened.write_table(written_content([pair("a"), pair("b", kept=False), pair("c", text="")]))
    found = qa_set(opened)
    assert [each.question for each in found.pairs] == ["What is a?"]
    assert [each.passage_id for each in found.passages] == ["c-a", "c-b"]


def test_a_sheet_without_passages_is_refused(opened: FileBook):
    opened.write_table(written_content([pair("a", text="")]))
    with pytest.raises(InputError, match=r"No pair in .* has its passage"):
        qa_set(opened)


def test_a_written_pair_is_read_back_as_it_was(opened: FileBook):
    opened.write_table(written_content([pair("a", split="validation")]))
    assert qa_set(opened) == pair_set([pair("a", split="validation")])
    assert opened.read_table(QA).rows[0].values["Kept"] == "yes"


def test_a_kept_passage_is_a_pair_of_the_point_of_view_that_it_touches_most(opened: FileBook):
    rows = [
        ranked("k1", "yes", "P1  80%  z +1.2\nP2  20%  z +0.3"),
        ranked("k2", "no", "P1  80%  z +1.2"),
        ranked("k3", "yes", "P2  90%  z +1.2"),  # a weight below 0 is liked by nobody
        ranked("k4", "", "P1  80%  z +1.2"),
    ]
    columns = tuple(replace(column, owner="run") for column in RANKED.columns)
    opened.write_table(TableContent(RANKED, rows, columns))
    found = taste_set(opened, POVS)
    assert [(each.question, each.passage_id) for each in found.pairs] == [(POVS[0].text, "k1")]
    assert len(found.passages) == 4


def test_without_a_mark_there_is_nothing_to_learn(opened: FileBook):
    with pytest.raises(InputError, match="No passage is kept"):
        taste_set(opened, POVS)


def test_both_together_leave_a_document_on_its_side():
    qa = pair_set([pair("a", split="validation"), pair("b")])
    placed = [each.model_copy(update={"split": ""}) for each in qa.passages]
    more = placed[0].model_copy(update={"passage_id": "other"})
    whole = joined(qa, PairSet(passages=(*placed, more)))
    assert [(each.passage_id, each.split) for each in whole.passages] == [
        ("c-a", "validation"),
        ("c-b", "train"),
        ("other", "validation"),
    ]
