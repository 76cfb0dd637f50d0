"""The sheets of the reader copy, planned from results: overview, answers, passages and so on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xl_addin.report.documents import Documents
from xl_addin.report.results import GivenAnswer, Passage, PovLine, QuestionResults, Results
from xl_addin.report.sheet_plan import Heading, Line, PlannedCell, SheetPlan
from xl_addin.report.texts import Texts
from xl_addin.sheets.answers import CitationLine
from xl_addin.workbook.cells import LINE_HEIGHT, text_pieces
from xl_addin.workbook.file.drawing_part import rows_for
from xl_addin.workbook.png import shown_size
from xl_addin.workbook.port import Picture

#: Pixels that fit between the margins of a page, below a heading.
_PAGE = 985, 600
_POINTS_PER_PIXEL = 0.75
#: Characters of the columns that hold long texts.
_ANSWER_WIDTH, _PASSAGE_WIDTH = 88, 74


def plan_sheets(results: Results, documents: Documents, texts: Texts) -> list[SheetPlan]:
    """Return the sheets that have something to show, in their order."""
    sheets = [
        _overview(results, texts),
        _answers(results, documents, texts),
        _passages(results, documents, texts),
        _heatmaps(results, texts),
        _sources(results, documents, texts),
    ]
    return [sheet for sheet in sheets if sheet.lines]


def _overview(results: Results, texts: Texts) -> SheetPlan:
    headings = [Heading("", 8), Heading("", 78), *[Heading("", 17)] * 3]
    lines = [Line([PlannedCell(texts.questions)], "head")]
    lines += [Line(list(_overview_cells(each, texts))) for each in results.questions]
    if results.povs:
        lines.append(Line([PlannedCell(texts.points_of_view)], "head"))
        lines += [
            Line([PlannedCell(pov.pov_id), PlannedCell(pov.text), _weight_cell(pov, texts)])
            for pov in results.povs
        ]
    if results.stamp:
        lines.append(Line([PlannedCell(texts.last_run)], "head"))
        lines += [Line([PlannedCell(), PlannedCell(f"{item}: {value}")]) for item, value in
                  results.stamp]  # fmt: skip
    made = texts.made_from.format(book=results.book)
    return SheetPlan(texts.overview, f"{made} {texts.how_to_read}", headings, lines)


def _weight_cell(pov: PovLine, texts: Texts) -> PlannedCell:
    return PlannedCell(f"{texts.weight} {pov.weight:g}" if pov.weight != 1 else None)


def _overview_cells(of: QuestionResults, texts: Texts) -> Iterator[PlannedCell]:
    answers, passages = len(of.answers), len(of.passages)
    yield PlannedCell(of.qid)
    yield PlannedCell(_question(of))
    said = texts.answer_count.format(count=answers) if answers else None
    yield PlannedCell(said, leads_to=("answers", of.qid) if answers else None)
    said = texts.ranked_count.format(count=passages) if passages else None
    yield PlannedCell(said, leads_to=("passages", of.qid) if passages else None)
    if of.picture:
        yield PlannedCell(texts.heatmap_link, leads_to=("heatmap", of.qid))


def _answers(results: Results, documents: Documents, texts: Texts) -> SheetPlan:
    noted = any(each.verdict or each.note for of in results.questions for each in of.answers)
    headings = [
        Heading(texts.mode, 9),
        Heading(texts.answer, _ANSWER_WIDTH),
        Heading(texts.support, 38),
    ]
    if noted:
        headings += [Heading(texts.verdict, 9), Heading(texts.note, 26)]
    lines = [
        line
        for of in results.questions
        if of.answers
        for line in _answers_to(of, documents, texts, noted=noted)
    ]
    return SheetPlan(texts.answers, texts.about_answers, headings, lines)


def _answers_to(
    of: QuestionResults, documents: Documents, texts: Texts, *, noted: bool
) -> Iterator[Line]:
    yield Line([_band(of)], "band", name=("answers", of.qid))
    for answer in of.answers:
        yield from _answer_lines(answer, texts, noted=noted)
        for cited in answer.cited:
            yield Line([PlannedCell(), _cited_cell(of, cited, documents, texts)])


def _answer_lines(answer: GivenAnswer, texts: Texts, *, noted: bool) -> Iterator[Line]:
    """Yield an answer and its translation; what is longer than a row can show goes on below."""
    first, *others = text_pieces(answer.text, _ANSWER_WIDTH)
    mode = texts.modes.get(answer.mode, answer.mode)
    cells = [PlannedCell(mode), PlannedCell(first), PlannedCell(answer.support)]
    if noted:
        cells += [PlannedCell(answer.verdict), PlannedCell(answer.note)]
    yield Line(cells)
    for piece in (*others, *_translation_pieces(answer.translation, _ANSWER_WIDTH, texts)):
        yield Line([PlannedCell(), PlannedCell(piece)])


def _cited_cell(
    of: QuestionResults, cited: CitationLine, documents: Documents, texts: Texts
) -> PlannedCell:
    """Return the line of a cited passage: it leads to its ranked row, else to its document."""
    said = citation_text(cited, texts)
    place = of.place_of(cited)
    if place is None:
        return PlannedCell(said, address=documents.link(cited.source))
    rank = texts.citation_rank.format(rank=of.passages[place].rank)
    return PlannedCell(said + rank, leads_to=("passage", of.qid, place))


def citation_text(cited: CitationLine, texts: Texts) -> str:
    """Return a cited passage in words: its number, its file and place, its use."""
    return texts.citation.format(
        number=cited.number, source=cited.source, start=cited.start, use=texts.uses[cited.use]
    )


@dataclass(frozen=True)
class _Shown:
    """Which columns of passages hold anything at all."""

    page: bool
    notes: bool

    @classmethod
    def of(cls, results: Results) -> _Shown:
        every = [passage for of in results.questions for passage in of.passages]
        return cls(any(each.page for each in every), any(each.keep or each.note for each in every))


def _passages(results: Results, documents: Documents, texts: Texts) -> SheetPlan:
    shown = _Shown.of(results)
    headings = [
        Heading(texts.rank, 6),
        Heading(texts.score, 8),
        Heading(texts.move, 7),
        Heading(texts.touches, 19),
        Heading(texts.source, 32),
        *([Heading(texts.page, 6)] if shown.page else []),
        Heading(texts.passage, _PASSAGE_WIDTH),
        *([Heading(texts.keep, 7), Heading(texts.note, 24)] if shown.notes else []),
    ]
    lines = [
        line
        for of in results.questions
        if of.passages
        for line in _passages_of(of, documents, texts, shown)
    ]
    return SheetPlan(texts.passages, texts.about_passages, headings, lines)


def _passages_of(
    of: QuestionResults, documents: Documents, texts: Texts, shown: _Shown
) -> Iterator[Line]:
    """Yield a question, its passages and their translations, in more rows than one if need be."""
    yield Line([_band(of)], "band", name=("passages", of.qid))
    for place, passage in enumerate(of.passages):
        first, *others = text_pieces(passage.text, _PASSAGE_WIDTH)
        before = list(_passage_cells(passage, documents, shown))
        after = [PlannedCell(passage.keep), PlannedCell(passage.note)] if shown.notes else []
        yield Line([*before, PlannedCell(first), *after], name=("passage", of.qid, place))
        for piece in (*others, *_translation_pieces(passage.translation, _PASSAGE_WIDTH, texts)):
            yield Line([*[PlannedCell()] * len(before), PlannedCell(piece)])


def _passage_cells(passage: Passage, documents: Documents, shown: _Shown) -> Iterator[PlannedCell]:
    yield PlannedCell(passage.rank, "integer")
    yield PlannedCell(passage.score, "score")
    yield PlannedCell(passage.move, "move")
    yield PlannedCell(passage.touches)
    yield PlannedCell(passage.source, address=documents.link(passage.source))
    if shown.page:
        yield PlannedCell(passage.page, "integer")


def _heatmaps(results: Results, texts: Texts) -> SheetPlan:
    lines: list[Line] = []
    if results.overview:
        lines.append(Line([PlannedCell(texts.all_questions)], "head"))
        lines += _picture_lines(results.overview)
    for of in results.questions:
        if of.picture:
            name = ("heatmap", of.qid)
            lines.append(Line([_band(of)], "head", name, new_page=bool(lines)))
            lines += _picture_lines(of.picture)
    return SheetPlan(texts.heatmaps, texts.about_heatmaps, [Heading("", 70)] * 2, lines)


def _picture_lines(picture: Picture) -> list[Line]:
    """Return a picture as large as a page allows, and the empty lines that it covers."""
    width, height = shown_size(picture.png)
    scale = min(1.0, _PAGE[0] / width, _PAGE[1] / height)
    covered = rows_for(height * scale * _POINTS_PER_PIXEL, LINE_HEIGHT)
    return [Line(picture=picture, scale=scale), *[Line()] * covered]


def _sources(results: Results, documents: Documents, texts: Texts) -> SheetPlan:
    headings = [
        Heading(texts.file, 50),
        Heading(texts.type, 9),
        Heading(texts.passage_count, 10),
        Heading(texts.status, 12),
        Heading(texts.problem, 64),
    ]
    lines = [
        Line(
            [
                PlannedCell(each.file, address=documents.link(each.file)),
                PlannedCell(each.type),
                PlannedCell(each.passages, "integer"),
                PlannedCell(each.status),
                PlannedCell(each.problem),
            ]
        )
        for each in results.sources
    ]
    return SheetPlan(texts.sources, texts.about_sources, headings, lines)


def _band(of: QuestionResults) -> PlannedCell:
    """Return the head of a question, without a link: LibreOffice does not wrap those."""
    return PlannedCell(f"{of.qid}  {_question(of)}")


def _question(of: QuestionResults) -> str:
    return "\n".join(filter(None, (of.question, of.translation)))


def _translation_pieces(translation: str, width: float, texts: Texts) -> list[str]:
    """Return a translation under its heading, in pieces that a row can show."""
    return text_pieces(f"{texts.translation}:\n{translation}", width) if translation else []
