"""The results that stand in a workbook, question by question, as they are handed to readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from worker.errors import InputError
from xl_addin.report.values import number, text, whole
from xl_addin.sheets.answers import ANSWERS, CitationLine, read_citation_lines
from xl_addin.sheets.heatmap import HEATMAP, OVERVIEW_NAME, heatmap_name
from xl_addin.sheets.inputs import usual_id
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.matrix import CONTRAST_SUFFIX, MATRIX
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.sources import SOURCES
from xl_addin.sheets.translations import TRANSLATION, split_question
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import CellValue, Picture, TableData

_Values = Mapping[str, CellValue]


@dataclass(frozen=True)
class Passage:
    """One ranked passage; its place in the list of a question is its rank for links."""

    chunk_id: str
    rank: int | None
    score: float | None
    move: int | None
    touches: str
    source: str
    page: int | None
    start: int | None
    text: str
    translation: str
    keep: str
    note: str


@dataclass(frozen=True)
class GivenAnswer:
    """One answer, with the passages that stood in its prompt."""

    mode: str
    text: str
    translation: str
    cited: Sequence[CitationLine]
    support: str
    model: str
    verdict: str
    note: str


@dataclass(frozen=True)
class Grid:
    """Passages by points of view; `is_contrast` says that values are z, not cosines."""

    pov_ids: Sequence[str]
    rows: Sequence[Sequence[float]]
    is_contrast: bool


@dataclass(frozen=True)
class QuestionResults:
    """All that stands in the workbook on one question."""

    qid: str
    question: str
    translation: str
    answers: Sequence[GivenAnswer]
    passages: Sequence[Passage]
    grid: Grid | None
    picture: Picture | None

    def place_of(self, cited: CitationLine) -> int | None:
        """Return where a cited passage stands among the ranked ones, counted from 0."""
        wanted = cited.source, cited.start
        found = (i for i, each in enumerate(self.passages) if (each.source, each.start) == wanted)
        return next(found, None)


@dataclass(frozen=True)
class PovLine:
    """One point of view as the POV sheet has it."""

    pov_id: str
    text: str
    weight: float


@dataclass(frozen=True)
class SourceLine:
    """One file of the documents folder."""

    file: str
    type: str
    passages: int | None
    status: str
    problem: str


@dataclass(frozen=True)
class Results:
    """What a workbook's runs have found; `book` is its name, `stamp` what they were made from.

    `overview` is the picture of all questions by points of view.
    """

    book: str
    questions: Sequence[QuestionResults]
    povs: Sequence[PovLine]
    sources: Sequence[SourceLine]
    stamp: Sequence[tuple[str, str]]
    overview: Picture | None


def read_results(book: FileBook) -> Results:
    """Return the results in a workbook.

    :raises InputError: if it has none.
    :raises WorkbookError: if a sheet of them cannot be read.
    """
    ranked, answers = _by_question(book, RANKED), _by_question(book, ANSWERS)
    if not ranked and not answers:
        raise InputError(
            f"There are no results in '{book.name}'.",
            "Its sheets Ranked and Answers are empty, or not there.",
            "Run 'bonsai rank' or 'bonsai answer' first.",
        )
    data = book.find_table(MATRIX)
    matrix = _by_question(book, MATRIX)
    pov_ids = _pov_ids(data)
    pictures = {picture.name: picture for picture in book.pictures(HEATMAP.sheet)}
    questions = [
        _question(
            qid,
            answers.get(qid, []),
            [_passage(row) for row in sorted(ranked.get(qid, []), key=_rank_order)],
            _Matrix(pov_ids, matrix.get(qid, [])),
            pictures.get(heatmap_name(qid)),
            [*ranked.get(qid, []), *answers.get(qid, [])][0],
        )
        for qid in {**ranked, **answers}
    ]
    overview = pictures.get(OVERVIEW_NAME)
    return Results(book.name, questions, _povs(book), _sources(book), _stamp(book), overview)


def said(results: Results, say: Callable[[str], str]) -> Results:
    """Return results whose words of the program are said in a language; all others stay."""
    return replace(
        results,
        questions=[
            replace(of, answers=[replace(each, support=say(each.support)) for each in of.answers])
            for of in results.questions
        ],
        sources=[
            replace(each, status=say(each.status), problem=say(each.problem))
            for each in results.sources
        ],
        stamp=[(say(item), value) for item, value in results.stamp],
    )


def _by_question(book: FileBook, table: Table) -> dict[str, list[_Values]]:
    """Return the rows of each question, in the order of the table."""
    rows: dict[str, list[_Values]] = {}
    data = book.find_table(table)
    for row in data.rows if data else ():
        if qid := text(row.values.get("QID")):
            rows.setdefault(qid, []).append(row.values)
    return rows


@dataclass(frozen=True)
class _Matrix:
    """The rows of the Matrix sheet on one question."""

    pov_ids: Sequence[str]
    rows: Sequence[_Values]

    def grid(self, passages: Sequence[Passage]) -> Grid | None:
        """Return the values of passages in their order; none if one is missing.

        Contrast values are formulas: they stand there once a spreadsheet has computed them.
        """
        by_chunk = {text(row.get("ChunkID")): row for row in self.rows}
        rows = [by_chunk.get(passage.chunk_id) for passage in passages]
        for suffix in (CONTRAST_SUFFIX, ""):
            values = [
                [number(row.get(pov_id + suffix)) for pov_id in self.pov_ids] for row in rows if row
            ]
            found = [[value for value in each if value is not None] for each in values]
            if rows and self.pov_ids and found == values and len(found) == len(rows):
                return Grid(self.pov_ids, found, is_contrast=bool(suffix))
        return None


def _question(
    qid: str,
    answers: Sequence[_Values],
    passages: Sequence[Passage],
    matrix: _Matrix,
    picture: Picture | None,
    first: _Values,
) -> QuestionResults:
    given = [_answer(row) for row in answers]
    question = text(first.get("Question"))
    said, rest = split_question([passage.translation for passage in passages])
    passages = [
        replace(passage, translation=own) for passage, own in zip(passages, rest, strict=True)
    ]
    return QuestionResults(qid, question, said, given, passages, matrix.grid(passages), picture)


def _answer(row: _Values) -> GivenAnswer:
    return GivenAnswer(
        mode=text(row.get("Mode")),
        text=text(row.get("Answer")),
        translation=text(row.get(TRANSLATION.header)),
        cited=read_citation_lines(text(row.get("Citations"))),
        support=text(row.get("Support")),
        model=text(row.get("Model")),
        verdict=text(row.get("Verdict")),
        note=text(row.get("Note")),
    )


def _passage(row: _Values) -> Passage:
    return Passage(
        chunk_id=text(row.get("ChunkID")),
        rank=whole(row.get("Rank")),
        score=number(row.get("SexyScore")),
        move=whole(row.get("Move")),
        touches=text(row.get("Top POVs")),
        source=text(row.get("Source")),
        page=whole(row.get("Page")),
        start=whole(row.get("Start")),
        text=text(row.get("Chunk")),
        translation=text(row.get(TRANSLATION.header)),
        keep=text(row.get("Keep")),
        note=text(row.get("Note")),
    )


def _rank_order(row: _Values) -> float:
    rank = number(row.get("Rank"))
    return float("inf") if rank is None else rank


def _pov_ids(data: TableData | None) -> list[str]:
    """Return the points of view that have a pair of columns on the Matrix sheet."""
    headers = data.headers if data else ()
    return [header for header in headers if header + CONTRAST_SUFFIX in headers]


def _povs(book: FileBook) -> list[PovLine]:
    data = book.find_table(POV)
    lines = []
    for place, row in enumerate(data.rows if data else (), start=1):
        weight = number(row.values.get("Weight"))
        if text(row.values.get("Use")).lower() != "no":
            pov_id = text(row.values.get("ID")) or usual_id(POV, place)
            words = text(row.values.get("POV"))
            lines.append(PovLine(pov_id, words, 1.0 if weight is None else weight))
    return lines


def _sources(book: FileBook) -> list[SourceLine]:
    data = book.find_table(SOURCES)
    return [
        SourceLine(
            file=text(row.values.get("File")),
            type=text(row.values.get("Type")),
            passages=whole(row.values.get("Chunks")),
            status=text(row.values.get("Status")),
            problem=text(row.values.get("Problem")),
        )
        for row in (data.rows if data else ())
    ]


def _stamp(book: FileBook) -> list[tuple[str, str]]:
    data = book.find_table(LAST_RUN)
    lines = [(text(row.values.get("Item")), text(row.values.get("Value"))) for row in
             (data.rows if data else ())]  # fmt: skip
    return [(item, value) for item, value in lines if item and value]
