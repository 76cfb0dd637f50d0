"""The page: all results in one file that any browser shows, without a request to anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

from worker.answering.citations import CITATION, numbers_of
from xl_addin.report.documents import Documents
from xl_addin.report.heat_table import colour_rules, heat_table
from xl_addin.report.markup import Part, tag
from xl_addin.report.reader_sheets import citation_text
from xl_addin.report.results import GivenAnswer, Grid, Passage, QuestionResults, Results
from xl_addin.report.texts import Texts
from xl_addin.workbook.cells import shortened

#: By this a page is known as one of ours, which the next may replace.
PAGE_MARK = "BONSAI for Excel, page for readers"

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_MOST_CELLS = 200_000  # of heatmaps: more would make a page that browsers open slowly
_SHORT = 20  # questions that are listed without being folded
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
        questions = [self._question(at, of) for at, of in enumerate(self._results.questions, 1)]
        return tag(
            "body",
            tag("header", *self._opening()),
            self._contents(),
            tag("main", *questions, *self._appendix()),
            tag("script", _asset(".js")),
            id="top",
        )

    def _opening(self) -> Iterator[Element]:
        texts, book = self._texts, self._results.book
        yield tag("h1", book)
        yield tag("p", texts.made_from.format(book=book), class_="pale")
        yield tag("p", texts.how_to_read, class_="pale")
        about = (texts.about_answers, texts.about_passages)
        yield _fold(texts.reading, [tag("p", words, class_="pale") for words in about])

    def _contents(self) -> Element:
        lines = [
            tag("li", tag("a", tag("span", of.qid, class_="id"), of.question, href=f"#q{at}"))
            for at, of in enumerate(self._results.questions, 1)
        ]
        title = f"{self._texts.questions} ({len(lines)})"
        return tag("nav", _fold(title, [tag("ul", *lines)], is_open=len(lines) <= _SHORT))

    # One question

    def _question(self, at: int, of: QuestionResults) -> Element:
        parts = [self._answer(at, of, answer) for answer in of.answers]
        if of.passages:
            title = f"{self._texts.passages} ({len(of.passages)})"
            passages = [self._passage(at, place, of.passages[place]) for place in
                        range(len(of.passages))]  # fmt: skip
            parts.append(_fold(title, passages, is_open=True))
        if of.grid:
            parts.append(self._heatmap(at, of, of.grid))
        heading = [tag("h2", tag("span", of.qid, class_="id"), f" {of.question}")]
        if of.translation:
            heading.append(tag("p", of.translation, class_="text", dir="auto"))
        top = tag("p", tag("a", self._texts.top, href="#top"), class_="pale")
        return tag("section", *heading, *parts, top, id=f"q{at}")

    def _answer(self, at: int, of: QuestionResults, answer: GivenAnswer) -> Element:
        mode = self._texts.modes.get(answer.mode, answer.mode)
        parts = [
            tag("h3", mode, tag("span", f"  {answer.model}", class_="pale")),
            tag("div", *self._linked(at, of, answer, answer.text), class_="text", dir="auto"),
        ]
        if answer.translation:
            parts += self._translation(*self._linked(at, of, answer, answer.translation))
        if answer.cited:
            parts.append(tag("ul", *self._cited(at, of, answer)))
        if answer.support:
            parts.append(tag("p", answer.support, class_="support"))
        texts = self._texts
        parts += _notes((texts.verdict, answer.verdict), (texts.note, answer.note))
        return tag("article", *parts, class_=f"answer {_class_name(answer.mode)}")

    def _translation(self, *parts: Part) -> list[Element]:
        """Return a translation under its heading."""
        head = tag("p", f"{self._texts.translation}:", class_="pale")
        return [head, tag("div", *parts, class_="text", dir="auto")]

    def _linked(
        self, at: int, of: QuestionResults, answer: GivenAnswer, text: str
    ) -> Iterator[Part]:
        """Yield a text of an answer with a link in the place of each number of a passage."""
        targets = {
            cited.number: f"#q{at}p{place}"
            for cited in answer.cited
            if (place := of.place_of(cited)) is not None
        }
        end = 0
        for found in CITATION.finditer(text):
            yield text[end : found.start()] + found["space"]
            yield from _bracket(found, targets)
            end = found.end()
        yield text[end:]

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
        if passage.translation:
            parts += self._translation(passage.translation)
        if passage.touches:
            parts.append(tag("p", f"{texts.touches}:\n{self._touches(passage)}", class_="support"))
        parts += _notes((texts.keep, passage.keep), (texts.note, passage.note))
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

    def _heatmap(self, at: int, of: QuestionResults, grid: Grid) -> Element:
        texts = self._texts
        title = texts.contrast_grid if grid.is_contrast else texts.cosine_grid
        self._cells += len(grid.rows) * len(grid.pov_ids)
        if self._cells > _MOST_CELLS:
            return _fold(title, [tag("p", texts.no_grid)])
        heads = [
            tag("a", f"{passage.rank}  {passage.source}", href=f"#q{at}p{place}")
            for place, passage in enumerate(of.passages)
        ]
        table = tag("div", heat_table(grid, heads, self._sentences), class_="scroll")
        return _fold(title, [tag("figure", tag("output", texts.hover), table)])

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


def _bracket(found: re.Match[str], targets: dict[int, str]) -> Iterator[Part]:
    """Yield a citation, its numbers as links; what leads nowhere stays as it stands."""
    numbers = numbers_of(found["numbers"])
    if not targets.keys() & set(numbers):
        yield found[0].removeprefix(found["space"])
        return
    yield "["
    for place, number in enumerate(numbers):
        yield ", " if place else ""
        target = targets.get(number)
        yield tag("a", str(number), href=target) if target else str(number)
    yield "]"


def _notes(*labelled: tuple[str, str]) -> list[Element]:
    return [tag("p", f"{label}: {value}", class_="text") for label, value in labelled if value]


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
