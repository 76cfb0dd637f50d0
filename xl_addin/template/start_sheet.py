"""The first sheet: what to do, what the colours mean, and what the last run was."""

from __future__ import annotations

from xlsxwriter import Workbook

from xl_addin.language.language import Say
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.template.cell_styles import (
    CAPTION,
    EXPLANATION,
    HEADING,
    INPUT,
    NORMAL,
    NOTE,
    OUTPUT,
    CellStyle,
    CellStyles,
)
from xl_addin.template.table_sheet import NOTE_ROW, set_print, write_table, write_title
from xl_addin.workbook.cells import row_height

_PROMISE = (
    "Ranks the passages of your documents by how strongly they touch your points of view, "
    "and answers your questions from the best of them."
)
_STEPS = (
    (
        "1  Documents",
        "On the sheet Settings, put the folder of your documents beside 'Documents folder'. "
        "Text, web pages, PDF, Word, PowerPoint, Excel and CSV are read, in subfolders too.",
    ),
    (
        "2  Questions and views",
        "Write questions on the sheet FBQ and points of view on the sheet POV. The rows that "
        "stand there are a sample: write over them, or set Use to no.",
    ),
)
_RUN_BY_COMMAND = (
    "3  Run",
    "Save and close this workbook. Then type these three lines in a terminal, with its name:\n"
    "bonsai index FILE.xlsx\n"
    "bonsai rank FILE.xlsx\n"
    "bonsai answer FILE.xlsx\n"
    "Results stand on the sheets Ranked, Matrix, Live, Heatmap and Answers.",
)
_RUN_BY_RIBBON = (
    "3  Run",
    "On the tab BONSAI, press Index, then Rank, then Answer. Each runs in the background; you may "
    "go on working. The sheet Jobs says how far it is, and Stop ends it.\n"
    "Results stand on the sheets Ranked, Matrix, Live, Heatmap and Answers. A formula such as "
    "=SEXYSCORE([@Chunk],tblPOV) scores any text of yours (not on macOS: use Score selection).",
)
_SAMPLE = (
    (
        "In one line",
        "bonsai demo\n"
        "It runs all three steps on the first sample questions and on short texts that come with "
        "BONSAI, and says where the finished workbook is.",
    ),
)
_LEGEND: tuple[tuple[str, CellStyle, str], ...] = (
    ("Input", INPUT, "Yours. A run reads these cells and never changes them."),
    ("Output", OUTPUT, "Written by a run; the next run writes them anew."),
    (
        "Explanatory Text",
        EXPLANATION,
        "Explanations. Change the cell style to change its look in the whole workbook.",
    ),
)
_REMINDER = (
    "You may move, sort, filter and add columns: tables are found by name, columns by header. "
    "Your own columns follow their rows. Passwords and keys never belong in a workbook."
)


class StartSheet:
    """Writes the sheet from top to bottom."""

    def __init__(self, workbook: Workbook, styles: CellStyles, say: Say = str) -> None:
        self._sheet = workbook.add_worksheet(LAST_RUN.sheet)
        self._styles, self._say = styles, say
        self._row = NOTE_ROW + 2
        self._widths = [column.width for column in LAST_RUN.columns]
        for position, width in enumerate(self._widths):
            self._sheet.set_column(position, position, width)

    def write(self, *, has_ribbon: bool) -> None:
        """Write everything; the third step depends on whether there is a ribbon to press."""
        steps = (*_STEPS, _RUN_BY_RIBBON if has_ribbon else _RUN_BY_COMMAND)
        write_title(
            self._sheet, self._styles, "BONSAI for Excel", self._say(_PROMISE), self._widths
        )
        for heading, lines in (("Three steps", steps), ("Try the sample", _SAMPLE)):
            self._heading(heading)
            for name, text in lines:
                self._line(name, text, CAPTION)
        self._heading("What the cells mean")
        for name, style, text in _LEGEND:
            self._line(name, text, style)
        self._line("Good to know", _REMINDER, NOTE)
        self._heading(LAST_RUN.title)
        write_table(self._sheet, self._styles, LAST_RUN, [{}], self._row, self._say)
        self._sheet.hide_gridlines(2)
        set_print(self._sheet, self._say, wide=False, pages=(1, 1))
        self._sheet.set_portrait()

    def _heading(self, text: str) -> None:
        self._row += 1
        self._sheet.set_row(self._row, 22)
        heading = self._styles.format(HEADING)
        self._sheet.write_string(self._row, 0, self._say(text), heading)
        self._sheet.write_blank(self._row, 1, None, heading)
        self._row += 1

    def _line(self, name: str, text: str, style: CellStyle) -> None:
        text = self._say(text)
        self._sheet.write_string(self._row, 0, self._say(name), self._styles.format(style))
        wrapped = self._styles.format(NORMAL, text_wrap=True, align="left", indent=1)
        self._sheet.write_string(self._row, 1, text, wrapped)
        self._sheet.set_row(self._row, row_height([(text, self._widths[1])]) + 4)
        self._row += 1
