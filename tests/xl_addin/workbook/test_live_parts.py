"""Parts of the live port that need no Excel, or a stand-in of a few lines for one object of it."""

from types import SimpleNamespace

import pytest

from xl_addin.sheets.matrix import MATRIX
from xl_addin.workbook.areas import Area, common
from xl_addin.workbook.cells import typed_text
from xl_addin.workbook.columns import Column
from xl_addin.workbook.live.column_moves import ColumnMoves
from xl_addin.workbook.live.live_rows import column_formula
from xl_addin.workbook.live.live_scales import renew_scales
from xl_addin.workbook.live.live_selection import parse_place
from xl_addin.workbook.live.live_sheet import LiveCell
from xl_addin.workbook.port import TableContent
from xl_addin.workbook.table.column_plan import plan_columns
from xl_addin.workbook.table.table_shape import TableShape


def content(ids, rows=2):
    columns = (
        *MATRIX.columns,
        *(Column(name, scale="sequential") for name in ids),
        *(Column(f"{name} z", scale="diverging") for name in ids),
    )
    return TableContent(MATRIX, [{}] * rows, columns)


def shape(headers, ids):
    """The plan for a matrix at A5 that has these headers and one row."""
    area = Area(5, 1, 6, len(headers))
    table = SimpleNamespace(name="tblMatrix", headers=headers, area=area)
    return TableShape.plan(table, content(ids), last_row=area.bottom)


FIXED = list(MATRIX.headers)


@pytest.mark.parametrize(
    ("old", "ids", "gone", "come"),
    [
        ([], ["P1"], [], ["P1", "P1 z"]),
        (["P1", "P1 z"], ["P1"], [], []),
        (["P1", "P1 z"], [], ["P1 z", "P1"], []),
        (["P1", "P2", "P1 z", "P2 z"], ["P2", "P3"], ["P1 z", "P1"], ["P3", "P3 z"]),
        (["P1", "P1 z", "Mine"], ["P1", "P2"], [], ["P2", "P2 z"]),
        (["P1", "Mine", "P1 z"], ["P1"], ["P1 z"], ["P1 z"]),
    ],
)
def test_only_columns_that_must_go_and_come_do(old, ids, gone, come):
    headers = [*FIXED, *old]
    columns = plan_columns(headers, content(ids))
    moves = ColumnMoves.plan(headers, columns)
    assert [headers[place] for place in moves.gone] == gone
    assert [columns[place].header for place in moves.come] == come
    done = [header for place, header in enumerate(headers) if place not in moves.gone]
    for place in moves.come:
        done.insert(place, columns[place].header)
    assert done == [column.header for column in columns]


def test_fixed_columns_stay_though_the_family_was_torn_apart():
    headers = ["QID", "P1", "Rank", "P1 z", "ChunkID", "What-if", "What-if rank"]
    moves = ColumnMoves.plan(headers, shape(headers, ["P1"]).planned_columns)
    assert [headers[place] for place in moves.gone] == ["P1 z"]


def formulas(*texts):
    return [
        LiveCell(1, text, row) if text else LiveCell("typed", None, row)
        for row, text in enumerate(texts, start=6)
    ]


@pytest.mark.parametrize(
    ("texts", "filled"),
    [
        (["[@Score]*2"] * 3, "[@Score]*2"),
        (["D6*2", "D7*2", "D8*2"], "D6*2"),
        (["D6*2", "D7*2", None], "D6*2"),
        (["D6*2", None, None], None),
        (["D6*2"], None),
        (["[@Score]*2"], "[@Score]*2"),
        (["D6*2", "D9*2", "A1"], None),
        ([None, None], None),
        ([], None),
    ],
)
def test_a_column_formula_is_the_one_that_most_cells_share(texts, filled):
    assert column_formula(formulas(*texts)) == filled


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+1",
        "-x",
        "@a",
        "\t=1",
        "'quoted",
        "12",
        "1/2",
        "2. Jan",
        "１２",
        "TRUE",
        "wahr",
        "#N/A",
    ],
)
def test_what_excel_would_change_gets_an_apostrophe(text):
    assert typed_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["plain words", "Two lines\n12", "x" * 65 + "1", "a, b", ""])
def test_other_text_is_typed_as_it_is(text):
    assert typed_text(text) == text


def test_shared_cells_of_two_areas():
    assert common(Area(1, 1, 5, 5), Area(4, 3, 9, 9)) == Area(4, 3, 5, 5)
    assert common(Area(1, 1, 2, 2), Area(3, 1, 4, 2)) is None
    assert common(Area(8, 1, 6, 16), Area(1, 1, 13, 16)) is None


@pytest.mark.parametrize("sheet", ["Ranked", "it's here", "結果", "a!b"])
def test_a_place_names_sheet_and_cells(sheet):
    quoted = "'" + sheet.replace("'", "''") + "'"
    assert parse_place(f"{quoted}!B2:C9") == (sheet, Area.parse("B2:C9"))


OURS = ("#FFFFFF", "#FEE391", "#F4845F")


class Rules:
    """A stand-in for the conditional formats of a range, as xlwings gives them on Windows."""

    def __init__(self, sheet, area):
        self._sheet, self._area = sheet, area

    def __iter__(self):
        return iter([*self._sheet.rules])

    def add_color_scale(self, colors, thresholds):
        return self._sheet.add(str(self._area), "color_scale", colors, thresholds)


class Sheet:
    """A stand-in for a sheet of Excel for Windows with its conditional formats."""

    def __init__(self):
        self.rules = []

    def add(self, address, kind, colours=(), thresholds=None):
        native = SimpleNamespace(
            AppliesTo=SimpleNamespace(Address=address), SetLastPriority=lambda: None
        )
        shown = tuple(tuple(bytes.fromhex(colour[1:])) for colour in colours)
        rule = SimpleNamespace(type=kind, impl=SimpleNamespace(xl=native), colors=shown)
        rule.thresholds = thresholds
        rule.delete = lambda: self.rules.remove(rule)
        self.rules.append(rule)
        return rule

    def range(self, area):
        return SimpleNamespace(conditional_formats=Rules(self, area))

    def seen(self):
        return [(rule.impl.xl.AppliesTo.Address, rule.type) for rule in self.rules]


def test_colour_scales_are_renewed_and_those_of_the_users_stay():
    sheet = Sheet()
    sheet.add("$J$6:$K$9", "color_scale", OURS)  # of the last run
    sheet.add("$J$6:$J$9,$C$6:$C$9", "color_scale", OURS)  # theirs: reaches over another column
    sheet.add("$J$6:$J$9", "cell_value")
    sheet.add("$J$6:$J$9", "color_scale", ("#F8696B", "#FFEB84", "#63BE7B"))
    sheet.add("$K$6:$K$9", "color_scale", ("#FFFFFF", "#F4845F"))
    plan = shape([*FIXED, "P1", "P2", "P1 z", "P2 z"], ["P1", "P2"])
    renew_scales(sheet, plan)
    assert sheet.seen() == [
        ("$J$6:$J$9,$C$6:$C$9", "color_scale"),
        ("$J$6:$J$9", "cell_value"),
        ("$J$6:$J$9", "color_scale"),
        ("$K$6:$K$9", "color_scale"),
        ("J6:K7", "color_scale"),
        ("L6:M7", "color_scale"),
    ]
    sequential, diverging = sheet.rules[4:]
    assert sequential.colors == ((255, 255, 255), (254, 227, 145), (244, 132, 95))
    assert (sequential.thresholds, diverging.thresholds) == (None, [-3, 0, 3])
    before = [*sheet.rules]
    renew_scales(sheet, plan)
    assert sheet.rules == before, "those that lie right are left alone"


def test_where_rules_cannot_be_listed_none_is_added():
    class Blind(Rules):
        def __iter__(self):
            raise NotImplementedError

    sheet = Sheet()
    sheet.range = lambda area: SimpleNamespace(conditional_formats=Blind(sheet, area))
    renew_scales(sheet, shape([*FIXED, "P1", "P1 z"], ["P1"]))
    assert sheet.rules == []
