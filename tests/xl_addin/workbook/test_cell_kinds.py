import pytest

from xl_addin.workbook.cell_kinds import is_error, wordless


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("#N/A", "the error value #N/A"),
        ("#SPILL!", "the error value #SPILL!"),
        ("Err:508", "the error value Err:508"),
        (True, "the truth value TRUE"),
        (" false ", "the truth value FALSE"),
        (12, "the number 12"),
        (-0.5, "the number -0.5"),
        ("1,234.50", "the number 1,234.50"),
        ("¥1,200", "the number ¥1,200"),
        ("12 %", "the number 12 %"),
        ("１２", "the number 12"),
        (1e300, "the number 1e+300"),
        ("2026-11-28", "the date or time 2026-11-28"),
        ("2026-11-28T09:30:00", "the date or time 2026-11-28T09:30:00"),
        ("2026年11月28日", "the date or time 2026年11月28日"),
        ("28.11.2026", "the date or time 28.11.2026"),
        ("09:30:00", "the date or time 09:30:00"),
        ("1 day, 2:00:00", "the date or time 1 day, 2:00:00"),
    ],
)
def test_what_says_nothing_in_words_is_called_what_it_is(value, held: str):
    assert wordless(value) == held


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "G7",
        "1984 was a warning.",
        "#MeToo",
        "True love waits.",
        "24/7",
        "2026年の円安",
        "3 km",
        "円",
        "🍵",
        "?",
        "What of 12:30?",
    ],
)
def test_words_are_words(text):
    assert wordless(text) == ""
    assert not is_error(text)
