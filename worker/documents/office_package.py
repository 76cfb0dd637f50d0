"""Office files as parts: what they hold, and how one leads to another.

The libraries for single types refuse a whole file for one part that they do not know or do not
find. Here each part is opened when it is asked for, so one that is damaged harms itself alone.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from posixpath import dirname, join, normpath, split
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MAIN = "officeDocument"
#: What a part raises that is damaged: a value error means that it lies outside the file.
UNPACK_ERRORS = (BadZipFile, EOFError, ValueError, struct.error, zlib.error)


class DamagedPart(Exception):  # noqa: N818 - what it is, not what went wrong in a program
    """A part of an Office file is absent or damaged; says which, and why."""


@dataclass(frozen=True)
class Relation:
    """How a part leads on: `kind` is the last word of its type, such as "chart".

    `target` is the name of a part, or an address if it is `outside` the file.
    """

    kind: str
    target: str
    outside: bool


class OfficePackage:
    """An Office file that is open.

    :raises zipfile.BadZipFile: if it is no zip file, or its end is missing.
    """

    def __init__(self, data: bytes) -> None:
        self._zip = ZipFile(BytesIO(data))
        # names are the same in any case, and some programs write them with backslashes
        self._names = {_key(name): name for name in self._zip.namelist()}

    def main_part(self) -> Part:
        """Return the part that everything begins with.

        :raises DamagedPart: if there is none.
        """
        found = Part(self, "").related(_MAIN)
        if not found:
            raise DamagedPart("its main part is missing")
        return found[0]

    def holds(self, name: str) -> bool:
        """Say whether a part is there."""
        return _key(name) in self._names

    def data_of(self, name: str) -> bytes:
        """Return what a part holds.

        :raises DamagedPart: if it is absent or cannot be unpacked.
        """
        try:
            return self._zip.read(self._names[_key(name)])
        except KeyError as error:
            raise DamagedPart(f"{name} is missing") from error
        except UNPACK_ERRORS as error:
            raise DamagedPart(f"{name}: {error}") from error


@dataclass(frozen=True)
class Part:
    """A part of an Office file."""

    package: OfficePackage
    name: str

    def data(self) -> bytes:
        """Return what it holds.

        :raises DamagedPart: if it is absent or cannot be unpacked.
        """
        return self.package.data_of(self.name)

    def xml(self) -> Element:
        """Return its content as XML.

        :raises DamagedPart: if it is absent, or no XML.
        """
        from lxml import etree

        # entities are not looked up, so that nothing from outside comes in
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        try:
            return etree.fromstring(self.data(), parser)
        except etree.XMLSyntaxError as error:
            if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from error
            raise DamagedPart(f"{self.name}: {error}") from error

    @cached_property
    def relations(self) -> Mapping[str, Relation]:
        """What it leads to, by id; nothing if that is not told."""
        folder, name = split(self.name)
        told = Part(self.package, join(folder, "_rels", f"{name}.rels"))
        try:
            entries = list(told.xml().iter(_RELATION))
        except DamagedPart:
            return {}
        return {entry.get("Id", ""): _relation(entry, dirname(self.name)) for entry in entries}

    def target(self, relation_id: str | None) -> Part | None:
        """Return the part that a relation leads to; none if there is none, or it lies outside."""
        relation = self.relations.get(relation_id or "")
        return None if relation is None or relation.outside else self._at(relation)

    def related(self, kind: str) -> list[Part]:
        """Return the parts that it leads to by one kind of relation."""
        found = self.relations.values()
        return [
            self._at(relation)
            for relation in found
            if (relation.kind, relation.outside) == (kind, False)
        ]

    def _at(self, relation: Relation) -> Part:
        return Part(self.package, relation.target)


def _relation(entry: Element, folder: str) -> Relation:
    kind = entry.get("Type", "").rpartition("/")[2]
    target, outside = entry.get("Target", ""), entry.get("TargetMode") == "External"
    if not outside:
        target = normpath(join("/", folder, unquote(target).replace("\\", "/"))).lstrip("/")
    return Relation(kind, target, outside)


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
