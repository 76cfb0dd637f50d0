"""What a reader passes over: counted by kind, and told in a sentence for each."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import basename
from typing import TYPE_CHECKING

from worker.documents.office_package import DamagedPart, Part

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_NAMES = 3  # that a sentence tells; the others are counted
_NAME = 60  # characters of a name


@dataclass(frozen=True)
class Loss:
    """A kind of thing that stands in a file and not in its text.

    `one` and `many` are sentences; `{count}` and `{names}` in them are filled.
    """

    one: str
    many: str


PICTURE = Loss(
    "1 picture without an alternative text is not read.",
    "{count} pictures without an alternative text are not read.",
)
EMPTY_CHART = Loss("1 chart holds no values.", "{count} charts hold no values.")
MEDIUM = Loss("1 film or sound is not read.", "{count} films and sounds are not read.")
EMBEDDED_FILE = Loss(
    "1 embedded file{names} is not read.", "{count} embedded files{names} are not read."
)
DAMAGED_PART = Loss(
    "1 part{names} is damaged and not read.", "{count} parts{names} are damaged and not read."
)


class Losses:
    """Counts what one file loses, in the order in which it was first met."""

    def __init__(self) -> None:
        self._names: dict[Loss, list[str]] = {}

    def add(self, loss: Loss, name: str = "") -> None:
        """Count one more of a kind; `name` tells it from the others, if it has a name."""
        self._names.setdefault(loss, []).append(name)

    def opened(self, part: Part | None) -> Element | None:
        """Return the XML of a part of an Office file, if there is one; count a damaged one."""
        try:
            return part.xml() if part is not None else None
        except DamagedPart:
            self.add(DAMAGED_PART, basename(part.name) if part is not None else "")
            return None

    @property
    def total(self) -> int:
        """How many things were lost so far."""
        return sum(map(len, self._names.values()))

    def sentences(self) -> tuple[str, ...]:
        """Return a sentence for each kind."""
        return tuple(_sentence(loss, names) for loss, names in self._names.items())


def _sentence(loss: Loss, names: list[str]) -> str:
    sentence = loss.one if len(names) == 1 else loss.many
    return sentence.format(count=len(names), names=_in_brackets(names))


def _in_brackets(names: list[str]) -> str:
    told = list(dict.fromkeys(_shortened(name) for name in names if name))
    if not told:
        return ""
    more = [f"{len(told) - _NAMES} more"] if len(told) > _NAMES else []
    return f" ({', '.join(told[:_NAMES] + more)})"


def _shortened(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
