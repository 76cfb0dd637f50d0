"""One module of a macro project: its name, kind and source as a project stores them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from worker.errors import InternalError

ModuleKind = Literal["standard", "class", "workbook", "sheet"]

#: The code page of all source: what any Excel can read.
CODE_PAGE = 1252
LONGEST_LINE = 1023
LONGEST_NAME = 31

_BASES: dict[ModuleKind, str] = {
    "workbook": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
    "class": "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
}
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}")
_ATTRIBUTE = re.compile(r"Attribute (VB_\w+) = (.*)")
_CLASS_HEAD = re.compile(r"\AVERSION 1\.0 CLASS\nBEGIN\n.*?\nEND\n", re.DOTALL)


@dataclass(frozen=True)
class Module:
    """A module to put into a project; `code` is what an export from the editor looks like.

    :raises InternalError: if VBA would not take the name or a line of the code.
    """

    name: str
    kind: ModuleKind
    code: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InternalError(
                f"A macro module cannot be named {self.name!r}.",
                f"Names are a letter, then letters, digits or _, at most {LONGEST_NAME} in all.",
                "Choose another name.",
            )
        for number, line in enumerate(self.source.split("\r\n"), start=1):
            self._check_line(number, line)

    def _check_line(self, number: int, line: str) -> None:
        place = f"Line {number} of the macro module {self.name}"
        if len(line) > LONGEST_LINE:
            raise InternalError(
                f"{place} is too long.",
                f"It has {len(line)} characters; VBA reads {LONGEST_LINE}.",
                "Break the line with ' _'.",
            )
        try:
            line.encode(f"cp{CODE_PAGE}")
        except UnicodeEncodeError as error:
            raise InternalError(
                f"{place} cannot be stored.",
                f"{line[error.start]!r} is not a character of code page {CODE_PAGE}.",
                "Write macros in plain ASCII.",
            ) from error

    @property
    def is_standard(self) -> bool:
        """Whether it is a plain module, neither a class nor the code of a document."""
        return self.kind == "standard"

    @property
    def is_document(self) -> bool:
        """Whether it belongs to the workbook or to a sheet."""
        return self.kind in ("workbook", "sheet")

    @property
    def source(self) -> str:
        """The text that is stored: attributes first, then the code, lines ended by CR LF."""
        attributes, body = _split(self.code)
        return "\r\n".join([*self._head(attributes), *body]).rstrip("\r\n") + "\r\n"

    def _head(self, found: dict[str, str]) -> Iterator[str]:
        yield f'Attribute VB_Name = "{self.name}"'
        if self.is_standard:
            return
        yield f'Attribute VB_Base = "{_BASES[self.kind]}"'
        document = str(self.is_document)
        for name, usual in (
            ("VB_GlobalNameSpace", "False"),
            ("VB_Creatable", "False"),
            ("VB_PredeclaredId", document),
            ("VB_Exposed", document),
            ("VB_TemplateDerived", "False"),
            ("VB_Customizable", document),
        ):
            yield f"Attribute {name} = {found.get(name, usual)}"
        if "VB_Description" in found:
            yield f"Attribute VB_Description = {found['VB_Description']}"


def _split(code: str) -> tuple[dict[str, str], list[str]]:
    """Return the attributes at the top of an exported module, and the lines below them."""
    text = _CLASS_HEAD.sub("", code.replace("\r\n", "\n").replace("\r", "\n"))
    lines = text.split("\n")
    attributes: dict[str, str] = {}
    while lines and (match := _ATTRIBUTE.match(lines[0])):
        attributes[match[1]] = match[2]
        del lines[0]
    return attributes, lines
