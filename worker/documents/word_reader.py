"""Word documents: paragraphs and tables in their order."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from worker.documents.document import Document, document_of_lines

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PASSED_OVER = (_FALLBACK, f"{_W}pPr", f"{_W}rPr", f"{_W}moveFrom")
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_NOTES = ("/footnotes", "/endnotes")


def read_word(data: bytes, source: str) -> Document:
    """Return headers, body, notes and footers of a document; a row of a table is a line.

    Text that was inserted with changes tracked is there, deleted text is not.
    """
    import docx

    return document_of_lines(source, _lines(docx.Document(BytesIO(data))))


def _lines(document: WordDocument) -> Iterator[str]:
    yield from _margin_lines(document, "header")
    yield from _block_lines(document.element.body)
    yield from _note_lines(document)
    yield from _margin_lines(document, "footer")


def _block_lines(container: Element) -> Iterator[str]:
    """Yield a line for each paragraph and table row, looking into whatever wraps them."""
    for element in container:
        if element.tag == f"{_W}p":
            yield _text(element)
        elif element.tag == f"{_W}tr":
            yield " | ".join(" ".join(_text(cell).split()) for cell in _cells(element))
        elif element.tag == f"{_W}tbl":
            yield ""
            yield from _block_lines(element)
            yield ""
        elif isinstance(element.tag, str):
            yield from _block_lines(element)


def _cells(row: Element) -> list[Element]:
    """Return the cells of a row, not those of tables within them."""
    cells = row.iter(f"{_W}tc")
    return [cell for cell in cells if next(cell.iterancestors(f"{_W}tr")) is row]


def _text(element: Element) -> str:
    return "".join(_runs(element)).strip()


def _runs(element: Element) -> Iterator[str]:
    """Yield the pieces of text below an element; text boxes stand there twice, once as fallback."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _PASSED_OVER:
            yield from _runs(child)
    if element.tag == f"{_W}p":
        yield "\n"


def _margin_lines(document: WordDocument, where: str) -> Iterator[str]:
    """Yield what stands in the headers or footers of all sections, each line once."""
    seen = set()
    for section in document.sections:
        for name in (where, f"first_page_{where}", f"even_page_{where}"):
            margin = getattr(section, name)
            lines = [] if margin.is_linked_to_previous else _block_lines(margin._element)
            for line in lines:
                if line and line not in seen:
                    seen.add(line)
                    yield line


def _note_lines(document: WordDocument) -> Iterator[str]:
    from lxml import etree

    for relation in document.part.rels.values():
        if relation.reltype.endswith(_NOTES) and not relation.is_external:
            for note in etree.fromstring(relation.target_part.blob):
                yield from filter(None, _block_lines(note))
