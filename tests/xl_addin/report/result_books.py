"""Workbooks with results in them, as runs leave them, for the tests of what readers get."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from worker.contract import (
    OVERVIEW_BLOB,
    Answer,
    Citation,
    PointOfView,
    PovMatrix,
    PovStatistics,
    PovTouch,
    QuestionRanking,
    RankedChunk,
    SourceReport,
    StageSeconds,
    Support,
    Translation,
    heatmap_blob,
    text_key,
)
from xl_addin.jobs.books import new_book, set_settings
from xl_addin.sheets.answers import answers_content
from xl_addin.sheets.heatmap import HEATMAP, heatmap_pictures
from xl_addin.sheets.matrix import matrix_content
from xl_addin.sheets.ranked import ranked_content
from xl_addin.sheets.sources import sources_content
from xl_addin.sheets.translations import with_translations
from xl_addin.workbook.file.file_book import FileBook

POVS = ("P01", "P02", "P03")


class Told(NamedTuple):
    """A passage of a document."""

    source: str
    text: str
    start: int = 0
    page: int | None = None


KETTLE = Told("kettle.txt", "The kettle sings on the hob.")
HARBOUR = Told("harbour & <sea>.txt", "The harbour wall was built in 1931.", 120)
REPORT = Told("reports/港の記録 #1.pdf", "港の壁は1931年に建てられた。", 7, 3)
PASSAGES = (KETTLE, HARBOUR, REPORT)


def ranking(qid: str, passages: Sequence[Told] = PASSAGES, question: str = "") -> QuestionRanking:
    """The passages ranked in the order given; similarity had the opposite order."""
    count = len(passages)
    rows = tuple(
        RankedChunk(
            chunk_id=f"c{place}",
            rank=place + 1,
            sexy=3.0 - place / 10,
            classic=0.7,
            query_similarity=0.4,
            relevance=0.0,
            query_rank=count - place,
            top_povs=(PovTouch(pov_id="P02", cosine=0.4, contrast=2.5, share=0.75),),
            source=told.source,
            page=told.page,
            start=told.start,
            text=told.text,
        )
        for place, told in enumerate(passages)
    )
    values = tuple(tuple(0.1 * place + 0.01 * at for at in range(3)) for place in range(count))
    matrix = PovMatrix(
        chunk_ids=tuple(row.chunk_id for row in rows),
        pov_ids=POVS,
        cosine=values,
        contrast=values,
        statistics=PovStatistics(mean=(0.1,) * 3, sd=(0.2,) * 3),
    )
    return QuestionRanking(
        qid=qid, question=question or f"What of {qid}?", rows=rows, matrix=matrix
    )


def answer(qid: str, text: str, cited: Sequence[Told] = PASSAGES, mode: str = "sexy") -> Answer:
    """An answer that was given these passages, and names the first."""
    citations = tuple(
        Citation(
            number=number, chunk_id="c", source=told.source, start=told.start, cited=number == 1
        )
        for number, told in enumerate(cited, start=1)
    )
    return Answer(
        qid=qid,
        question=f"What of {qid}?",
        mode=mode,
        text=text,
        citations=citations,
        support=Support(similarity=0.5),
        seconds=StageSeconds(generate=1.0),
        prompt_tokens=10,
        tokens=5,
        model="scripted:quoting",
    )


def translation(text: str, said: str, *missing: str) -> Translation:
    """A text in another language, which lacks this and that."""
    return Translation(of=text_key(text), text=said, missing=missing)


def write_documents(folder: Path, passages: Sequence[Told] = PASSAGES) -> Path:
    """Write a file for each source."""
    for told in passages:
        path = folder / told.source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told.text, encoding="utf-8")
    return folder


def write_book(
    path: Path,
    rankings: Sequence[QuestionRanking],
    answers: Sequence[Answer] = (),
    *,
    documents: str = "documents",
    png: bytes = b"",
    translations: Sequence[Translation] = (),
) -> Path:
    """Write a workbook with these results; `png` is the picture of each question and of all."""
    new_book(path)
    book = FileBook.open(path)
    set_settings(book, {"Documents folder": documents})
    povs = [PointOfView(pov_id=pov_id, text=pov_id) for pov_id in POVS]
    sources = {row.source: None for each in rankings for row in each.rows}
    if rankings:
        ranked = with_translations(book, ranked_content(rankings), translations)
        book.write_table(ranked.content)
        book.write_table(matrix_content(rankings, povs, "contrast"))
        book.write_table(sources_content([_report(source) for source in sources]))
    if answers:
        book.write_table(with_translations(book, answers_content(answers), translations).content)
    blobs = {heatmap_blob(each.qid): png for each in rankings if png}
    if len(blobs) > 1:
        blobs[OVERVIEW_BLOB] = png
    book.put_pictures(HEATMAP.sheet, heatmap_pictures(rankings, blobs))
    book.save()
    return path


def _report(source: str) -> SourceReport:
    return SourceReport(
        file=source, type=source.rpartition(".")[2], chunks=1, characters=30, status="indexed"
    )
