"""Rows out of delimited text, as programs write it and not as a standard would have it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
#: What Excel reads and writes as first line to say by which sign it separates.
_SAID = re.compile(r'"?sep=(.)"?[^\n]?(?:\n|$)', re.IGNORECASE)
_SAMPLE = 50  # rows from which the delimiter is guessed
_LONG = 1_000_000  # characters within which they are looked for
_LEAST = 0.12  # a sign that cuts rows less evenly than so separates nothing


@dataclass(frozen=True)
class DelimitedText:
    """Text in rows. `said` is how the delimiter was found, if there is one."""

    text: str
    delimiter: str
    said: str

    def rows(self) -> Iterator[list[str]]:
        """Yield the fields of each row, empty rows too.

        A field in quotation marks may hold delimiters, line ends and doubled marks. Marks that do
        not enclose a field as a whole are part of its text: a mark that is never closed must not
        swallow what follows.
        """
        return _rows(self.text, self.delimiter)


def delimited(text: str) -> DelimitedText:
    """Return a text with its delimiter, which is said by its first line or guessed.

    The guess is the sign that cuts the most rows into the same number of fields.
    """
    if told := _SAID.match(text):
        name = _DELIMITERS.get(told[1], f"'{told[1]}'")
        return DelimitedText(text[told.end() :], told[1], f"separated by {name}, as it says")
    sample = text[:_LONG]
    scores = {delimiter: _evenness(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    if scores[best] < _LEAST:
        return DelimitedText(text, "", "")
    return DelimitedText(text, best, f"separated by {_DELIMITERS[best]}")


def _evenness(sample: str, delimiter: str) -> float:
    """Return from 0 to 1 how evenly a sign cuts rows into fields.

    A sign before spaces is punctuation rather than a delimiter; a comma between digits rather
    belongs to a number.
    """
    rows = [row for row in islice(_rows(sample, delimiter), _SAMPLE) if any(row)]
    counts = Counter(len(row) for row in rows if len(row) > 1)
    if not counts:
        return 0.0
    fields, alike = max(counts.items(), key=lambda item: (item[1], item[0]))
    signs = re.findall(rf"(.?){re.escape(delimiter)}(.?)", sample[:_LONG])
    loose = sum(after == " " for _, after in signs) / len(signs)
    within = sum(before.isdigit() and after.isdigit() for before, after in signs) / len(signs)
    number = within if delimiter == "," else 0.0
    weight = (1 - 1 / fields) * (1 - loose * 3 / 4) * (1 - number / 2)
    return float(weight * alike / len(rows))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    end = re.escape(delimiter)
    field = re.compile(
        rf' *"([^"]*(?:""[^"]*)*)" *(?={f"{end}|" if end else ""}\n|\Z)|([^\n{end}]*)'
    )
    row: list[str] = []
    place = 0
    while place <= len(text):
        found = field.match(text, place)
        if found is None:  # the second form fits anything
            break
        quoted, plain = found.groups()
        row.append(plain if quoted is None else quoted.replace('""', '"'))
        place = found.end() + 1
        if text[found.end() : place] in ("\n", ""):
            yield row
            row = []
