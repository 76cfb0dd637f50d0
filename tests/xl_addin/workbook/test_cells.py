import datetime as dt

import pytest

from xl_addin.workbook.cells import (
    clean_text,
    escape_text,
    looks_like_formula,
    plain_value,
    row_height,
    unescape_text,
    writable_value,
)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("bell\x07 null\x00 escape\x1b", "bell null escape"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("not\ufffe a\uffff character", "not a character"),
        ("tab\tstays, 日本語 and 😀 too", "tab\tstays, 日本語 and 😀 too"),
    ],
)
def test_text_is_cleaned_of_what_a_cell_cannot_hold(dirty, clean):
    assert clean_text(dirty) == clean


def test_text_is_cut_at_excels_limit_with_a_mark():
    cut = clean_text("x" * 40_000)
    assert len(cut) == 32_767
    assert cut.endswith("x…")


def test_emoji_count_twice_and_are_never_halved():
    cut = clean_text("😀" * 20_000)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut.removesuffix("…").strip("😀") == ""


def test_line_feeds_are_limited():
    cut = clean_text("line\n" * 500)
    assert cut.count("\n") == 253
    assert cut.endswith("…")


def test_text_at_the_limits_is_left_alone():
    assert clean_text("x" * 32_767) == "x" * 32_767
    assert clean_text("\n" * 253) == "\n" * 253


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_what_excel_would_compute_is_recognised(text):
    assert looks_like_formula(text)


def test_escapes_come_back_as_they_were():
    assert escape_text("_x0041_") == "_x005F_x0041_"
    assert unescape_text(escape_text("keep _x0041_ and _x000D_")) == "keep _x0041_ and _x000D_"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_becomes_an_empty_cell(number):
    assert writable_value(number) is None


@pytest.mark.parametrize(
    ("read", "plain"),
    [
        (3.0, 3),
        (3.5, 3.5),
        (True, True),
        (dt.datetime(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, 4), "2026-01-02T03:04:00"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.time(3, 4), "03:04:00"),
        (dt.timedelta(hours=30), "1 day, 6:00:00"),
        ("#N/A", "#N/A"),
        (None, None),
    ],
)
def test_values_are_read_as_plain_ones(read, plain):
    assert plain_value(read) == plain
    assert type(plain_value(read)) is type(plain)


def test_rows_are_as_high_as_their_longest_cell():
    assert row_height([]) == 15
    assert row_height([("short", 20), ("two\nlines", 20)]) == 30
    assert row_height([("w" * 100, 22)]) == 120
    assert row_height([("字" * 9, 22)]) == 17.5
    assert row_height([("字" * 20, 22)]) == 52.5
    assert row_height([("x" * 30_000, 10)]) == 409
