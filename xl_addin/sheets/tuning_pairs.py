"""What a model is tuned on, out of a workbook: pairs of the QA sheet, points of view with marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from worker.contract import PairSet, PointOfView, TunePair, TunePassage
from worker.errors import InputError
from xl_addin.sheets.keep_marks import read_marks
from xl_addin.sheets.qa import QA
from xl_addin.sheets.qa_pairs import WrittenPair, written_pairs
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.port import CellValue, WorkbookPort


def qa_set(book: WorkbookPort) -> PairSet:
    """Return the pairs of the QA sheet that are kept, over the passages of all its rows.

    :raises TableMissingError: if there is no such sheet.
    :raises InputError: if no row has a passage.
    """
    written = written_pairs(book.read_table(QA).rows)
    if written and not any(each.pair.passage.text for each in written):
        raise InputError(
            f"No pair in {book.name} has its passage.",
            "A model learns from a question and the passage that answers it, and the column "
            "Passage of the sheet QA is empty or not there.",
            "Fill it, or make the pairs anew with 'bonsai dataset'.",
        )
    return pair_set(written)


def pair_set(written: list[WrittenPair]) -> PairSet:
    """Return pairs that are kept, over the passages of all; those without a passage are left out.

    A passage that names no document is one of its own.
    """
    passages: dict[str, TunePassage] = {}
    for each in written:
        own = each.pair.passage
        if own.text and own.chunk_id not in passages:
            passages[own.chunk_id] = TunePassage(
                passage_id=own.chunk_id,
                doc=own.doc_id or own.chunk_id,
                text=own.text,
                split=each.pair.split,
            )
    pairs = [
        TunePair(question=each.pair.question, passage_id=each.pair.passage.chunk_id)
        for each in written
        if each.kept and each.pair.passage.chunk_id in passages
    ]
    return PairSet(passages=tuple(passages.values()), pairs=tuple(pairs))


def taste_set(book: WorkbookPort, povs: tuple[PointOfView, ...]) -> PairSet:
    """Return each point of view with the passages that are kept for it; no side is chosen yet.

    A passage is kept for the point of view that it touches most: the first of its Top POVs.

    :raises InputError: if none is kept.
    """
    data = book.find_table(RANKED)
    texts = {pov.pov_id: pov.text for pov in povs if pov.weight > 0}
    passages: dict[str, TunePassage] = {}
    for row in data.rows if data else ():
        cell = {name: _text(row.values.get(name)) for name in RANKED.headers}
        if cell["ChunkID"] and cell["Chunk"]:
            passages[cell["ChunkID"]] = _passage(cell["ChunkID"], cell["Source"], cell["Chunk"])
    liked: dict[tuple[str, str], None] = {}
    for mark in read_marks(book):
        first = (mark.top_povs.split() or [""])[0]
        if mark.liked and mark.text and first in texts:
            passages[mark.chunk_id] = _passage(mark.chunk_id, mark.source, mark.text)
            liked[texts[first], mark.chunk_id] = None
    if not liked:
        raise InputError(
            f"No passage is kept for a point of view in {book.name}.",
            "A taste is learnt from rows of the sheet Ranked with Keep = yes: there are none.",
            "Set Keep to yes for passages that you like, or tune on qa.",
        )
    pairs = [TunePair(question=pov, passage_id=chunk) for pov, chunk in liked]
    return PairSet(passages=tuple(passages.values()), pairs=tuple(pairs))


def _passage(chunk_id: str, source: str, text: str) -> TunePassage:
    return TunePassage(passage_id=chunk_id, doc=source, text=text)


def joined(qa: PairSet, taste: PairSet) -> PairSet:
    """Return both sets as one; a document of the QA sheet stays on its side."""
    sides = {passage.doc: passage.split for passage in qa.passages}
    known = {passage.passage_id for passage in qa.passages}
    return PairSet(
        passages=(*qa.passages, *_placed(taste, sides, known)), pairs=(*qa.pairs, *taste.pairs)
    )


def _placed(taste: PairSet, sides: Mapping[str, str], known: set[str]) -> Iterator[TunePassage]:
    for passage in taste.passages:
        if passage.passage_id not in known:
            side = sides.get(passage.doc, "train")
            yield passage.model_copy(update={"split": side})


def _text(value: CellValue) -> str:
    return "" if value is None else clean_text(str(value)).strip()
