"""PowerPoint presentations, slide by slide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from worker.documents.document import Document, document_of_pages

if TYPE_CHECKING:
    from pptx.slide import Slide


def read_slides(data: bytes, source: str) -> Document:
    """Return the text of a presentation, a page for each slide, its speaker notes at the end."""
    import pptx

    slides = pptx.Presentation(BytesIO(data)).slides
    return document_of_pages(source, (_slide_lines(slide) for slide in slides), between="\n\n")


def _slide_lines(slide: Slide) -> Iterator[str]:
    yield from _shape_lines(slide.shapes)
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None and notes.text.strip():
        yield f"\n{_clean_text(notes.text)}"


def _shape_lines(shapes: Iterable[Any]) -> Iterator[str]:
    """Yield the text of shapes in their order, of those in a group too."""
    from pptx.enum.shapes import MSO_SHAPE_TYPE

    for shape in shapes:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from _shape_lines(shape.shapes)
        elif shape.has_text_frame and shape.text_frame.text.strip():
            yield _clean_text(shape.text_frame.text)
        elif shape.has_table:
            for row in shape.table.rows:
                yield " | ".join(" ".join(_clean_text(cell.text).split()) for cell in row.cells)


def _clean_text(text: str) -> str:
    """PowerPoint's line break within a paragraph comes as a vertical tab."""
    return text.replace("\v", "\n").strip()
