"""The page: all results in one file that any browser shows, without a request to anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

from worker.answering.citations import CITATION, numbers_of
from xl_addin.report.documents import Documents
from xl_addin.report.heat_colours import colour_of, colour_rules
from xl_addin.report.markup import Part, tag
from xl_addin.report.reader_sheets import citation_text
from xl_addin.report.results import GivenAnswer, Grid, Passage, QuestionResults, Results
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
        self._sentences = {pov.pov_id: pov.text for pov in results.povs}
        self._cells = 0

    def html(self) -> str:
        """Return the whole page."""
        root = tag("html", self._head(), self._body(), lang=self._texts.language)
        doctype = "<!doctype html>"
        return etree.tostring(root, method="html", doctype=doctype, encoding="unicode")

    def _head(self) -> Element:
        return tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            tag("meta", name="generator", content=PAGE_MARK),
            tag("title", f"{self._texts.answers}: {self._results.book}"),
            tag("style", _asset(".css") + colour_rules()),
        )

    def _body(self) -> Element:
        texts = self._texts
        questions = [self._question(at, of) for at, of in enumerate(self._results.questions, 1)]
        return tag(
            "body",
            tag(
                "header",
                tag("h1", self._results.book),
                tag("p", texts.made_from.format(book=self._results.book), class_="pale"),
                tag("p", texts.how_to_read, class_="pale"),
                _fold(
                    texts.reading,
                    [
                        tag("p", about, class_="pale")
                        for about in (texts.about_answers, texts.about_passages)
                    ],
                ),
            ),
            self._contents(),
            tag("main", *questions, *self._appendix()),
            tag("script", _asset(".js")),
            id="top",
        )

    def _contents(self) -> Element:
        lines = [
            tag("li", tag("a", tag("span", of.qid, class_="id"), of.question, href=f"#q{at}"))
            for at, of in enumerate(self._results.questions, 1)
        ]
        title = f"{self._texts.questions} ({len(lines)})"
        listed = tag("ul", *lines, style="list-style:none;padding:0;margin:.3rem 0")
        return tag("nav", _fold(title, [listed], is_open=len(lines) <= 20))

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
        heading = tag("h2", tag("span", of.qid, class_="id"), f" {of.question}")
        top = tag("p", tag("a", self._texts.top, href="#top"), class_="pale")
        return tag("section", heading, *parts, top, id=f"q{at}")

    def _answer(self, at: int, of: QuestionResults, answer: GivenAnswer) -> Element:
        mode = self._texts.modes.get(answer.mode, answer.mode)
        parts = [
            tag("h3", mode, tag("span", f"  {answer.model}", class_="pale")),
            tag("div", *self._linked(at, of, answer), class_="text", dir="auto"),
        ]
        if answer.cited:
            parts.append(tag("ul", *self._cited(at, of, answer)))
        if answer.support:
            parts.append(tag("p", answer.support, class_="support"))
        for label, value in (
            (self._texts.verdict, answer.verdict),
            (self._texts.note, answer.note),
        ):
            if value:
                parts.append(tag("p", f"{label}: {value}", class_="text"))
        return tag("article", *parts, class_=f"answer {_class_name(answer.mode)}")

    def _linked(self, at: int, of: QuestionResults, answer: GivenAnswer) -> Iterator[Part]:
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
            yield tag("li", tag("a", said, href=link) if link else said)

    def _passage(self, at: int, place: int, passage: Passage) -> Element:
        texts = self._texts
        figures = [
            f"{texts.score} {passage.score:.2f}" if passage.score is not None else "",
            f"{texts.move} {passage.move:+d}" if passage.move else "",
            texts.on_page.format(page=passage.page) if passage.page else "",
        ]
        summary = tag(
            "summary",
            tag("span", "–" if passage.rank is None else str(passage.rank), class_="rank"),
            tag("span", passage.source),
            " ",
            tag("span", " · ".join(filter(None, figures)), class_="figures"),
            tag("span", shortened(passage.text, _START), class_="start"),
        )
        parts = [tag("div", passage.text, class_="text", dir="auto")]
        if passage.touches:
            parts.append(tag("p", f"{texts.touches}:\n{self._touches(passage)}", class_="support"))
        for label, value in ((texts.keep, passage.keep), (texts.note, passage.note)):
            if value:
                parts.append(tag("p", f"{label}: {value}", class_="text"))
        if link := self._documents.link(passage.source):
            anchor = f"{link}#page={passage.page}" if _has_pages(passage) else link
            parts.append(tag("p", tag("a", texts.document, href=anchor)))
        inside = tag("div", *parts, class_="inside", id=f"q{at}p{place}")
        return tag("details", summary, inside, class_="passage")

    def _touches(self, passage: Passage) -> str:
        """Return what a passage touches, each point of view in its own words."""
        lines = passage.touches.split("\n")
        return "\n".join("  ".join(filter(None, (line, self._sentence_of(line)))) for line in lines)

    def _sentence_of(self, touch: str) -> str:
        return self._sentences.get(touch.partition("  ")[0], "")

    def _heatmap(self, at: int, of: QuestionResults) -> Element:
        texts, grid = self._texts, of.grid
        assert grid is not None
        title = texts.contrast_grid if grid.is_contrast else texts.cosine_grid
        self._cells += len(grid.rows) * len(grid.pov_ids)
        if self._cells > _MOST_CELLS:
            return _fold(title, [tag("p", texts.no_grid)])
        heads = [tag("th", name, title=self._sentences.get(name, name)) for name in grid.pov_ids]
        colour = colour_of(grid)
        rows = [
            tag(
                "tr",
                tag("th", tag("a", f"{passage.rank}  {passage.source}", href=f"#q{at}p{place}")),
                *(
                    _heat_cell(f"{passage.rank} · {name}", value, colour(value), grid)
                    for name, value in zip(grid.pov_ids, values, strict=True)
                ),
            )
            for place, (passage, values) in enumerate(zip(of.passages, grid.rows, strict=True))
        ]
        table = tag(
            "table", tag("thead", tag("tr", tag("th"), *heads)), tag("tbody", *rows), class_="grid"
        )
        figure = tag("figure", tag("output", texts.hover), tag("div", table, class_="scroll"))
        return _fold(title, [figure])

    # What all questions share

    def _appendix(self) -> Iterator[Element]:
        texts, results = self._texts, self._results
        if results.povs:
            rows = [(p.pov_id, p.text, f"{p.weight:g}") for p in results.povs]
            headers = (texts.question_id, texts.point_of_view, texts.weight)
            yield tag("section", tag("h2", texts.points_of_view), _list(headers, rows))
        if results.sources:
            yield tag(
                "section", _fold(f"{texts.sources} ({len(results.sources)})", [self._sources()])
            )
        if results.stamp:
            yield tag("section", _fold(texts.last_run, [_list((), results.stamp)]))

    def _sources(self) -> Element:
        texts = self._texts
        rows = [
            (
                tag("a", each.file, href=link)
                if (link := self._documents.link(each.file))
                else each.file,
                str(each.passages if each.passages is not None else ""),
                "\n".join(filter(None, (each.status, each.problem))),
            )
            for each in self._results.sources
        ]
        return _list((texts.file, texts.passage_count, texts.status), rows)


def _bracket(numbers: str, targets: dict[int, str]) -> Iterator[Part]:
    """Yield a citation as it stands, its numbers as links; a range leads to its first."""
    shown = numbers_of(numbers)
    yield "["
    for place, number in enumerate(shown):
        yield ", " if place else ""
        yield tag("a", str(number), href=targets[number]) if number in targets else str(number)
    yield "]"


def _heat_cell(what: str, value: float, colour: str, grid: Grid) -> Element:
    digits = 1 if grid.is_contrast else 2
    shown = round(value, digits) + 0.0  # no minus before zero
    return tag("td", f"{shown:.{digits}f}", class_=colour, title=f"{what} · {value:.3f}")


def _fold(title: str, parts: Sequence[Element], *, is_open: bool = False) -> Element:
    fold = tag("details", tag("summary", title), *parts, class_="fold")
    if is_open:
        fold.set("open", "")
    return fold


def _list(headers: Sequence[str], rows: Sequence[Sequence[Part]]) -> Element:
    lines = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    head = [tag("thead", tag("tr", *(tag("th", header) for header in headers)))] if headers else []
    return tag("table", *head, tag("tbody", *lines), class_="list")


def _class_name(mode: str) -> str:
    return mode if mode in ("no-rag", "rag", "sexy") else ""


def _has_pages(passage: Passage) -> bool:
    """Say whether a browser can open the document at a page."""
    return bool(passage.page) and passage.source.lower().endswith(".pdf")
