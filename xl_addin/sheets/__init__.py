"""The sheets of a BONSAI workbook: one file each, columns beside the values that fill them.

Tables are found by name and columns by header text, so users may move, sort, insert and rename
anything else. The owner of a column says who writes it: what is the user's is never overwritten.
"""

from __future__ import annotations

from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.job_sheet import JOBS
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.settings import SETTINGS
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.columns import Table

#: The sheets of a workbook, from left to right.
SHEETS = (LAST_RUN, FBQ, POV, SETTINGS, SOURCES, RANKED, MATRIX, HEATMAP, ANSWERS, JOBS)

TABLES = tuple(sheet for sheet in SHEETS if isinstance(sheet, Table))
