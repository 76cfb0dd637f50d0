"""Web pages: what a reader of the page sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from worker.documents.document import Document
from worker.documents.encodings import decode

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE
)
_HEAD = 4096  # bytes in which a page says its encoding

_PARAGRAPH, _LINE = "\n\n", "\v"  # breaks while the text is gathered

_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "head", "iframe", "object"})
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre", "blockquote",
     "article", "section", "figure"}
)  # fmt: skip
_LINES = frozenset(
    {"div", "li", "tr", "dt", "dd", "caption", "figcaption", "header", "footer", "main", "nav",
     "aside", "form", "option", "address", "hr", "br", "title", "body"}
)  # fmt: skip
_CELLS = frozenset({"td", "th"})


def read_html(data: bytes, source: str) -> Document:
    """Return the title and the visible text of a page, a line for each block.

    :raises DocumentError: if it is no text.
    """
    from lxml import html

    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    declared = _DECLARED.search(data[:_HEAD])
    decoded = decode(data, source, declared[1].decode("ascii") if declared else "")
    if not decoded.text.strip():
        return Document(source, "")
    page = html.document_fromstring(decoded.text.encode("utf-8", "replace"), parser=parser)
    title = page.findtext("head/title") or ""
    text = _tidy(_PARAGRAPH.join([title, "".join(_visible(page))]))
    return Document(source, text, lost=decoded.lost, read_as=decoded.read_as)


def _visible(page: HtmlElement) -> Iterator[str]:
    """Yield the text of a page with line ends where blocks begin and end."""
    from lxml import etree

    walk = etree.iterwalk(page, events=("start", "end"))
    for event, element in walk:
        unseen = _is_unseen(element)
        if event == "start":
            yield _break(element.tag)
            if unseen:
                walk.skip_subtree()
            else:
                yield _one_line(element.text)
        else:
            yield _break(element.tag)
            yield _one_line(element.tail)


def _is_unseen(element: HtmlElement) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    hidden = element.get("hidden") is not None or "display:none" in style
    return hidden or element.tag in _UNSEEN


def _break(tag: object) -> str:
    if tag in _PARAGRAPHS:
        return _PARAGRAPH
    if tag in _CELLS:
        return "\t"
    return _LINE if tag in _LINES else ""


def _one_line(text: str | None) -> str:
    """Make one space of any white space: a line end in the source of a page means no more."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", text or "")


def _tidy(text: str) -> str:
    """Leave one space between words, one sign between cells, one break between blocks."""
    text = re.sub(r"\s*[\n\v]\s*", lambda run: "\n\n" if _PARAGRAPH in run[0] else "\n", text)
    return re.sub(" {2,}", " ", re.sub(r" *\t[ \t]*", " | ", text)).strip()
