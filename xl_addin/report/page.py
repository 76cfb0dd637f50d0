"""The page: all results in one file that any browser shows, without a request to anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from lxml import etree
from lxml.builder import E
from lxml.etree import _Element as Element

from worker.answering.citations import CITATION, numbers_of
from xl_addin.report.documents import Documents
from xl_addin.report.heat_colours import colour_of, colour_rules
from xl_addin.report.reader_sheets import citation_text
from xl_addin.report.results import GivenAnswer, Passage, QuestionResults, Results
from xl_addin.report.texts import Texts
from xl_addin.workbook.cells import shortened

#: By this a page is known as one of ours, which the next may replace.
PAGE_MARK = "BONSAI for Excel, page for readers"

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_MOST_CELLS = 200_000  # of heatmaps: more would make a page that browsers open slowly
_START = 160  # characters of a passage that show while it is folded


def page(results: Results, documents: Documents, texts: Texts) -> str:
    """Return the page. Everything from the workbook stands in it as text."""
    return _Page(results, documents, texts).html()


@cache
def _asset(suffix: str) -> str:
    return Path(__file__).with_suffix(suffix).read_text(encoding="utf-8")


class _Page:
    """Builds the page from its parts; questions are known by their place."""

    def __init__(self, results: Results, documents: Documents, texts: Texts) -> None:
        self._results, self._documents, self._texts = results, documents, texts
        self._cells = 0

    def html(self) -> str:
        """Return the whole page."""
        root = E.html(self._head(), self._body(), lang=self._texts.language)
        doctype = "<!doctype html>"
        return etree.tostring(root, method="html", doctype=doctype, encoding="unicode")

    def _head(self) -> Element:
        return E.head(
            E.meta(charset="utf-8"),
            E.meta(name="viewport", content="width=device-width, initial-scale=1"),
            E.meta({"http-equiv": "Content-Security-Policy"}, content=_POLICY),
            E.meta(name="generator", content=PAGE_MARK),
            E.title(f"{self._texts.answers}: {self._results.book}"),
            E.style(_asset(".css") + colour_rules()),
        )

    def _body(self) -> Element:
        texts = self._texts
        questions = [self._question(at, of) for at, of in enumerate(self._results.questions, 1)]
        return E.body(
            E.header(
                E.h1(self._results.book),
                E.p(texts.made_from.format(book=self._results.book), {"class": "pale"}),
                E.p(texts.how_to_read, {"class": "pale"}),
            ),
            self._contents(),
            E.main(*questions, *self._appendix()),
            E.script(_asset(".js")),
            id="top",
        )

    def _contents(self) -> Element:
        lines = [
            E.li(E.a(E.span(of.qid, {"class": "id"}), of.question, href=f"#q{at}"))
            for at, of in enumerate(self._results.questions, 1)
        ]
        title = f"{self._texts.questions} ({len(lines)})"
        listed = E.ul(*lines, style="list-style:none;padding:0;margin:.3rem 0")
        return E.nav(_fold(title, [listed], is_open=len(lines) <= 20))

    # One question

    def _question(self, at: int, of: QuestionResults) -> Element:
        parts = [self._answer(at, of, answer) for answer in of.answers]
        if of.passages:
            title = f"{self._texts.passages} ({len(of.passages)})"
            passages = [self._passage(at, place, of.passages[place]) for place in
                        range(len(of.passages))]  # fmt: skip
            parts.append(_fold(title, passages, is_open=True))
        if of.grid:
            parts.append(self._heatmap(at, of))
        heading = E.h2(E.span(of.qid, {"class": "id"}), f" {of.question}")
        top = E.p(E.a(self._texts.top, href="#top"), {"class": "pale"})
        return E.section(heading, *parts, top, id=f"q{at}")

    def _answer(self, at: int, of: QuestionResults, answer: GivenAnswer) -> Element:
        mode = self._texts.modes.get(answer.mode, answer.mode)
        parts = [
            E.h3(mode, E.span(f"  {answer.model}", {"class": "pale"})),
            E.div(*self._linked(at, of, answer), {"class": "text", "dir": "auto"}),
        ]
        if answer.cited:
            parts.append(E.ul(*self._cited(at, of, answer)))
        if answer.support:
            parts.append(E.p(answer.support, {"class": "support"}))
        for label, value in ((self._texts.verdict, answer.verdict), (self._texts.note, answer.note)):
            if value:
                parts.append(E.p(f"{label}: {value}", {"class": "text"}))
        return E.article(*parts, {"class": f"answer {_class_name(answer.mode)}"})

    def _linked(
        self, at: int, of: QuestionResults, answer: GivenAnswer
    ) -> Iterator[str | Element]:
        """Yield an answer's text with a link in the place of each number of a passage."""
        targets = {
            cited.number: f"#q{at}p{place}"
            for cited in answer.cited
            if (place := of.place_of(cited)) is not None
        }
        end = 0
        for found in CITATION.finditer(answer.text):
            yield answer.text[end : found.start()] + found["space"]
            yield from _bracket(found["numbers"], targets)
            end = found.end()
        yield answer.text[end:]

    def _cited(self, at: int, of: QuestionResults, answer: GivenAnswer) -> Iterator[Element]:
        for cited in answer.cited:
            said = citation_text(cited, self._texts)
            place = of.place_of(cited)
            link = f"#q{at}p{place}" if place is not None else self._documents.link(cited.source)
            yield E.li(E.a(said, href=link) if link else said)

    def _passage(self, at: int, place: int, passage: Passage) -> Element:
        texts = self._texts
        figures = [
            f"{texts.score} {passage.score:.2f}" if passage.score is not None else "",
            f"{texts.move} {passage.move:+d}" if passage.move else "",
            texts.on_page.format(page=passage.page) if passage.page else "",
        ]
        summary = E.summary(
            E.span("–" if passage.rank is None else str(passage.rank), {"class": "rank"}),
            E.span(passage.source),
            " ",
            E.span(" · ".join(filter(None, figures)), {"class": "figures"}),
            E.span(shortened(passage.text, _START), {"class": "start"}),
        )
        parts = [E.div(passage.text, {"class": "text", "dir": "auto"})]
        if passage.touches:
            parts.append(E.p(f"{texts.touches}:\n{passage.touches}", {"class": "support"}))
        for label, value in ((texts.keep, passage.keep), (texts.note, passage.note)):
            if value:
                parts.append(E.p(f"{label}: {value}", {"class": "text"}))
        if link := self._documents.link(passage.source):
            anchor = f"{link}#page={passage.page}" if _has_pages(passage) else link
            parts.append(E.p(E.a(texts.document, href=anchor)))
        inside = E.div(*parts, {"class": "inside"}, id=f"q{at}p{place}")
        return E.details(summary, inside, {"class": "passage"})

    def _heatmap(self, at: int, of: QuestionResults) -> Element:
        texts, grid = self._texts, of.grid
        assert grid is not None
        title = texts.contrast_grid if grid.is_contrast else texts.cosine_grid
        self._cells += len(grid.rows) * len(grid.pov_ids)
        if self._cells > _MOST_CELLS:
            return _fold(title, [E.p(texts.no_grid)])
        sentences = {pov.pov_id: pov.text for pov in self._results.povs}
        heads = [E.th(name, title=sentences.get(name, name)) for name in grid.pov_ids]
        number, colour = ".1f" if grid.is_contrast else ".2f", colour_of(grid)
        rows = [
            E.tr(
                E.th(E.a(f"{passage.rank}  {passage.source}", href=f"#q{at}p{place}")),
                *(
                    E.td(f"{value:{number}}", {"class": colour(value)},
                         title=f"{passage.rank} · {name} · {value:.3f}")
                    for name, value in zip(grid.pov_ids, values, strict=True)
                ),
            )
            for place, (passage, values) in enumerate(zip(of.passages, grid.rows, strict=True))
        ]  # fmt: skip
        table = E.table(E.thead(E.tr(E.th(), *heads)), E.tbody(*rows), {"class": "grid"})
        figure = E.figure(E.output(texts.hover), E.div(table, {"class": "scroll"}))
        return _fold(title, [figure])

    # What all questions share

    def _appendix(self) -> Iterator[Element]:
        texts, results = self._texts, self._results
        if results.povs:
            rows = [(p.pov_id, p.text, f"{p.weight:g}") for p in results.povs]
            headers = (texts.question_id, texts.point_of_view, texts.weight)
            yield E.section(E.h2(texts.points_of_view), _list(headers, rows))
        if results.sources:
            yield E.section(_fold(f"{texts.sources} ({len(results.sources)})", [self._sources()]))
        if results.stamp:
            yield E.section(_fold(texts.last_run, [_list((), results.stamp)]))

    def _sources(self) -> Element:
        texts = self._texts
        rows = [
            (
                E.a(each.file, href=link) if (link := self._documents.link(each.file)) else each.file,
                str(each.passages if each.passages is not None else ""),
                "\n".join(filter(None, (each.status, each.problem))),
            )
            for each in self._results.sources
        ]
        return _list((texts.file, texts.passage_count, texts.status), rows)


def _bracket(numbers: str, targets: dict[int, str]) -> Iterator[str | Element]:
    """Yield a citation as it stands, its numbers as links; a range leads to its first."""
    shown = numbers_of(numbers)
    yield "["
    for place, number in enumerate(shown):
        yield ", " if place else ""
        yield E.a(str(number), href=targets[number]) if number in targets else str(number)
    yield "]"


def _fold(title: str, parts: Sequence[Element], *, is_open: bool = False) -> Element:
    fold = E.details(E.summary(title), *parts, {"class": "fold"})
    if is_open:
        fold.set("open", "")
    return fold


def _list(headers: Sequence[str], rows: Sequence[Sequence[str | Element]]) -> Element:
    lines = [E.tr(*(E.td(cell) for cell in row)) for row in rows]
    head = [E.thead(E.tr(*map(E.th, headers)))] if headers else []
    return E.table(*head, E.tbody(*lines), {"class": "list"})


def _class_name(mode: str) -> str:
    return mode if mode in ("no-rag", "rag", "sexy") else ""


def _has_pages(passage: Passage) -> bool:
    """Say whether a browser can open the document at a page."""
    return bool(passage.page) and passage.source.lower().endswith(".pdf")
