"""Graphics of Office files as text: shapes, charts, diagrams, pictures, embedded objects.

Slides are drawings as a whole, sheets have one on top, Word documents hold single graphics. Shapes
are not asked of what kind they are: whatever holds words is read, and what holds none that can be
read is counted as lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from posixpath import basename
from typing import TYPE_CHECKING

from worker.documents.losses import EMBEDDED_FILE, EMPTY_CHART, MEDIUM, PICTURE, Loss, Losses
from worker.documents.office.chart_text import chart_text
from worker.documents.office.math_text import MATH, math_text
from worker.documents.office_package import DamagedPart, Part
from worker.documents.picture_words import words_for_picture

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
ALTERNATIVES, _CHOICE, _FALLBACK = f"{_MC}AlternateContent", f"{_MC}Choice", f"{_MC}Fallback"

_TREES = frozenset({"spTree", "grpSp"})
_SHAPES = frozenset(
    {"sp", "grpSp", "pic", "graphicFrame", "cxnSp", "nvGrpSpPr", "grpSpPr", "extLst",
     "AlternateContent"}
)  # fmt: skip
_MEDIA = frozenset({"videoFile", "audioFile", "quickTimeFile", "wavAudioFile", "audioCd", "media"})
_CONTROL = Loss("1 form control{names} is not read.", "{count} form controls{names} are not read.")
_OLD_EQUATION = Loss(
    "1 equation of an older equation editor is not read.",
    "{count} equations of an older equation editor are not read.",
)
_UNKNOWN = Loss(
    "1 shape of an unknown kind{names} is not read.",
    "{count} shapes of unknown kinds{names} are not read.",
)


@dataclass(frozen=True)
class Graphics:
    """The graphics in one part of a file; `losses` takes what is not read of them."""

    part: Part
    losses: Losses

    def lines(self, drawing: Element) -> Iterator[str]:
        """Yield the text of a drawing, a line for each paragraph and row, shapes in their order."""
        whole = self.whole(drawing)
        if whole is not None:
            yield from whole
        elif drawing.tag == f"{A}p":
            yield from filter(None, [paragraph_text(drawing)])
        elif drawing.tag == f"{A}tr":
            yield _row(drawing)
        elif drawing.tag == ALTERNATIVES:
            yield from self.chosen(drawing, self.lines)
        elif local_name(drawing) != "extLst":
            read = self._shape if local_name(drawing) in _TREES else self.lines
            for child in drawing:
                yield from read(child)

    def whole(self, element: Element) -> Iterator[str] | None:
        """Return the lines of an element that is a graphic as a whole; none if it is not one."""
        read = _GRAPHICS.get(local_name(element))
        return read(self, element) if read else None

    def chosen(self, forms: Element, read: Callable[[Element], Iterator[str]]) -> Iterator[str]:
        """Yield the lines of the first of several forms of one thing that says anything.

        Programs write what they mean, and behind it what older ones shall show instead.
        """
        for form in forms.iterchildren(_CHOICE, _FALLBACK):
            before = self.losses.total
            lines = list(read(form))
            if any(lines) or self.losses.total > before:
                yield from lines
                return

    def _shape(self, shape: Element) -> Iterator[str]:
        lines = list(self.lines(shape))
        name = local_name(shape)
        if name and name not in _SHAPES and not lines:
            self.losses.add(_UNKNOWN, name)
        yield from lines

    def _chart(self, element: Element) -> Iterator[str]:
        part = self.part.target(element.get(f"{R}id"))
        root = self.losses.opened(part)
        if part is None or root is None:
            return
        found = chart_text(root, _workbook_behind(part))
        if not found.rows:
            self.losses.add(EMPTY_CHART)
        yield found.heading
        yield from found.rows
        for drawing in part.related("chartUserShapes"):
            if (shapes := self.losses.opened(drawing)) is not None:
                yield from Graphics(drawing, self.losses).lines(shapes)

    def _diagram(self, element: Element) -> Iterator[str]:
        """Yield what stands in the nodes of a diagram (SmartArt); its drawing says it again."""
        root = self.losses.opened(self.part.target(element.get(f"{R}dm")))
        if root is not None:
            for paragraph in root.iter(f"{A}p"):
                yield from filter(None, [paragraph_text(paragraph)])

    def _picture(self, element: Element) -> Iterator[str]:
        names = [below for below in element.iter() if local_name(below) == "cNvPr"]
        own = "".join(alternative_text(name) for name in names[:1])
        around = _text_of_frame(element)
        if any(local_name(below) in _MEDIA for below in element.iter()):
            self.losses.add(MEDIUM)
        elif not own and not around and not _is_decorative(element):
            self.losses.add(PICTURE)
        if own and own != around:
            yield f"Picture: {own}"

    def _old_picture(self, element: Element) -> Iterator[str]:
        """Yield the alternative text of a picture as Word wrote it until 2007."""
        frame = element.getparent()
        text = words_for_picture(frame.get("alt") if frame is not None else None)
        if text:
            yield f"Picture: {text}"
        else:
            self.losses.add(PICTURE)

    def _old_letters(self, element: Element) -> Iterator[str]:
        """Yield the words of a watermark or of letters with effects (WordArt)."""
        yield from filter(None, [element.get("string")])

    def _frame(self, element: Element) -> Iterator[str]:
        if text := alternative_text(element):
            yield f"Picture: {text}"

    def _object(self, element: Element) -> Iterator[str]:
        """Count what is embedded; the picture beside it only shows how it looks."""
        for below in element.iter():
            name = local_name(below)
            if name in ("OLEObject", "oleObj"):
                self._embedded(below)
            elif name == "control":
                self.losses.add(_CONTROL, _named(below))
        yield from ()

    def _embedded(self, element: Element) -> None:
        program = element.get("ProgID") or element.get("progId") or ""
        file = self.part.target(element.get(f"{R}id"))
        if program.startswith("Equation"):
            self.losses.add(_OLD_EQUATION)
        elif file is None or file.name.endswith(".bin"):
            self.losses.add(EMBEDDED_FILE, program)
        else:
            self.losses.add(EMBEDDED_FILE, basename(file.name))


_GRAPHICS: dict[str, Callable[[Graphics, Element], Iterator[str]]] = {
    "chart": Graphics._chart,
    "relIds": Graphics._diagram,
    "pic": Graphics._picture,
    "imagedata": Graphics._old_picture,
    "textpath": Graphics._old_letters,
    "docPr": Graphics._frame,
    "cNvPr": Graphics._frame,
    "object": Graphics._object,
    "oleObj": Graphics._object,
    "control": Graphics._object,
}


def local_name(element: Element) -> str:
    """Return an element's name without its namespace; nothing for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def paragraph_text(paragraph: Element) -> str:
    """Return the text of a paragraph in a drawing, its equations included."""
    return "".join(_pieces(paragraph)).strip()


def alternative_text(name: Element) -> str:
    """Return what stands for a graphic for those who do not see it.

    :param name: the element that holds its name.
    """
    return words_for_picture(name.get("descr")) or words_for_picture(name.get("title"))


def _named(element: Element) -> str:
    """Return an element's name, whose attribute has a namespace in Word and none in PowerPoint."""
    return next((str(value) for key, value in element.items() if str(key).endswith("name")), "")


def _text_of_frame(picture: Element) -> str:
    """Return the alternative text of the frame that a picture has in Word."""
    return "".join(alternative_text(e) for e in _frame_of(picture) if local_name(e) == "docPr")


def _is_decorative(picture: Element) -> bool:
    marks = (e for e in _frame_of(picture).iter() if local_name(e) == "decorative")
    return any(mark.get("val") == "1" for mark in marks)


def _frame_of(picture: Element) -> Element:
    frames = (e for e in picture.iterancestors() if local_name(e) in ("inline", "anchor"))
    return next(frames, picture)


def _workbook_behind(chart: Part) -> bytes | None:
    try:
        return next((book.data() for book in chart.related("package")), None)
    except DamagedPart:
        return None


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{A}t":
            yield child.text or ""
        elif child.tag == f"{A}br":
            yield "\n"
        elif child.tag == f"{MATH}oMath":
            yield math_text(child)
        elif child.tag != _FALLBACK:
            yield from _pieces(child)


def _row(row: Element) -> str:
    cells = [" ".join(map(paragraph_text, cell.iter(f"{A}p"))) for cell in row.iter(f"{A}tc")]
    return " | ".join(" ".join(cell.split()) for cell in cells)
