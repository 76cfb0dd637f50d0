"""Word documents: paragraphs, tables and whatever else holds words, in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from posixpath import basename, splitext
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from worker.documents.document import Document, document_of_lines
from worker.documents.losses import Loss, Losses
from worker.documents.office.graphics import ALTERNATIVES, Graphics, R
from worker.documents.office.math_text import MATH, math_text
from worker.documents.office.symbols import shown_sign, shown_text
from worker.documents.office.word_fields import (
    chosen_in_form,
    equation_of,
    instruction_after,
    needs_result,
)
from worker.documents.office.word_numbers import Numbers
from worker.documents.office_package import DamagedPart, OfficePackage, Part
from worker.documents.pages.html_reader import read_html
from worker.documents.text.text_reader import read_text
from worker.errors import DocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _RUN, _WORDS = f"{_W}p", f"{_W}r", f"{_W}t"  # what most of a document is
_PASSED_OVER = frozenset(
    f"{_W}{name}" for name in ("pPr", "rPr", "sdtPr", "tblPr", "sectPr", "rt", "del", "moveFrom")
)
_SIGNS = {
    f"{_W}{name}": sign
    for name, sign in {
        "tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"
    }.items()
}  # fmt: skip
_HEX = re.compile("[0-9A-Fa-f]{1,6}")
_NOTES = ("footnotes", "endnotes")
_READERS = {".htm": read_html, ".html": read_html, ".xhtml": read_html, ".txt": read_text}

_DELETED = Loss(
    "1 deletion with changes tracked is left out.",
    "{count} deletions with changes tracked are left out.",
)
_INSERTED = Loss(
    "1 inserted document{names} is not read.", "{count} inserted documents{names} are not read."
)
_SIGN = Loss(
    "1 sign of the font{names} is not read.", "{count} signs of fonts{names} are not read."
)
_FIELD = Loss(
    "1 field without a result{names} is not read.",
    "{count} fields without a result{names} are not read.",
)


def read_word(data: bytes, source: str) -> Document:
    """Return headers, body, notes, comments and footers; a row of a table is a line.

    Text that was inserted with changes tracked is there, deleted text is not.

    :raises DamagedPart: if the body cannot be read.
    """
    main, losses = OfficePackage(data).main_part(), Losses()
    document = document_of_lines(source, _lines(main, losses))
    return replace(document, lost=losses.sentences())


def _lines(main: Part, losses: Losses) -> Iterator[str]:
    root = main.xml()
    yield from _margin_lines(main, root, f"{_W}headerReference", losses)
    numbers = Numbers(*(_first(main.related(kind), losses) for kind in ("numbering", "styles")))
    yield from _Text(main, losses, numbers).lines(root.iterchildren(f"{_W}body"))
    for kind in _NOTES:
        for part in main.related(kind):
            yield from filter(None, _part_lines(part, losses))
    yield from _comment_lines(main, losses)
    yield from _margin_lines(main, root, f"{_W}footerReference", losses)


def _first(parts: list[Part], losses: Losses) -> Element | None:
    return losses.opened(parts[0]) if parts else None


def _part_lines(part: Part | None, losses: Losses) -> Iterator[str]:
    root = losses.opened(part)
    if part is not None and root is not None:
        yield from _Text(part, losses).lines(root)


def _margin_lines(main: Part, root: Element, reference: str, losses: Losses) -> Iterator[str]:
    """Yield what stands in the headers or footers of all sections, each line once."""
    ids = dict.fromkeys(element.get(f"{R}id") for element in root.iter(reference))
    seen = set()
    for each in ids:
        for line in _part_lines(main.target(each), losses):
            if line and line not in seen:
                seen.add(line)
                yield line


def _comment_lines(main: Part, losses: Losses) -> Iterator[str]:
    for part in main.related("comments"):
        root = losses.opened(part)
        for comment in [] if root is None else root.iter(f"{_W}comment"):
            text = " ".join(" ".join(_Text(part, losses).lines(comment)).split())
            author = comment.get(f"{_W}author", "")
            yield f"Comment{author and f' by {author}'}: {text}"


@dataclass(frozen=True)
class _Text:
    """The text of one part; `numbers` are those of its paragraphs, if they have any."""

    part: Part
    losses: Losses
    numbers: Numbers | None = None

    def lines(self, elements: Iterable[Element]) -> Iterator[str]:
        """Yield a line for each paragraph and table row, looking into whatever wraps them."""
        for element in elements:
            if element.tag == _PARAGRAPH:
                yield self._text(element)
            elif element.tag == f"{_W}tr":
                yield from self._row(element)
            elif element.tag == f"{_W}tbl":
                yield ""
                yield from self.lines(element)
                yield ""
            elif element.tag == f"{_W}altChunk":
                yield from self._inserted(element)
            elif element.tag == f"{MATH}oMathPara":
                yield math_text(element)
            elif isinstance(element.tag, str) and not self._is_passed_over(element):
                yield from self.lines(element)

    def _text(self, element: Element) -> str:
        return "".join(self._pieces(element)).strip()

    def _pieces(self, element: Element) -> Iterator[str]:
        """Yield the pieces of text below an element."""
        if self.numbers and element.tag == _PARAGRAPH:
            yield self.numbers.before(element)
        for child in element:
            tag = child.tag
            if tag == _WORDS:
                yield _shown(child.text or "", element)
            elif tag == _RUN:
                yield from self._pieces(child)
            elif tag in _SIGNS:
                yield _SIGNS[tag]
            elif isinstance(tag, str) and not self._is_passed_over(child):
                yield from self._piece(child)
        if element.tag == _PARAGRAPH:
            yield "\n"

    def _piece(self, element: Element) -> Iterator[str]:
        graphics = Graphics(self.part, self.losses)
        read = _SPECIAL.get(element.tag)
        if read is not None:
            yield from read(self, element)
        elif (graphic := graphics.whole(element)) is not None:
            yield from (f"\n{line}\n" for line in graphic)
        elif element.tag == ALTERNATIVES:
            yield from graphics.chosen(element, self._pieces)
        else:
            yield from self._pieces(element)

    def _is_passed_over(self, element: Element) -> bool:
        """Say whether an element holds no words that stand in the document; count deletions."""
        if element.tag == f"{_W}del" and len(element):
            self.losses.add(_DELETED)
        return element.tag in _PASSED_OVER

    def _row(self, row: Element) -> Iterator[str]:
        if row.find(f"{_W}trPr/{_W}del") is not None:
            self.losses.add(_DELETED)
        else:
            yield " | ".join(" ".join(self._text(cell).split()) for cell in _cells(row))

    def _table(self, table: Element) -> Iterator[str]:
        yield from (f"\n{row}\n" for row in self.lines(table))

    def _equation(self, equation: Element) -> Iterator[str]:
        yield math_text(equation)

    def _sign(self, sign: Element) -> Iterator[str]:
        font = sign.get(f"{_W}font", "")
        code = sign.get(f"{_W}char", "")
        shown = shown_sign(int(code, 16), font) if _HEX.fullmatch(code) else ""
        if not shown:
            self.losses.add(_SIGN, font)
        yield shown

    def _field(self, mark: Element) -> Iterator[str]:
        """Yield what a field shows and does not hold as its result."""
        if mark.get(f"{_W}fldCharType") == "begin":
            instruction, has_result = instruction_after(mark)
            if not has_result and needs_result(instruction):
                self.losses.add(_FIELD, instruction)
            yield equation_of(instruction) or chosen_in_form(mark)

    def _simple_field(self, field: Element) -> Iterator[str]:
        instruction = field.get(f"{_W}instr", "")
        if next(field.iter(f"{_W}t"), None) is None and needs_result(instruction):
            self.losses.add(_FIELD, instruction)
        yield from self._pieces(field)

    def _subdocument(self, element: Element) -> Iterator[str]:
        relation = self.part.relations.get(element.get(f"{R}id", ""))
        self.losses.add(_INSERTED, basename(relation.target) if relation else "")
        yield from ()

    def _inserted(self, element: Element) -> Iterator[str]:
        """Yield the text of a file that Word takes in when it opens the document."""
        part = self.part.target(element.get(f"{R}id"))
        name = part.name if part is not None else ""
        try:
            if part is not None and name.endswith(".docx"):
                yield from _lines(OfficePackage(part.data()).main_part(), self.losses)
            elif part is not None and (read := _READERS.get(splitext(name)[1])):
                yield from read(part.data(), name).text.split("\n")
            else:
                self.losses.add(_INSERTED, basename(name))
        except (BadZipFile, DamagedPart, DocumentError):
            self.losses.add(_INSERTED, basename(name))


_SPECIAL: dict[object, Callable[[_Text, Element], Iterator[str]]] = {
    f"{MATH}oMath": _Text._equation,
    f"{_W}sym": _Text._sign,
    f"{_W}fldChar": _Text._field,
    f"{_W}fldSimple": _Text._simple_field,
    f"{_W}subDoc": _Text._subdocument,
    f"{_W}tbl": _Text._table,
}


def _cells(row: Element) -> list[Element]:
    """Return the cells of a row, not those of tables within them."""
    cells = row.iter(f"{_W}tc")
    return [cell for cell in cells if next(cell.iterancestors(f"{_W}tr")) is row]


def _shown(text: str, run: Element) -> str:
    """Return the words of a run, signs of picture fonts as what they show."""
    if text.isascii():  # such signs are not, and most words are
        return text
    fonts = run.find(f"{_W}rPr/{_W}rFonts")
    font = None if fonts is None else fonts.get(f"{_W}ascii") or fonts.get(f"{_W}hAnsi")
    return shown_text(text, font) if font else text
