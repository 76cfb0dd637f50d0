"""Tables as text: each row as a line that says its headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from worker.documents.tables.table_header import LOOK, Header, Row, find_header, kind

_NAMES, _NAME = 6, 40  # of a header that are told, and characters of each
_TOLD = 5  # tables whose headers are told


@dataclass
class _Table:
    """What is known of the table whose rows are being read: nothing before the first header."""

    names: Mapping[int, str]

    def __post_init__(self) -> None:
        self._empty = dict(self.names)  # those with nothing below them yet

    def line(self, row: Row) -> str:
        """Return a row with its names, unless it is none: a heading, a note, a source."""
        if len(self.names) > 2 and row.cells.keys() == {min(self.names)}:
            return _plain(row)
        for column in self._empty.keys() & row.cells.keys():
            del self._empty[column]
        return "; ".join(
            f"{self.names[column]}: {cell}" if column in self.names else cell
            for column, cell in sorted(row.cells.items())
        )

    def names_alone(self) -> Iterator[str]:
        """Yield the names of columns without values: they are words of the file as well."""
        if self._empty:
            yield "; ".join(self._empty[column] for column in sorted(self._empty))

    def goes_on(self, header: Header) -> bool:
        """Say whether what could be a header is a row of this table.

        Words above words tell nothing, unless a title stands above them or the columns are others.
        """
        alike = header.names.keys() == self.names.keys()
        return bool(self.names) and alike and not header.clear and not header.first


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
        table = _Table({})
        for block in _blocks(rows):
            window = list(islice(block, LOOK))
            header = find_header(window)
            if header and table.goes_on(header):
                header = None
            if header:
                yield from table.names_alone()
                table = _Table(header.names)
            self.told += [f"{of}{told}" for told in _told(header, window, table)]
            first, after = (header.first, header.last + 1) if header else (0, 0)
            yield from map(_plain, window[:first])
            yield from map(table.line, chain(window[after:], block))
        yield from table.names_alone()

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


def _told(header: Header | None, window: list[Row], table: _Table) -> list[str]:
    """Say which rows are the header of what begins here, if it is a table."""
    if header is None:
        headless = not table.names and len(window) > 1 and all(len(row.cells) > 1 for row in window)
        return [f"no header above row {window[0].number}"] if headless else []
    first, last = window[header.first].number, window[header.last].number
    rows = f"row {first}" if first == last else f"rows {first} and {last}"
    names = [_shortened(header.names[column]) for column in sorted(header.names)]
    return [
        f"header in {rows}: {' | '.join([*names[:_NAMES], *(['…'] if names[_NAMES:] else [])])}"
    ]


def _shortened(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _plain(row: Row) -> str:
    return "; ".join(cell for _, cell in sorted(row.cells.items()))
