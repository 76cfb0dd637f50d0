"""What a sheet says of how it is looked at."""

from __future__ import annotations

from lxml.etree import _Element as Element

from xl_addin.workbook.areas import Area
from xl_addin.workbook.file.markup import children, q


def selected_areas(root: Element) -> tuple[Area, ...]:
    """Return the cells that were selected when a sheet was saved, in the part of it in use."""
    view = next(children(root.find(q("sheetViews")), "sheetView"), None)
    if view is None:
        return ()
    pane = next((pane.get("activePane", "topLeft") for pane in children(view, "pane")), "topLeft")
    found = {item.get("pane", "topLeft"): item for item in children(view, "selection")}
    chosen = found.get(pane)
    references = "A1" if chosen is None else chosen.get("sqref", "A1")
    return tuple(area for each in references.split() if (area := Area.find(each)))
