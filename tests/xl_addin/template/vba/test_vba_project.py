import io
import random

import olefile
import pytest
from oletools.olevba import VBA_Parser, decompress_stream

from worker.errors import InternalError
from xl_addin.template.macros import macro_modules
from xl_addin.template.vba.vba_compression import compress
from xl_addin.template.vba.vba_module import Module
from xl_addin.template.vba.vba_project import REFERENCES, vba_project

NOISE = random.Random(7)
SHEETS = ["shStart", "shPOV"]


def decompressed(data: bytes) -> bytes:
    return bytes(decompress_stream(bytearray(data)))


@pytest.mark.parametrize("letters", [b"a", b"ab", b"Dim x As Long\r\n"])
def test_text_is_compressed_and_comes_back(letters):
    for size in (0, 1, 2, 3, 17, 4095, 4096, 4097, 8192, 20_000):
        text = bytes(NOISE.choice(letters) for _ in range(size))
        assert decompressed(compress(text)) == text, size


def test_noise_comes_back():
    for size in (1, 100, 3600, 4096, 8192, 10_000):
        data = NOISE.randbytes(size)
        assert decompressed(compress(data)) == data, size


def test_repetition_is_stored_once():
    assert len(compress(b"x" * 4096)) < 20


def test_a_tail_of_noise_that_the_format_cannot_hold_is_refused():
    with pytest.raises(InternalError, match="cannot be compressed"):
        compress(NOISE.randbytes(4000))


def test_each_module_s_source_comes_back_through_olevba():
    modules = macro_modules(SHEETS)
    parser = VBA_Parser("vbaProject.bin", data=vba_project(modules))
    found = {path: code for _, path, _, code in parser.extract_macros() if path}
    parser.close()
    streams = {path.rpartition("/")[2]: code for path, code in found.items()}
    for module in modules:
        assert streams[module.name].replace("\r\n", "\n") == module.source.replace("\r\n", "\n")
    assert len(streams) == len(modules)


def test_the_container_has_no_defect_and_all_streams():
    modules = macro_modules(SHEETS)
    data = io.BytesIO(vba_project(modules))
    with olefile.OleFileIO(data, raise_defects=olefile.DEFECT_POTENTIAL) as file:
        names = {"/".join(path) for path in file.listdir()}
        assert names == {"PROJECT", "PROJECTwm", "VBA/dir", "VBA/_VBA_PROJECT"} | {
            f"VBA/{module.name}" for module in modules
        }
        directory = decompressed(file.openstream("VBA/dir").read())
    assert all(library.encode("cp1252") in directory for library in REFERENCES.values())


def test_the_same_modules_give_the_same_bytes():
    assert vba_project(macro_modules(SHEETS)) == vba_project(macro_modules(SHEETS))


def test_protection_password_and_visibility_are_those_of_an_open_project():
    """Undo the disguise as MS-OVBA 2.4.3.3 says, and look at what was hidden."""
    with olefile.OleFileIO(io.BytesIO(vba_project([Module("A", "standard")]))) as file:
        text = file.openstream("PROJECT").read().decode("cp1252")
    lines = dict(line.split("=", 1) for line in text.split("\r\n") if "=" in line)
    key = sum(lines["ID"].strip('"').encode()) & 0xFF
    hidden = {name: _revealed(lines[name].strip('"'), key) for name in ("CMG", "DPB", "GC")}
    assert hidden == {"CMG": bytes(4), "DPB": bytes(1), "GC": b"\xff"}


def _revealed(text: str, key: int) -> bytes:
    data = bytes.fromhex(text)
    seed, version, disguised_key, rest = data[0], data[1] ^ data[0], data[2] ^ data[0], data[3:]
    assert (version, disguised_key) == (2, key)
    clear, last, before, plain = key, data[2], data[1], bytearray()
    for byte in rest:
        plain.append(byte ^ ((before + clear) & 0xFF))
        before, last, clear = last, byte, plain[-1]
    ignored = (seed & 6) // 2
    size = int.from_bytes(plain[ignored : ignored + 4], "little")
    assert len(plain) == ignored + 4 + size
    return bytes(plain[ignored + 4 :])


def test_an_exported_class_loses_its_header_and_keeps_its_attributes():
    code = (
        "VERSION 1.0 CLASS\r\nBEGIN\r\n  MultiUse = -1  'True\r\nEND\r\n"
        'Attribute VB_Name = "Other"\r\nAttribute VB_Exposed = True\r\nOption Explicit\r\n'
    )
    lines = Module("Mine", "class", code).source.split("\r\n")
    assert lines[0] == 'Attribute VB_Name = "Mine"'
    assert "Attribute VB_Exposed = True" in lines
    assert lines[-2:] == ["Option Explicit", ""]
    assert not [line for line in lines if line.startswith(("VERSION", "BEGIN", "END"))]


@pytest.mark.parametrize("name", ["", "1st", "_x", "a b", "a-b", "Ä", "x" * 32])
def test_a_name_that_vba_would_not_take_is_refused(name):
    with pytest.raises(InternalError, match="cannot be named"):
        Module(name, "standard")


def test_a_long_line_is_refused_with_its_number():
    code = "Option Explicit\n' " + "x" * 1022
    with pytest.raises(InternalError, match=r"Line 3 of the macro module A is too long"):
        Module("A", "standard", code)


def test_a_character_outside_the_code_page_is_refused_with_its_line():
    with pytest.raises(InternalError, match=r"Line 2 of .* A cannot be stored.*'か'"):
        Module("A", "standard", "' か")


def test_names_that_differ_in_capitals_alone_are_refused():
    modules = [Module("Tick", "standard"), Module("TICK", "class"), Module("Other", "standard")]
    with pytest.raises(InternalError, match="share a name: Tick, TICK"):
        vba_project(modules)
