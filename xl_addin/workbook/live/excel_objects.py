"""Excel's own objects, for what xlwings does not offer: each thing by its Windows and Mac name.

Other engines have neither name: there a question is answered with None, and an order is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from worker.errors import WorkbookError
from xl_addin.workbook.areas import Area, RowColumn
from xl_addin.workbook.live.busy import TO_GIVE_BACK, patiently

if TYPE_CHECKING:
    import xlwings


class _Reference(Protocol):
    """A question to Excel for Mac that was not asked yet."""

    def get(self) -> object:
        """Ask it."""
        ...


def is_protected(sheet: xlwings.Sheet) -> bool:
    """Say whether the cells of a sheet may not be changed."""
    return bool(_ask(sheet.api, "ProtectContents", "protect_contents"))


def are_hidden(cells: xlwings.Range) -> bool | None:
    """Say whether the rows of some cells are hidden; None where some are and some are not."""
    if _is_appscript(cells.api):
        return patiently(lambda: cells.rows.hidden)
    # xlwings asks Windows for each row.
    rows = _ask(cells.api, "EntireRow", "")
    if rows is None:
        return False
    hidden = _ask(rows, "Hidden", "")
    return hidden if isinstance(hidden, bool) else None


def is_no_value(value: object) -> bool:
    """Say whether a value is Excel for Mac's word for a cell of which a script is told nothing."""
    return _is_appscript(value)


def full_name(book: xlwings.Book) -> str:
    """Return the path of a workbook, or its address where it lies in a cloud folder."""
    asked = _ask(book.api, "", "full_name")
    if asked is not None and "://" not in str(asked):
        return str(asked)
    try:
        with _same_alerts(book):
            return patiently(lambda: book.fullname)
    except WorkbookError:
        raise
    except Exception:
        # xlwings fails, in more ways than one, where it cannot tell the folder of a cloud address.
        address = str(_ask(book.api, "FullName", "full_name"))
        if "://" not in address:
            raise
        return address


@contextmanager
def _same_alerts(book: xlwings.Book) -> Iterator[None]:
    """Let Excel for Mac ask its user as before: if it is busy, xlwings leaves that switched off."""
    if not _is_appscript(book.api):
        yield
        return
    app = patiently(lambda: book.app)
    before = patiently(lambda: app.display_alerts)
    try:
        yield
    finally:
        patiently(partial(setattr, app, "display_alerts", before), TO_GIVE_BACK)


def is_read_only(book: xlwings.Book) -> bool:
    """Say whether a workbook was opened to be read only."""
    return bool(_ask(book.api, "ReadOnly", "read_only"))


def was_never_saved(book: xlwings.Book) -> bool:
    """Say whether a workbook has no place on a disk yet."""
    return _ask(book.api, "Path", "path") == ""


def save_copy(book: xlwings.Book, path: Path) -> bool:
    """Save a copy of a workbook; say whether the engine can do that."""

    def save() -> bool:
        copy = None if _is_appscript(book.api) else getattr(book.api, "SaveCopyAs", None)
        if copy is not None:
            copy(str(path))
        return copy is not None

    return patiently(save)


def covered(rule: xlwings.main.ConditionalFormat) -> list[Area] | None:
    """Return the areas that a conditional format lies on."""
    cells = _ask(_rule(rule), "AppliesTo", "applies_to")
    address = None if cells is None else _ask(cells, "Address", "get_address")
    return None if address is None else [Area.parse(part) for part in str(address).split(",")]


def rank_last(rule: xlwings.main.ConditionalFormat) -> None:
    """Let all other conditional formats win over this one."""
    _order(_rule(rule), "SetLastPriority", "set_last_priority")


def cell_above(picture: xlwings.main.Picture) -> RowColumn | None:
    """Return row and column of the cell right above a picture's corner, if there is one."""
    corner = _corner(picture, "TopLeftCell", "top_left_cell")
    return (corner.top - 1, corner.left) if corner and corner.top > 1 else None


def bottom_row(picture: xlwings.main.Picture) -> int | None:
    """Return the lowest row that a picture covers."""
    corner = _corner(picture, "BottomRightCell", "bottom_right_cell")
    return corner.bottom if corner else None


def caption(picture: xlwings.main.Picture) -> str:
    """Return the caption that `describe` left with a picture."""
    shape = _ask(picture.api, "ShapeRange", "")
    return "" if shape is None else str(_ask(shape, "Title", "") or "")


def describe(picture: xlwings.main.Picture, alt_text: str, title: str) -> None:
    """Give a picture its text for those who do not see it, and remember its caption."""
    shape = _ask(picture.api, "ShapeRange", "")
    if shape is not None:
        _set(shape, "AlternativeText", "", alt_text)
        _set(shape, "Title", "", title)
    else:
        _set(picture.api, "", "alternative_text", alt_text)


def _rule(rule: xlwings.main.ConditionalFormat) -> object:
    return getattr(rule.impl, "xl", None)


def _corner(picture: xlwings.main.Picture, windows: str, mac: str) -> Area | None:
    cell = _ask(picture.api, windows, mac)
    address = None if cell is None else _ask(cell, "Address", "get_address")
    return None if address is None else Area.parse(str(address))


def _ask(api: object, windows: str, mac: str) -> object:
    """Return a property, or the result of a macOS query; None where the engine has neither."""

    def ask() -> object:
        if _is_appscript(api):
            found = getattr(api, mac) if mac else None
            if found is None:
                return None
            return found() if mac.startswith("get_") else _read_reference(found)
        return getattr(api, windows, None) if windows else None

    return patiently(ask)


def _read_reference(reference: _Reference) -> object:
    """Return the value behind an appscript reference; a reference to cells stays one."""
    value = reference.get()
    return reference if _is_appscript(value) else value


def _order(api: object, windows: str, mac: str) -> None:
    def order() -> None:
        command = getattr(api, mac if _is_appscript(api) else windows, None)
        if command is not None:
            command()

    patiently(order)


def _set(api: object, windows: str, mac: str, value: str) -> None:
    def put() -> None:
        if _is_appscript(api):
            if mac:
                getattr(api, mac).set(value)
        elif windows and hasattr(api, windows):
            setattr(api, windows, value)

    patiently(put)


def _is_appscript(api: object) -> bool:
    return type(api).__module__.partition(".")[0] in ("appscript", "aem")
