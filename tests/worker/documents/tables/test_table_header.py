"""Which row of a table names its columns, and what is told of it."""

from __future__ import annotations

import pytest

from worker.documents.readers import read_document


def read(text: str) -> tuple[list[str], list[str]]:
    """The lines of a table, and which headers were taken."""
    document = read_document(text.encode(), "table.csv")
    return document.text.split("\n"), [told for told in document.read_as if "header" in told]


@pytest.mark.parametrize(
    ("titles", "kept"),
    [
        ("Harvest\nPrinted: 2023-10-01,by Ann\n\n", ["Harvest", "Printed: 2023-10-01; by Ann"]),
        ("Harvest,2023-10-01\n", ["Harvest; 2023-10-01"]),
        ("Harvest,,,,2023-10-01\n", ["Harvest; 2023-10-01"]),
        ("Harvest\n\n\n", ["Harvest"]),
        ("Page,1,of,2,pages\n", ["Page; 1; of; 2; pages"]),
        ("収穫表,2023年10月1日\n", ["収穫表; 2023年10月1日"]),
    ],
    ids=["two filled cells", "with a date", "date aside", "one cell", "as wide", "Japanese"],
)  # fmt: skip
def test_titles_above_the_header_are_kept_and_name_nothing(titles: str, kept: list[str]):
    lines, told = read(f"{titles}Field,Wheat,Rye\nHill,10,5\nLake,20,7\nTotal,30,12\n")
    assert lines == [
        *kept,
        "Field: Hill; Wheat: 10; Rye: 5",
        "Field: Lake; Wheat: 20; Rye: 7",
        "Field: Total; Wheat: 30; Rye: 12",
    ]
    assert told == [f"header in row {titles.count(chr(10)) + 1}: Field | Wheat | Rye"]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (",2024,,2025,\nField,Q1,Q2,Q1,Q2\n", "Field|2024 / Q1|2024 / Q2|2025 / Q1|2025 / Q2"),
        ("Field,2024,,2025,\n,Q1,Q2,Q1,Q2\n", "Field|2024 / Q1|2024 / Q2|2025 / Q1|2025 / Q2"),
        (
            ",Wheat,,,Rye\nField,sown,cut,left,cut\n",
            "Field|Wheat / sown|Wheat / cut|Wheat / left|Rye / cut",
        ),
        (
            "Field,2024,,,\n,Q1,Q2,Q3,Q4\n",
            "Field|2024 / Q1|2024 / Q2|2024 / Q3|2024 / Q4",
        ),
        ("畑,前期,,後期,\n,麦,米,麦,米\n", "畑|前期 / 麦|前期 / 米|後期 / 麦|後期 / 米"),
    ],
    ids=["indented", "one cell over both", "other groups", "one group", "Japanese"],
)  # fmt: skip
def test_a_row_of_groups_stands_before_the_names_below_it(header: str, names: str):
    lines, told = read(f"{header}Hill,1,2,3,4\nLake,5,6,7,8\n")
    whole = zip(names.split("|"), ["Hill", "1", "2", "3", "4"], strict=True)
    assert lines[0] == "; ".join(f"{name}: {cell}" for name, cell in whole)
    assert told == [f"header in rows 1 and 2: {names.replace('|', ' | ')}"]


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3\n4,5,6\n",
        "bolt,1.20\nnut,0.30\n",
        "2024-01-01,5\n2024-01-02,6\n",
        "ネジ,10円\n釘,20円\n",
    ],
    ids=["numbers", "words and numbers", "dates", "Japanese"],
)
def test_a_table_without_a_header_stays_as_it_stands(text: str):
    lines, told = read(text)
    assert lines == text.strip().replace(",", "; ").split("\n")
    assert told == ["no header above row 1"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Field,2022,2023\nHill,1,2\nLake,4,5\n", "Field: Hill; 2022: 1; 2023: 2"),
        ("Name,Dept\nAnna,Sales\nBen,Legal\n", "Name: Anna; Dept: Sales"),
        (",Name,Dept\n1,Anna,Sales\n2,Ben,Legal\n", "1; Name: Anna; Dept: Sales"),
        (
            "Key,Value\nProject,Bridge\nBegun,2024-01-01\nBudget,1200\n",
            "Key: Project; Value: Bridge",
        ),
    ],
    ids=["years", "words alone", "first column unnamed", "keys and values"],
)
def test_words_above_a_table_name_it(text: str, first: str):
    assert read(text)[0][0] == first


def test_tables_below_each_other_have_their_own_headers():
    lines, told = read("Ships\n\nShip,Crew\nMarie,4\n\nPorts\nPort,Depth\nAzur,12\n\nTotal,12\n")
    assert lines == [
        "Ships", "Ship: Marie; Crew: 4", "Ports", "Port: Azur; Depth: 12", "Port: Total; Depth: 12",
    ]  # fmt: skip
    assert told == ["header in row 3: Ship | Crew", "header in row 7: Port | Depth"]


def test_an_empty_row_within_a_table_ends_nothing():
    assert read("Name,Dept\nAnna,Sales\n\nBen,Legal\n")[0][1] == "Name: Ben; Dept: Legal"
    assert read("Name,Age\n\nAnna,31\nBen,42\n")[0] == ["Name: Anna; Age: 31", "Name: Ben; Age: 42"]


def test_sentences_name_nothing():
    text = "Read,Put the files there.\nAsk,Write what you want to know.\nRun,Press the button.\n"
    assert read(text) == (text.strip().replace(",", "; ").split("\n"), ["no header above row 1"])


def test_a_single_column_stays_as_it_stands():
    assert read("Amount\n10\n20\n") == (["Amount", "10", "20"], [])


def test_long_headers_and_many_tables_are_told_in_short():
    names = ",".join(f"a name of some length for column {number:03}" for number in range(9))
    values = ",".join("1" * 9)
    told = read(f"{names}\n{values}\n{values}\n\n" * 9)[1]
    assert told[0].endswith(" | …")
    assert len(told[0]) < 300
    document = read_document(f"{names}\n{values}\n{values}\n\n".encode() * 9, "t.csv")
    assert document.read_as[-1] == "4 more tables"


def test_a_name_without_values_is_kept_below_its_table():
    assert read("Field,Wheat,Remark\nHill,10,\nLake,20,\n")[0] == [
        "Field: Hill; Wheat: 10",
        "Field: Lake; Wheat: 20",
        "Remark",
    ]


def test_keys_above_a_table_are_no_header():
    lines, told = read(
        "Account:;GB12 3456;\nFrom:;2024-01-01;\nBalance:;1.234,56;\n\n"
        "Day;Purpose;Amount\n2024-01-02;Rent, January;-800,00\n2024-01-05;Wages;2.500,00\n"
    )
    assert lines == [
        "Account:; GB12 3456",
        "From:; 2024-01-01",
        "Balance:; 1.234,56",
        "Day: 2024-01-02; Purpose: Rent, January; Amount: -800,00",
        "Day: 2024-01-05; Purpose: Wages; Amount: 2.500,00",
    ]
    assert told[-1] == "header in row 5: Day | Purpose | Amount"


def test_lines_drawn_around_a_table_name_nothing():
    line = "-" * 20
    lines, told = read(
        f"{line}\n| Part | Count |\n{line}\n| Bolt | 5,00 |\n| Nut | 7,50 |\n{line}\n"
    )
    assert lines == [line, line, "Part: Bolt; Count: 5,00", "Part: Nut; Count: 7,50", line]
    assert told == ["header in row 2: Part | Count"]


def test_a_column_after_the_last_group_is_in_none():
    lines, _ = read(",2024,,2025,,\nField,Q1,Q2,Q1,Q2,Remark\nHill,1,2,3,4,dry\nLake,5,6,7,8,wet\n")
    assert lines[0] == (
        "Field: Hill; 2024 / Q1: 1; 2024 / Q2: 2; 2025 / Q1: 3; 2025 / Q2: 4; Remark: dry"
    )
