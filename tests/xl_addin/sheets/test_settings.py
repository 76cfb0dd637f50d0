import pytest

from worker.errors import SettingError
from xl_addin.sheets.settings import SETTING_ROWS, Options, read_options


def test_an_empty_sheet_gives_the_usual_options():
    assert read_options({}) == Options()
    assert read_options({row.name: None for row in SETTING_ROWS}) == Options()
    assert read_options({row.name: "  " for row in SETTING_ROWS}) == Options()


def test_values_are_read_as_excel_gives_them():
    options = read_options(
        {
            "Passages": 24.0,
            "Contexts": "2",
            "Score": "Classic",
            "SEXY share": 0.5,
            "Answer modes": " sexy , rag,sexy",
            "Documents folder": " papers ",
            "Evidence gate": "No",
            "Temperature": 0.7,
            "Seed": 12.0,
            "Repeatable": "yes",
        }
    )
    assert (options.top_k, options.contexts, options.score) == (24, 2, "classic")
    assert (options.sexy_share, options.modes) == (0.5, ("sexy", "rag"))
    assert options.documents == "papers"
    assert (options.gate, options.temperature, options.seed) == (False, 0.7, 12)
    assert options.repeatable


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Passages", 0),
        ("Passages", "ten"),
        ("Passages", 2.5),
        ("Passages", True),
        ("Chunk overlap", 900),
        ("Score", "sexy"),
        ("SEXY share", 2),
        ("SEXY share", "#N/A"),
        ("Answer modes", "rag, magic"),
        ("Answer modes", ","),
        ("Questions", "both"),
        ("Evidence gate", "maybe"),
        ("Temperature", 2.5),
        ("Temperature", "hot"),
        ("Seed", -1),
        ("Seed", 1.5),
        ("Repeatable", 1),
    ],
)
def test_a_value_that_cannot_be_used_names_its_setting(name: str, value: object):
    with pytest.raises(SettingError, match=f"The setting '{name}' has the value"):
        read_options({name: value})
