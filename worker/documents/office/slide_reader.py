"""PowerPoint presentations, slide by slide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from worker.documents.document import Document, document_of_pages
from worker.documents.losses import Losses
from worker.documents.office.graphics import Graphics, R, local_name, paragraph_text
from worker.documents.office_package import OfficePackage, Part

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
#: Placeholders that a program fills: the number of a slide, and what stands around notes.
_FILLED = frozenset({"sldNum", "sldImg"})
_AROUND_NOTES = frozenset({"sldNum", "sldImg", "hdr", "ftr", "dt"})


def read_slides(data: bytes, source: str) -> Document:
    """Return the text of a presentation, a page for each slide, notes and comments at its end.

    :raises DamagedPart: if its list of slides cannot be read.
    """
    show = OfficePackage(data).main_part()
    slides = [show.target(entry.get(f"{R}id")) for entry in show.xml().iter(f"{_P}sldId")]
    losses = Losses()
    reader = _SlideReader(losses, _authors(show, losses))
    pages = (reader.lines(number, slide) for number, slide in enumerate(slides, start=1))
    document = document_of_pages(source, pages, between="\n\n")
    return replace(document, lost=losses.sentences(), read_as=reader.remarks())


@dataclass
class _SlideReader:
    losses: Losses
    authors: Mapping[str | None, str]
    hidden: list[int] = field(default_factory=list)

    def lines(self, number: int, slide: Part | None) -> Iterator[str]:
        root = self.losses.opened(slide)
        if slide is None or root is None:
            return
        if root.get("show") in ("0", "false"):
            self.hidden.append(number)
        yield from Graphics(slide, self.losses).lines(_without(root, _FILLED))
        for part in slide.related("notesSlide"):
            yield from self._notes(part)
        for part in slide.related("comments"):
            yield from self._comments(part)

    def remarks(self) -> tuple[str, ...]:
        """Say which slides are hidden when the presentation is shown."""
        numbers = ", ".join(map(str, self.hidden))
        return (f"with hidden slides ({numbers})",) if numbers else ()

    def _notes(self, part: Part) -> Iterator[str]:
        root = self.losses.opened(part)
        if root is not None:
            text = "\n".join(Graphics(part, self.losses).lines(_without(root, _AROUND_NOTES)))
            yield from filter(None, [text and f"\n{text}"])

    def _comments(self, part: Part) -> Iterator[str]:
        root = self.losses.opened(part)
        for comment in [] if root is None else root.iter():
            if local_name(comment) in ("cm", "reply"):
                author = self.authors.get(comment.get("authorId"), "")
                yield f"Comment{author and f' by {author}'}: {_words(comment)}"


def _authors(show: Part, losses: Losses) -> dict[str | None, str]:
    """Return the names of those who wrote comments, by their ids."""
    parts = [*show.related("commentAuthors"), *show.related("authors")]
    roots = [root for root in map(losses.opened, parts) if root is not None]
    return {author.get("id"): author.get("name", "") for root in roots for author in root}


def _words(comment: Element) -> str:
    """Return what a comment says, without the replies that hang below it."""
    texts = []
    for child in comment:
        if local_name(child) == "text":
            texts.append(child.text or "")
        elif local_name(child) == "txBody":
            texts.extend(map(paragraph_text, child.iter(f"{_A}p")))
    return " ".join(" ".join(texts).split())


def _without(root: Element, kinds: frozenset[str]) -> Element:
    """Return a slide without some of its placeholders."""
    for placeholder in list(root.iter(f"{_P}ph")):
        shape = next(placeholder.iterancestors(f"{_P}sp"), None)
        parent = shape.getparent() if shape is not None else None
        if placeholder.get("type") in kinds and shape is not None and parent is not None:
            parent.remove(shape)
    return root
