"""Writer of vbaProject.bin (MS-OVBA): source alone, which Excel compiles when it opens the file.

The shape is that of the workbooks xlwings ships: a `_VBA_PROJECT` stream without compiled code,
modules whose source starts at byte 0, references to OLE Automation and Office.
"""

from __future__ import annotations

import struct
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence

from worker.errors import InternalError
from xl_addin.template.vba.compound_file import Storage, compound_file
from xl_addin.template.vba.vba_compression import compress
from xl_addin.template.vba.vba_module import CODE_PAGE, Module

PROJECT_NAME = "VBAProject"

#: Type libraries by name. IRibbonControl and IRibbonUI come from Office.
REFERENCES = {
    "stdole": r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#"
    r"C:\Windows\System32\stdole2.tlb#OLE Automation",
    "Office": r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
    r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL"
    r"#Microsoft Office 16.0 Object Library",
}

_ENCODING = f"cp{CODE_PAGE}"
_NO_COMPILED_CODE = bytes.fromhex("CC61FFFF000000")
_WIN64, _ENGLISH, _NO_COOKIE = 3, 0x409, b"\xff\xff"
_VERSION = struct.pack("<HIIH", 0x09, 4, 0x68FBFAC5, 4)
_SEED = 0x8D  # of the disguised values: any byte will do, a fixed one repeats


def vba_project(modules: Sequence[Module]) -> bytes:
    """Return the bytes of vbaProject.bin; the same modules give the same bytes.

    :raises InternalError: if two modules share a name (VBA does not tell capitals apart).
    """
    _refuse_twins(modules)
    streams = {module.name: compress(module.source.encode(_ENCODING)) for module in modules}
    storage: Storage = {
        "PROJECT": _project_text(modules),
        "PROJECTwm": _name_map(modules),
        "VBA": {"_VBA_PROJECT": _NO_COMPILED_CODE, "dir": compress(_directory(modules)), **streams},
    }
    return compound_file(storage)


def _refuse_twins(modules: Sequence[Module]) -> None:
    counts = Counter(module.name.lower() for module in modules)
    twins = [module.name for module in modules if counts[module.name.lower()] > 1]
    if twins:
        raise InternalError(
            f"Macro modules share a name: {', '.join(twins)}.",
            "VBA does not tell capital from small letters in names.",
            "Rename one of them.",
        )


def _directory(modules: Sequence[Module]) -> bytes:
    """Return the dir stream: what the project refers to and which modules it has."""
    return b"".join(
        (
            _record(0x01, struct.pack("<I", _WIN64)),
            _record(0x02, struct.pack("<I", _ENGLISH)),
            _record(0x14, struct.pack("<I", _ENGLISH)),
            _record(0x03, struct.pack("<H", CODE_PAGE)),
            _record(0x04, PROJECT_NAME.encode(_ENCODING)),
            _both(0x05, 0x40, ""),  # description
            _both(0x06, 0x3D, ""),  # help file
            _record(0x07, bytes(4)),  # help context
            _record(0x08, bytes(4)),  # library flags
            _VERSION,
            _both(0x0C, 0x3C, ""),  # compiler constants
            *(_reference(name, library) for name, library in REFERENCES.items()),
            _record(0x0F, struct.pack("<H", len(modules))),
            _record(0x13, _NO_COOKIE),
            *(_module_records(module) for module in modules),
            _record(0x10, b""),
        )
    )


def _reference(name: str, library: str) -> bytes:
    identifier = library.encode(_ENCODING)
    registered = struct.pack("<I", len(identifier)) + identifier + bytes(6)
    return _both(0x16, 0x3E, name) + _record(0x0D, registered)


def _module_records(module: Module) -> bytes:
    return b"".join(
        (
            _both(0x19, 0x47, module.name),
            _both(0x1A, 0x32, module.name),  # its stream
            _both(0x1C, 0x48, ""),  # description
            _record(0x31, bytes(4)),  # where the source starts
            _record(0x1E, bytes(4)),  # help context
            _record(0x2C, _NO_COOKIE),
            _record(0x21 if module.is_standard else 0x22, b""),
            _record(0x2B, b""),
        )
    )


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _both(number: int, unicode_number: int, text: str) -> bytes:
    """Return a text as two records: in the code page and in UTF-16."""
    narrow, wide = text.encode(_ENCODING), text.encode("utf-16-le")
    return _record(number, narrow) + _record(unicode_number, wide)


def _project_text(modules: Sequence[Module]) -> bytes:
    """Return the PROJECT stream, an .ini of properties and editor windows."""
    lines = [*_properties(modules), "", "[Host Extender Info]"]
    lines += ["&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000", ""]
    lines += ["[Workspace]", *(f"{module.name}=0, 0, 0, 0, C" for module in modules)]
    return ("\r\n".join(lines) + "\r\n").encode(_ENCODING)


def _properties(modules: Sequence[Module]) -> Iterator[str]:
    project_id = _project_id(modules)
    yield f'ID="{project_id}"'
    yield from (_module_line(module) for module in modules)
    yield f'Name="{PROJECT_NAME}"'
    yield 'HelpContextID="0"'
    yield 'VersionCompatible32="393222000"'
    yield f'CMG="{_disguised(bytes(4), project_id)}"'  # not protected
    yield f'DPB="{_disguised(bytes(1), project_id)}"'  # no password
    yield f'GC="{_disguised(bytes([0xFF]), project_id)}"'  # visible


def _module_line(module: Module) -> str:
    if module.is_document:
        return f"Document={module.name}/&H00000000"
    return f"{'Module' if module.is_standard else 'Class'}={module.name}"


def _project_id(modules: Sequence[Module]) -> str:
    names = "|".join((PROJECT_NAME, *(module.name for module in modules)))
    return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, names)}}}".upper()


def _disguised(data: bytes, project_id: str) -> str:
    """Return `data` in the light disguise of MS-OVBA 2.4.3, which hides nothing from anybody."""
    key = sum(project_id.encode("ascii")) & 0xFF
    result = [_SEED, _SEED ^ 2, _SEED ^ key]
    clear, last, before = key, result[2], result[1]
    for byte in bytes((_SEED & 6) // 2) + struct.pack("<I", len(data)) + data:
        result.append(byte ^ ((before + clear) & 0xFF))
        before, last, clear = last, result[-1], byte
    return bytes(result).hex().upper()


def _name_map(modules: Sequence[Module]) -> bytes:
    pairs = (
        module.name.encode(_ENCODING) + b"\0" + module.name.encode("utf-16-le") + b"\0\0"
        for module in modules
    )
    return b"".join(pairs) + b"\0\0"
