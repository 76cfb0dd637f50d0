"""Web pages: what a reader of the page sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import basename
from typing import TYPE_CHECKING

from worker.documents.document import Document
from worker.documents.losses import EMBEDDED_FILE, MEDIUM, PICTURE, Loss, Losses
from worker.documents.pages.mathml import spell_out
from worker.documents.picture_words import words_for_picture
from worker.documents.text.encodings import decode

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE
)
_HEAD = 4096  # bytes in which a page says its encoding

_PARAGRAPH, _LINE = "\n\n", "\v"  # breaks while the text is gathered

#: How furigana are read ("rt", "rp") would double the word; "annotation" says an equation again.
_UNSEEN = frozenset(
    {"script", "style", "noscript", "noframes", "template", "head", "datalist", "metadata", "rt",
     "rp", "rtc", "annotation", "annotation-xml"}
)  # fmt: skip
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre", "blockquote",
     "article", "section", "figure"}
)  # fmt: skip
_LINES = frozenset(
    {"div", "li", "tr", "dt", "dd", "caption", "figcaption", "header", "footer", "main", "nav",
     "aside", "form", "option", "address", "hr", "br", "title", "desc", "text", "body"}
)  # fmt: skip
_SPACE = re.compile(r"\s+")
_CELLS = frozenset({"td", "th"})

_FRAME = Loss(
    "1 page{names} in a frame is not read; save it as a file of its own to have it read.",
    "{count} pages{names} in frames are not read; save them as files of their own to have them "
    "read.",
)
_SCRIPT = Loss(
    "The text of the page seems to be written by a script when the page is opened; open it in a "
    "browser and save it from there, as a PDF or as text, to have it read.",
    "",
)
_HARDLY_ANY = 100  # characters of text, beside scripts that may write more


def read_html(data: bytes, source: str) -> Document:
    """Return the title and the visible text of a page, a line for each block.

    :raises DocumentError: if it is no text.
    """
    from lxml import etree, html

    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    declared = _DECLARED.search(data[:_HEAD])
    decoded = decode(data, source, declared[1].decode("ascii") if declared else "")
    if not decoded.text.strip():
        return Document(source, "")
    try:
        page = html.document_fromstring(decoded.text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # markup without an element, such as a comment alone
        return Document(source, "")
    spell_out(page)
    title, losses = page.findtext("head/title") or "", Losses()
    text = _tidy("".join(_visible(page, losses)))
    if len(text) < _HARDLY_ANY and page.find(".//script") is not None:
        losses.add(_SCRIPT)
    return Document(
        source,
        _tidy(_PARAGRAPH.join([title, text])),
        lost=(*decoded.lost, *losses.sentences()),
        read_as=decoded.read_as,
    )


def _visible(page: HtmlElement, losses: Losses) -> Iterator[str]:
    """Yield the text of a page with line ends where blocks begin and end."""
    from lxml import etree

    walk = etree.iterwalk(page, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            yield _break(element.tag)
            yield _one_line(element.tail)
            continue
        yield _break(element.tag)
        instead = _INSTEAD.get(element.tag)
        if _is_unseen(element):
            walk.skip_subtree()
        elif instead:
            yield f" {_one_line(instead(element, losses))} "
            walk.skip_subtree()
        else:
            yield _one_line(element.text)


def _is_unseen(element: HtmlElement) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    hidden = element.get("hidden") is not None or "display:none" in style
    in_place = element.tag == "template" and element.get("shadowrootmode") is not None
    return hidden or (element.tag in _UNSEEN and not in_place)


def _picture(element: HtmlElement, losses: Losses) -> str:
    """Return the words that stand for a picture; an empty text says that it only decorates."""
    words = words_for_picture(element.get("alt"))
    dots = any(element.get(size) in ("0", "1", "2") for size in ("width", "height"))
    if not words and element.get("alt") != "" and not dots:
        losses.add(PICTURE)
    return words


def _input(element: HtmlElement, losses: Losses) -> str:
    kind = (element.get("type") or "text").lower()
    if kind == "image":
        return _picture(element, losses)
    if kind in ("checkbox", "radio"):
        return "☒" if element.get("checked") is not None else "☐"
    return "" if kind in ("hidden", "password", "file") else element.get("value") or ""


def _frame(element: HtmlElement, losses: Losses) -> str:
    losses.add(_FRAME, element.get("src") or "")
    return ""


def _object(element: HtmlElement, losses: Losses) -> str:
    losses.add(EMBEDDED_FILE, basename(element.get("data") or element.get("src") or ""))
    return ""


def _medium(element: HtmlElement, losses: Losses) -> str:
    losses.add(MEDIUM)
    return ""


def _area(element: HtmlElement, losses: Losses) -> str:
    return element.get("alt") or ""


_INSTEAD: dict[object, Callable[[HtmlElement, Losses], str]] = {
    "img": _picture,
    "area": _area,
    "input": _input,
    "iframe": _frame,
    "frame": _frame,
    "object": _object,
    "embed": _object,
    "video": _medium,
    "audio": _medium,
}


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
    """Leave one space between words, one sign between cells, one break between blocks.

    White space is taken run by run: a pattern that looks for a break behind spaces would look
    through a long run again from each of its places.
    """
    return re.sub(r"\s+", _tidy_run, text).strip()


def _tidy_run(found: re.Match[str]) -> str:
    run = found[0]
    if "\n" in run or _LINE in run:
        return _PARAGRAPH if _PARAGRAPH in run else "\n"
    return " | " if "\t" in run else re.sub(" +", " ", run)
