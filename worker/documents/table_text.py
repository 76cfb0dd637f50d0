"""Tables as text: each row as a line that says its headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from worker.documents.table_header import LOOK, Header, Row, find_header, kind

_NAMES, _NAME = 6, 40  # of a header that are told, and characters of each
_TOLD = 5  # tables whose headers are told


@dataclass
class TableText:
    """Turns rows into lines, and remembers which headers it took."""

    told: list[str] = field(default_factory=list)

    def lines(self, rows: Iterable[Row], of: str = "") -> Iterator[str]:
        """Yield "header: value; header: value" for each row below a header, others as they stand.

        Empty rows part one table from the next, which may have a header of its own; else the one
        above goes on.

        :param of: what they are the rows of, as in "Sheet1: ".
        """
        names: Mapping[int, str] = {}
        for block in _blocks(rows):
            window = list(islice(block, LOOK))
            header = find_header(window)
            if header and names and not _is_new(header, names):
                header = None
            if header:
                names = header.names
                self.told.append(f"{of}{_told(header, window)}")
            elif not names and len(window) > 1 and all(len(row.cells) > 1 for row in window):
                self.told.append(f"{of}no header above row {window[0].number}")
            first, last = (header.first, header.last) if header else (0, -1)
            yield from (_plain(row) for row in window[:first])
            yield from (_line(names, row) for row in chain(window[last + 1 :], block))

    def read_as(self) -> tuple[str, ...]:
        """Return the headers that were taken, the first ones in full."""
        more = len(self.told) - _TOLD
        return (*self.told[:_TOLD], *([f"{more} more tables"] if more > 0 else []))


def _blocks(rows: Iterable[Row]) -> Iterator[Iterator[Row]]:
    """Yield runs of rows that no empty row parts.

    A single row of words goes with what follows it, as its title or header. Each run must be
    taken wholly before the next one.
    """
    rest = iter(rows)
    following = next(rest, None)

    def run(first: Row) -> Iterator[Row]:
        nonlocal following
        last, parted = first, False
        yield first
        for row in rest:
            if row.number > last.number + 1:
                if parted or last is not first or not _is_words(first):
                    following = row
                    return
                parted = True
            last = row
            yield row

    while following is not None:
        first, following = following, None
        yield run(first)


def _is_words(row: Row) -> bool:
    return all(kind(cell) == "text" for cell in row.cells.values())


def _is_new(header: Header, names: Mapping[int, str]) -> bool:
    """Say whether a header further down is one, and not a row of the table above it.

    Words above words tell nothing, unless a title stands above them or the columns are others.
    """
    return header.clear or header.first > 0 or header.names.keys() != names.keys()


def _told(header: Header, window: list[Row]) -> str:
    first, last = window[header.first].number, window[header.last].number
    rows = f"row {first}" if first == last else f"rows {first} and {last}"
    names = [_shortened(header.names[column]) for column in sorted(header.names)]
    return f"header in {rows}: {' | '.join([*names[:_NAMES], *(['…'] if names[_NAMES:] else [])])}"


def _shortened(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _line(names: Mapping[int, str], row: Row) -> str:
    if row.cells.keys() == {min(names, default=1)} and len(names) > 2:  # a title, a note, a source
        return _plain(row)
    return "; ".join(
        f"{names[column]}: {cell}" if column in names else cell
        for column, cell in sorted(row.cells.items())
    )


def _plain(row: Row) -> str:
    return "; ".join(cell for _, cell in sorted(row.cells.items()))
