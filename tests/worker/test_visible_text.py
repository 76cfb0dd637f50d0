"""Text from outside shows as signs what would drive a terminal."""

import logging
import sys
import unicodedata

import pytest

from worker.visible_text import EntryFormatter, one_entry, visible

OVERRIDES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def drives(character: str) -> bool:
    """Say, by Unicode's own tables, whether a character is no text."""
    return (
        unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") and character not in "\n\t"
    ) or unicodedata.bidirectional(character) in OVERRIDES


def test_of_all_characters_none_that_drives_a_terminal_is_left_and_no_other_is_changed():
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        shown = visible(character)
        assert len(shown) == 1
        assert (shown != character) == drives(character), hex(code)
        assert not drives(shown)
        shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x9b2J", "�2J"),
        ("invoice\u202efdp.exe", "invoice�fdp.exe"),
        ("half \ud83d", "half �"),
        ("over\rwritten", "over␍written"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("日本語 📈 עברית", "日本語 📈 עברית"),
    ],
)
def test_signs_stand_where_the_characters_stood(text: str, shown: str):
    assert visible(text) == shown


def test_further_lines_of_an_entry_cannot_pose_as_entries():
    assert one_entry("a\n✗ b\n") == "a\n  ✗ b\n  "


def test_a_record_of_a_log_is_one_entry_its_trace_of_calls_included():
    try:
        raise ValueError("bad\x1b[2J\nERROR forged")
    except ValueError:
        record = logging.LogRecord("a", 40, "", 1, "file %s", ("x\x9b.md",), sys.exc_info())
    text = EntryFormatter("%(message)s").format(record)
    first, *others = text.splitlines()
    assert first == "file x�.md"
    assert "ValueError: bad␛[2J" in text
    assert all(line.startswith("  ") for line in others)
