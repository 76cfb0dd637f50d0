"""Elements of a page, built so that no text can become markup."""

from __future__ import annotations

from lxml import etree
from lxml.etree import _Element as Element

#: What stands in an element: texts and other elements, in their order.
Part = str | Element


def tag(kind: str, /, *parts: Part, **attributes: str) -> Element:
    """Return an element. `class_` stands for class, and `_` in names of attributes for `-`."""
    named = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    element = etree.Element(kind, named)
    last: Element | None = None
    for part in parts:
        if not isinstance(part, str):
            element.append(part)
            last = part
        elif last is None:
            element.text = (element.text or "") + part
        else:
            last.tail = (last.tail or "") + part
    return element
