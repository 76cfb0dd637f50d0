import pytest

from worker.errors import SettingError
from xl_addin.sheets.options import read_options
from xl_addin.sheets.settings import SETTING_ROWS
from xl_addin.sheets.settings.answer import CONTEXTS, GATE, MODES, REPEATABLE, SEED, TEMPERATURE
from xl_addin.sheets.settings.index import CHUNK_SIZE, DOCUMENTS
from xl_addin.sheets.settings.rank import SCORE, SEXY_SHARE, TOP_K


def test_an_empty_sheet_gives_the_usual_options():
    usual = read_options({row.name: row.default for row in SETTING_ROWS})
    assert read_options({}) == usual
    assert read_options({row.name: None for row in SETTING_ROWS}) == usual
    assert read_options({row.name: "  " for row in SETTING_ROWS}) == usual


def test_a_setting_that_fills_a_field_has_the_default_of_the_field():
    usual = read_options({})
    filling = [row for row in SETTING_ROWS if row.fills]
    assert len({row.fills for row in filling}) == len(filling)
    for row in filling:
        model, field = row.fills
        assert usual[row] == model.model_fields[field].default
        assert usual.fields(model)[field] == usual[row]


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
    assert (options[TOP_K], options[CONTEXTS], options[SCORE]) == (24, 2, "classic")
    assert (options[SEXY_SHARE], options[MODES]) == (0.5, ("sexy", "rag"))
    assert options[DOCUMENTS] == "papers"
    assert (options[GATE], options[TEMPERATURE], options[SEED]) == (False, 0.7, 12)
    assert options[REPEATABLE]


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


def test_an_option_of_the_command_line_stands_above_the_sheet():
    options = read_options({"Passages": 24, "Chunk size": 500}, {"Passages": 5})
    assert (options[TOP_K], options[CHUNK_SIZE]) == (5, 500)


def test_an_option_that_cannot_be_used_is_named_as_it_was_given():
    with pytest.raises(SettingError, match="The option --top has the value '0'") as caught:
        read_options({"Passages": 24}, {"Passages": 0})
    assert "sheet" not in str(caught.value)


def test_an_overlap_that_was_given_is_held_against_the_size_on_the_sheet():
    with pytest.raises(SettingError, match="from 0 to 100"):
        read_options({"Chunk size": 200}, {"Chunk overlap": 150})
