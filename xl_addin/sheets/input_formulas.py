"""Formulas that compare what a run used with what stands in the workbook now.

They are plain: they work in every Excel since 2010, and in LibreOffice. No text of the user's
stands in one; names are reached by references to cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from worker.errors import WorkbookError
from xl_addin.sheets.fbq import FBQ, VARIANTS
from xl_addin.sheets.pov import POV
from xl_addin.sheets.settings import SETTING_ROWS, SETTINGS
from xl_addin.sheets.settings.rank import ONLY_SINCE
from xl_addin.workbook.columns import Table, header_key
from xl_addin.workbook.formulas import column_reference
from xl_addin.workbook.port import CellValue, Formula, WorkbookPort, Writable

#: What is said of rows whose run does not stand on the sheet Inputs.
UNKNOWN = "made by a run that is not on Inputs"
_QUESTION, _LEFT_OUT, _WEIGHT, _SETTING = "question", " left out", "weight of ", "setting "
_NEW_POV, _NEW_POVS = "new point of view", " new points of view"
_AND, _MORE = " and ", " more"

#: The most rows of a sheet on which each says by formula whether it is stale.
MOST_ROWS = 20_000
_LONGEST = 200  # characters of a name that MATCH looks for; it takes 255 with all that is added

_NAME, _USED, _NOW = (f"tblInputs[[#This Row],[{name}]]" for name in ("Name", "Used", "Now"))
_RUN, _ROW = (f"tblInputs[[#This Row],[{name}]]" for name in ("Run", "Row"))
_SAME_RUN = f"(tblInputs[Run]={_RUN})"


@dataclass(frozen=True)
class InputFormulas:
    """What an input's row computes: its row in the user's table, what stands there, the change."""

    row: Writable = None
    now: Writable = None
    changed: Writable = None
    reasons: Writable = None


@dataclass(frozen=True)
class StandingColumns:
    """The columns of FBQ, POV and Settings, as formulas must spell them; by table and header.

    A table that formulas cannot name has none: it is compared in Python alone.
    """

    spelt: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, book: WorkbookPort) -> StandingColumns:
        """Return those of a workbook."""
        return cls({table.name: _spelt(book, table) for table in (FBQ, POV, SETTINGS)})

    def formulas(self, what: str, name: str, place: int | None) -> InputFormulas:
        """Return the formulas of an input; none where a column that they need is not there."""
        if what == "result":
            return InputFormulas(reasons=_reasons())
        if len(name) > _LONGEST:
            return InputFormulas()
        try:
            return self._compared(what, name, place)
        except KeyError:
            return InputFormulas()

    def _compared(self, what: str, name: str, place: int | None) -> InputFormulas:
        if what == "setting":
            return self._setting(name)
        if what == "points of view":
            return self._points_of_view()
        if what == "weight":
            row = self._row(POV, _NAME, place)
            return self._of_row(row, self._cell(POV, "Weight"), _weight_changed(), (_WEIGHT,))
        if what == "point of view":
            row = self._row(POV, _NAME, place)
            changed = _text_changed(f'"{what} "&{_NAME}')
            return self._of_row(row, self._cell(POV, "POV"), changed, (f"{what} ", _LEFT_OUT))
        return self._question(what.removeprefix("question").strip(), place)

    def _question(self, side: str, place: int | None) -> InputFormulas:
        own_id = f"LEFT({_NAME},LEN({_NAME})-2)" if side else _NAME
        cell = self._variant(side) if side else self._cell(FBQ, "QInitial")
        words = (_QUESTION, _LEFT_OUT)
        changed = _text_changed(f'"{_QUESTION}"')
        return self._of_row(self._row(FBQ, own_id, place), cell, changed, words)

    def _column(self, table: Table, header: str) -> str:
        return column_reference(table.name, self.spelt[table.name][header])

    def _cell(self, table: Table, header: str) -> str:
        return f"INDEX({self._column(table, header)},{_ROW})"

    def _of_row(self, row: str, cell: str, changed: str, words: tuple[str, ...]) -> InputFormulas:
        return InputFormulas(
            row=Formula("=" + row),
            now=Formula(f'=IF({_ROW}=0,"",IFERROR({cell}&"",""))'),
            changed=Formula("=" + changed, words),
        )

    def _row(self, table: Table, own_id: str, place: int | None) -> str:
        """Find the row of an id, 0 where it is gone or not in use.

        One without an ID stays the row at its place, as long as none stands there.
        """
        found = str(place)
        if place is None:
            found = _match(own_id, self._column(table, "ID"))
        elif "ID" in self.spelt[table.name]:
            found = f'IF(TRIM(INDEX({self._column(table, "ID")},{place})&"")="",{place},0)'
        if "Use" not in self.spelt[table.name]:
            return f"IFERROR({found},0)"
        used = f'INDEX({self._column(table, "Use")},MAX(1,{found}))&""'
        return f'IFERROR(IF(LOWER(TRIM({used}))="no",0,{found}),0)'

    def _variant(self, side: str) -> str:
        cells = [self._cell(FBQ, f"FBQ{side}{int(number) + 1}") for number in VARIANTS]
        return f"CHOOSE({self._cell(FBQ, f'FBQ_{side}')}+1,{','.join(cells)})"

    def _points_of_view(self) -> InputFormulas:
        in_use = f'(TRIM({self._column(POV, "POV")})<>"")'
        if "Use" in self.spelt[POV.name]:
            in_use += f'*(LOWER(TRIM({self._column(POV, "Use")}))<>"no")'
        kept = f'{_SAME_RUN}*(tblInputs[What]="point of view")*(tblInputs[Row]>0)'
        more = f"{_NOW}-{_USED}"
        return InputFormulas(
            now=Formula(f"=IFERROR(SUMPRODUCT(1*{in_use})-SUMPRODUCT({kept}),{_USED})"),
            changed=Formula(
                f'=IF({more}<1,"",IF({more}=1,"{_NEW_POV}",({more})&"{_NEW_POVS}"))',
                (_NEW_POV, _NEW_POVS),
            ),
        )

    def _setting(self, name: str) -> InputFormulas:
        setting = next(row for row in SETTING_ROWS if header_key(row.name) == header_key(name))
        values = self._column(SETTINGS, "Value")
        cell = f"INDEX({values},MAX(1,{_ROW}))"
        shown = f'{cell}&""' if setting is not ONLY_SINCE else _day(cell)
        used, now = _or(_USED, setting.default), _or(_NOW, setting.default)
        if setting.ignores_case:
            used, now = f"LOWER({used})", f"LOWER({now})"
        return InputFormulas(
            row=Formula(f"={_match(_NAME, self._column(SETTINGS, 'Setting'))}"),
            now=Formula(f'=IF({_ROW}=0,"",IFERROR({shown},""))'),
            changed=Formula(f'=IF(EXACT({used},{now}),"","{_SETTING}"&{_NAME})', (_SETTING,)),
        )


def stale_formula(table: str, output: str | None) -> Formula:
    """Return what says why a row of a table of results is stale, or nothing.

    :param output: which output its rows are; None where their column Mode says it.
    """
    run, qid = (f"{table}[[#This Row],[{header}]]" for header in ("Run", "QID"))
    mode = f'"{output}"' if output else f"{table}[[#This Row],[Mode]]"
    own = _looked_up("Changed", f'{run}&"|question|"&{_plain(qid)}', '""')
    others = _looked_up("Reasons", f'{run}&"|result|"&{mode}', f'"{UNKNOWN}"')
    between = f'IF(OR({own}="",{others}=""),"","; ")'
    return Formula(f'=IF({run}="","",{own}&{between}&{others})', (UNKNOWN,))


def _looked_up(header: str, key: str, otherwise: str) -> str:
    return f'IFERROR(INDEX(tblInputs[{header}],MATCH({key},tblInputs[Key],0))&"",{otherwise})'


def _reasons() -> Formula:
    """Sum up what has changed for one output of a run: the first thing, and how many more."""
    counts = (
        f'{_SAME_RUN}*(LEFT(tblInputs[What],8)<>"question")*(tblInputs[Changed]<>"")'
        f'*ISNUMBER(FIND("|"&{_NAME}&"|",tblInputs[Counts for]))'
    )
    place = "(ROW(tblInputs[Run])-MIN(ROW(tblInputs[Run]))+1)"
    last = "(ROWS(tblInputs[Run])+1)"
    first = f"{last}-SUMPRODUCT(MAX({counts}*({last}-{place})))"
    number = f"SUMPRODUCT({counts})"
    return Formula(
        f'=IF({number}=0,"",INDEX(tblInputs[Changed],{first})'
        f'&IF({number}=1,"","{_AND}"&({number}-1)&"{_MORE}"))',
        (_AND, _MORE),
    )


def _spelt(book: WorkbookPort, table: Table) -> Mapping[str, str]:
    try:
        data = book.find_table(table)
    except WorkbookError:
        return {}
    shown = data.shown if data else {}
    return {header: spelt for header, spelt in shown.items() if spelt.isprintable()}


def _match(name: str, column: str) -> str:
    """Find a name in a column: as text, as a number, or with blanks around it; 0 if it is gone."""
    as_text, as_number = f"MATCH({_plain(name)},{column},0)", f"MATCH(VALUE({name}),{column},0)"
    same = f"EXACT(TRIM(CLEAN({column})),TRIM(CLEAN({name})))"
    with_blanks = f"SUMPRODUCT(MAX({same}*(ROW({column})-MIN(ROW({column}))+1)))"
    return f"IFERROR({as_text},IFERROR({as_number},IFERROR({with_blanks},0)))"


def _plain(name: str) -> str:
    """Take from signs the meaning that they have where MATCH looks for text."""
    for sign in "~*?":
        name = f'SUBSTITUTE({name},"{sign}","~{sign}")'
    return name


def _text_changed(what: str) -> str:
    same = f"EXACT(TRIM(CLEAN({_USED})),TRIM(CLEAN({_NOW})))"
    return f'IF({_ROW}=0,{what}&"{_LEFT_OUT}",IF({same},"",{what}))'


def _weight_changed() -> str:
    """Compare weights; of a point of view that is left out, its own row says so."""
    return f'IF({_ROW}=0,"",IF(EXACT({_or(_USED, 1)},{_or(_NOW, 1)}),"","{_WEIGHT}"&{_NAME}))'


def _or(cell: str, default: CellValue) -> str:
    """Return the plain text of a cell; an empty one means its default."""
    usual = f"{default:g}" if isinstance(default, int | float) else f'"{default}"'
    return f'TRIM(CLEAN(IF(TRIM({cell}&"")="",{usual},{cell})))'


def _day(cell: str) -> str:
    """Return the text of a date, which Excel keeps as a number."""
    month, day = f'RIGHT("0"&MONTH({cell}),2)', f'RIGHT("0"&DAY({cell}),2)'
    return f'IF(ISNUMBER({cell}),YEAR({cell})&"-"&{month}&"-"&{day},{cell}&"")'
