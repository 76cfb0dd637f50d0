"""Office files made for tests, and their parts exchanged."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import docx
import pptx
from pptx.slide import Slide

Change = Callable[[bytes], bytes]


def slides(*make: Callable[[Slide], object]) -> bytes:
    """A presentation with a slide for each function, which puts something on it."""
    show = pptx.Presentation()
    for each in make:
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = f"Slide {len(show.slides)}"
        each(slide)
    return saved(show)


def word(*make: Callable[[Any], object]) -> bytes:
    """A Word document, filled by functions that take it."""
    document = docx.Document()
    for each in make:
        each(document)
    return saved(document)


def saved(document: Any) -> bytes:
    data = BytesIO()
    document.save(data)
    return data.getvalue()


def changed(data: bytes, changes: Mapping[str, Change | bytes | None]) -> bytes:
    """An Office file with parts exchanged, added (bytes) or taken out (None)."""
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        names = [*old.namelist(), *(name for name in changes if name not in old.namelist())]
        for name in names:
            change = changes.get(name, old.read(name) if name in old.namelist() else None)
            content = change(old.read(name)) if callable(change) else change
            if content is not None:
                new.writestr(name, content)
    return result.getvalue()


def replacing(*pairs: tuple[str, str]) -> Change:
    """A change of a part that puts one text for another; each must be there."""

    def change(content: bytes) -> bytes:
        text = content.decode()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        return text.encode()

    return change


def part_of(data: bytes, beginning: str) -> str:
    """The name of the one part that begins so."""
    (name,) = [n for n in zipfile.ZipFile(BytesIO(data)).namelist() if n.startswith(beginning)]
    return name
