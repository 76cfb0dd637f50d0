"""Names and captions by which our pictures are found again on a sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from xl_addin.workbook.areas import RowColumn
from xl_addin.workbook.port import CellValue, Picture

#: The start of a picture's name by which it is known as ours.
PREFIX = "bonsai "

#: Free rows between what stands on a sheet and the next picture.
GAP = 2


def caption_place(
    caption: str, above: RowColumn | None, texts: Mapping[RowColumn, CellValue]
) -> RowColumn | None:
    """Return where a caption stands: above its picture, or left behind when that was moved."""
    if not caption or (above and texts.get(above) == caption):
        return above
    return next((at for at, text in texts.items() if text == caption), None)


def shown_name(picture: Picture) -> str:
    """Return the name that a picture of ours has on the sheet."""
    return picture.name if picture.name.startswith(PREFIX) else PREFIX + picture.name


def leaving(known: Sequence[str], wanted: Sequence[str], keep: Collection[str]) -> list[str]:
    """Return which pictures that are there go, by name: those that are wanted no more.

    Where the first that is wanted is new and no other one stays, all go, to be hung in order.
    """
    if wanted and not keep and wanted[0] not in known:
        return list(known)
    return [name for name in known if name not in wanted and name not in keep]
