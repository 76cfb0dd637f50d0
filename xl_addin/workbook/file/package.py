"""The zip package of a workbook: what is not touched is written back byte for byte."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from xl_addin.workbook.file.markup import (
    CONTENT_TYPES,
    PACKAGE_RELATION,
    RELATION,
    parse,
    q,
    serialise,
)
from xl_addin.workbook.file.unpacking import damaged, too_large, unpack

_TYPES_PART = "[Content_Types].xml"
_MOST_PARSED = 128_000_000  # bytes of a part; as a tree they take some ten times the memory


@dataclass(frozen=True)
class Relation:
    """A relationship of a part: its id, the last word of its type, and the part it points to."""

    id: str
    kind: str
    target: str


class Package:
    """Parts by name, in the order of the zip; trees that were edited are written anew."""

    def __init__(
        self, name: str, parts: dict[str, bytes], entries: dict[str, zipfile.ZipInfo]
    ) -> None:
        self.name = name
        self._parts = parts
        self._entries = entries
        self._trees: dict[str, Element] = {}
        self._edited: set[str] = set()
        self.changed = False

    @classmethod
    def read(cls, data: bytes, name: str) -> Package:
        """Open the bytes of a workbook.

        :raises WorkbookError: if they are no zip package, a damaged one, or unpack to too much.
        """
        parts, entries = unpack(data, name)
        return cls(name, parts, entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __contains__(self, part: object) -> bool:
        return part in self._parts

    def content(self, part: str) -> bytes:
        """Return the bytes of a part as they would be saved."""
        return serialise(self._trees[part]) if part in self._edited else self._parts[part]

    def tree(self, part: str) -> Element:
        """Return the root of a part, to look at.

        :raises WorkbookError: if the part is missing, damaged or too large.
        """
        if part not in self._trees:
            if len(self._parts.get(part, b"")) > _MOST_PARSED:
                raise too_large(self.name, part)
            try:
                self._trees[part] = parse(self._parts[part])
            except (KeyError, etree.XMLSyntaxError) as error:
                raise damaged(self.name, f"its part {part} is missing or unreadable") from error
        return self._trees[part]

    def edit(self, part: str) -> Element:
        """Return the root of a part, to change."""
        self.changed = True
        self._edited.add(part)
        return self.tree(part)

    def add(self, part: str, data: bytes, content_type: str) -> None:
        """Add a part at the end of the package."""
        self._store(part, data)
        self._declare(part, content_type)

    def _store(self, part: str, data: bytes) -> None:
        entry = zipfile.ZipInfo(part)
        entry.compress_type = zipfile.ZIP_DEFLATED
        self._parts[part], self._entries[part] = data, entry
        self.changed = True

    def _declare(self, part: str, content_type: str) -> None:
        types = self.edit(_TYPES_PART)
        if content_type.startswith("image/"):
            extension = part.rpartition(".")[2]
            defaults = {str(item.get("Extension")).lower() for item in types}
            if extension not in defaults:
                default = etree.Element(q("Default", CONTENT_TYPES), Extension=extension)
                default.set("ContentType", content_type)
                types.insert(0, default)
            return
        self._undeclare(part)
        override = etree.SubElement(types, q("Override", CONTENT_TYPES), PartName=f"/{part}")
        override.set("ContentType", content_type)

    def remove(self, part: str) -> None:
        """Take a part and its content type out."""
        self._undeclare(part)
        self._edited.discard(part)
        for store in (self._parts, self._entries, self._trees):
            store.pop(part, None)

    def _undeclare(self, part: str) -> None:
        types = self.edit(_TYPES_PART)
        for item in [item for item in types if _declared(item) == part.lower()]:
            types.remove(item)

    def content_type(self, part: str) -> str:
        """Return the declared content type of a part; empty where only its suffix has one."""
        found = (item for item in self.tree(_TYPES_PART) if _declared(item) == part.lower())
        return next((str(item.get("ContentType")) for item in found), "")

    def relations(self, part: str) -> list[Relation]:
        """Return the relationships of a part to other parts of the package."""
        rels = self._stored(_relations_part(part))
        if rels not in self:
            return []
        return [
            Relation(
                str(item.get("Id")),
                _kind(item),
                self._stored(_resolve(part, str(item.get("Target")))),
            )
            for item in self.tree(rels)
            if item.get("TargetMode") != "External"
        ]

    def _stored(self, part: str) -> str:
        """Return the name that a part has in the zip: case and strokes do not tell parts apart."""
        if part in self._parts:
            return part
        same = (name for name in self._parts if _plain(name) == _plain(part))
        return next(same, part)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relationship and return its id."""
        rels = self._stored(_relations_part(part))
        if rels not in self:
            self._store(rels, f'<Relationships xmlns="{PACKAGE_RELATION}"/>'.encode())
        root = self.edit(rels)
        numbers = [int(found[0]) for item in root if (found := re.findall(r"\d+", _id(item)))]
        item = etree.SubElement(root, q("Relationship", PACKAGE_RELATION))
        item.set("Id", f"rId{max(numbers, default=0) + 1}")
        item.set("Type", f"{RELATION}/{kind}")
        item.set("Target", f"/{target}")
        return _id(item)

    def unrelate(self, part: str, relation_id: str) -> None:
        """Take a relationship out, and the part it pointed to if nothing else needs it."""
        target = next(item.target for item in self.relations(part) if item.id == relation_id)
        root = self.edit(self._stored(_relations_part(part)))
        for item in [item for item in root if _id(item) == relation_id]:
            root.remove(item)
        if not any(item.target == target for item in self._all_relations()):
            self.remove(target)

    def _all_relations(self) -> list[Relation]:
        names = (part.replace("\\", "/") for part in self._parts)
        sources = (re.fullmatch(r"(?i)(.*?)_rels/([^/]*)\.rels", name) for name in names)
        owners = [source[1] + source[2] for source in sources if source]
        return [relation for owner in owners for relation in self.relations(owner)]

    def free_name(self, pattern: str) -> str:
        """Return `pattern` with the first number that nothing in the package has or names."""
        taken = {part.lower() for part in self._parts}
        taken |= {_declared(item) for item in self.tree(_TYPES_PART)}
        taken |= {relation.target.lower() for relation in self._all_relations()}
        numbers = range(1, len(taken) + 2)
        return next(name for n in numbers if (name := pattern.format(n)).lower() not in taken)

    def to_bytes(self) -> bytes:
        """Return the whole package."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for part, entry in self._entries.items():
                archive.writestr(_copy(entry), self.content(part), entry.compress_type)
        return buffer.getvalue()


def _copy(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    # A fresh entry: sizes, offsets and flags of the old file would mislead the writer.
    copy = zipfile.ZipInfo(entry.filename, entry.date_time)
    copy.external_attr, copy.create_system = entry.external_attr, entry.create_system
    return copy


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part.replace("\\", "/"))
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolve(part: str, target: str) -> str:
    folder = posixpath.dirname(part.replace("\\", "/"))
    path = posixpath.join("/", folder, target.replace("\\", "/"))
    return posixpath.normpath(path).lstrip("/")


def _plain(part: str) -> str:
    return part.replace("\\", "/").lower()


def _declared(item: Element) -> str:
    """Return the part that a content type is declared for: names differ by more than case."""
    return str(item.get("PartName") or "").lstrip("/").lower()


def _id(item: Element) -> str:
    return str(item.get("Id"))


def _kind(item: Element) -> str:
    return str(item.get("Type")).rpartition("/")[2]
