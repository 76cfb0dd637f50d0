"""What can be said of a macro workbook without Excel: each finding is one line of text."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile
from lxml import etree
from oletools.olevba import decompress_stream

from tests.xl_addin.template.vba_words import RESERVED

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RIBBON_RELATION = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_RIBBON = "{http://schemas.microsoft.com/office/2009/07/customui}"
_CONTENT_TYPES = (
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "application/vnd.ms-office.vbaProject",
)
_CALLBACK = re.compile(r"on[A-Z].*|get[A-Z].*|loadImage")
_SIGNATURES = {
    "onAction": r"\w+ As IRibbonControl",
}
_PROCEDURE = re.compile(
    r"^[ \t]*(?P<scope>Public |Private |Friend )?(?P<kind>Sub|Function) (?P<name>\w+)"
    r"\((?P<arguments>(?:[^()]|\(\))*)\)",
    re.MULTILINE,
)
_ARGUMENT = re.compile(r"(?:^|,)\s*(?:(?:Optional|ByVal|ByRef|ParamArray)\s+)*(\w+)")


@dataclass
class Project:
    """A macro project as its streams describe it."""

    references: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)  # of the dir stream
    listed: dict[str, str] = field(default_factory=dict)  # of the PROJECT stream
    sources: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def subs(self, name: str, module: str = "") -> list[str]:
        """Return the argument lists of the public Subs of that name."""
        return [
            re.sub(r"\s*_\n\s*", " ", procedure["arguments"]).strip()
            for owner, source in self.sources.items()
            if module in ("", owner)
            for procedure in _procedures(source)
            if procedure["name"] == name
            and procedure["kind"] == "Sub"
            and procedure["scope"] != "Private "
        ]


def findings(workbook: bytes) -> list[str]:
    """Return everything that is wrong with a macro workbook; an empty list for a good one."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        names = archive.namelist()
        parts = {name: archive.read(name) for name in names}
    package = [*_zip_findings(names), *_xml_findings(parts)]
    if package:
        return package
    project, problems = _read_project(parts["xl/vbaProject.bin"])
    return [
        *_relation_findings(parts),
        *problems,
        *_project_findings(project),
        *_code_name_findings(parts, project),
        *_ribbon_findings(parts, project),
        *_shape_findings(parts, project),
    ]


def _zip_findings(names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{name} stands {count} times in the package"
    for needed in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/vbaProject.bin"):
        if needed not in names:
            yield f"{needed} is missing"


def _xml_findings(parts: dict[str, bytes]) -> Iterator[str]:
    for name, data in parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            try:
                etree.fromstring(data)
            except etree.XMLSyntaxError as error:
                yield f"{name} is not well-formed: {error}"
    for content_type in _CONTENT_TYPES:
        if content_type.encode() not in parts.get("[Content_Types].xml", b""):
            yield f"no part has the content type {content_type}"


def _relation_findings(parts: dict[str, bytes]) -> Iterator[str]:
    for name in parts:
        found = re.fullmatch(r"(.*?)_rels/[^/]*\.rels", name)
        if not found:
            continue
        ids = Counter()
        for relation in etree.fromstring(parts[name]):
            ids[relation.get("Id")] += 1
            target = posixpath.normpath(posixpath.join("/" + found[1], relation.get("Target")))
            if relation.get("TargetMode") != "External" and target.lstrip("/") not in parts:
                yield f"{name} points to {target}, which is not there"
        yield from (f"{name} has the id {one} twice" for one, count in ids.items() if count > 1)


def _read_project(data: bytes) -> tuple[Project, list[str]]:
    project, problems = Project(), []
    with olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_POTENTIAL) as streams:
        for kind, content in _records(_decompressed(streams.openstream("VBA/dir").read())):
            if kind == 0x0F:
                project.count = struct.unpack("<H", content)[0]
            elif kind == 0x16:
                project.references.append(content.decode("cp1252"))
            elif kind == 0x19:
                module = content.decode("cp1252")
            elif kind in (0x21, 0x22):
                project.kinds[module] = "standard" if kind == 0x21 else "class"
            elif kind == 0x31 and content != bytes(4):
                problems.append(f"the source of {module} does not start at 0")
        text = streams.openstream("PROJECT").read().decode("cp1252")
        lines = re.findall(r"^(Document|Module|Class)=([^/\r\n]+)", text, re.MULTILINE)
        project.listed = {name: kind for kind, name in lines}
        for module in project.kinds:
            source = _decompressed(streams.openstream(["VBA", module]).read()).decode("cp1252")
            project.sources[module] = source.replace("\r\n", "\n")
    return project, problems


def _decompressed(data: bytes) -> bytes:
    return bytes(decompress_stream(bytearray(data)))


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data):
        kind, size = struct.unpack_from("<HI", data, position)
        size = 6 if kind == 0x09 else size  # the version record states a size of its own kind
        yield kind, data[position + 6 : position + 6 + size]
        position += 6 + size


def _project_findings(project: Project) -> Iterator[str]:
    if "Office" not in project.references:
        yield "no reference to Office: IRibbonControl cannot be compiled"
    if project.count != len(project.kinds):
        yield f"{project.count} modules are announced and {len(project.kinds)} described"
    if set(project.listed) != set(project.kinds):
        odd = sorted(set(project.listed) ^ set(project.kinds))
        yield f"the streams PROJECT and dir disagree about {odd}"
    for name, source in project.sources.items():
        yield from _module_findings(name, source, project)


def _module_findings(name: str, source: str, project: Project) -> Iterator[str]:
    if not source.startswith(f'Attribute VB_Name = "{name}"\n'):
        yield f"{name} does not start with its own name"
    is_standard = project.kinds[name] == "standard"
    if is_standard != (project.listed.get(name) == "Module"):
        yield f"{name} is a module in one stream and a class in the other"
    if not is_standard and "\nAttribute VB_Base = " not in source:
        yield f"{name} is a class without a base"
    for procedure in _procedures(source):
        for argument in _ARGUMENT.findall(procedure["arguments"].replace("_\n", " ")):
            if argument.lower() in RESERVED:
                yield f"{name}.{procedure['name']}: the argument {argument} is a word of VBA"


def _procedures(source: str) -> Iterator[re.Match[str]]:
    return _PROCEDURE.finditer(source)


def _code_name_findings(parts: dict[str, bytes], project: Project) -> Iterator[str]:
    book = etree.fromstring(parts["xl/workbook.xml"])
    relations = etree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {item.get("Id"): item.get("Target") for item in relations}
    names = [book.find(f"{_MAIN}workbookPr").get("codeName")]
    for sheet in book.find(f"{_MAIN}sheets"):
        target = targets[sheet.get(_RELATION_ID)].removeprefix("/xl/")
        properties = etree.fromstring(parts[f"xl/{target}"]).find(f"{_MAIN}sheetPr")
        names.append(None if properties is None else properties.get("codeName"))
    documents = {name for name, kind in project.listed.items() if kind == "Document"}
    for name in sorted(set(map(str, names)) ^ documents):
        yield f"{name} is a code name or a document module, not both"


def _ribbon_findings(parts: dict[str, bytes], project: Project) -> Iterator[str]:
    relations = etree.fromstring(parts["_rels/.rels"])
    targets = [r.get("Target") for r in relations if r.get("Type") == _RIBBON_RELATION]
    if len(targets) != 1:
        yield f"{len(targets)} relationships to a ribbon"
        return
    root = etree.fromstring(parts[targets[0].lstrip("/")])
    if root.tag != f"{_RIBBON}customUI":
        yield f"the ribbon is of another namespace: {root.tag}"
    ids = Counter(item.get("id") for item in root.iter() if item.get("id"))
    yield from (f"{one} stands twice in the ribbon" for one, count in ids.items() if count > 1)
    for item in root.iter():
        for attribute, macro in item.attrib.items():
            if _CALLBACK.fullmatch(attribute):
                yield from _callback_findings(attribute, macro, project)


def _callback_findings(attribute: str, macro: str, project: Project) -> Iterator[str]:
    module, _, name = macro.rpartition(".")
    found = project.subs(name, module)
    if len(found) != 1:
        yield f"{attribute} names {macro}: {len(found)} such Subs"
    elif not re.fullmatch(_SIGNATURES[attribute], found[0]):
        yield f"{attribute} names {macro}, whose arguments are ({found[0]})"


def _shape_findings(parts: dict[str, bytes], project: Project) -> Iterator[str]:
    for name, data in parts.items():
        for macro in re.findall(rb"<x:FmlaMacro>\[0\]!([\w.]+)<", data):
            module, _, sub = macro.decode().rpartition(".")
            if "" not in project.subs(sub, module):
                yield f"a button in {name} names {macro.decode()}, which is no Sub to call"
