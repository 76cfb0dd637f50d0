"""Settings of a regression: the tables of ratings, their columns, how it is tested."""

from __future__ import annotations

from typing import get_args

from worker.contract import RegressionMode, RegressRequest
from xl_addin.sheets.setting_values import PARTS, SOME_PARTS, TEXT, one_of, whole
from xl_addin.sheets.settings.setting import Setting, field_setting

RATINGS = Setting(
    "Ratings",
    "For Regress: a file of ratings (CSV), a sheet in one (FILE.xlsx#SHEET), or a sheet of this "
    "workbook as last saved. Empty, like the next two: the sample.",
    TEXT,
    flag="--ratings",
    is_path=True,
)

USERS = Setting(
    "Users", "The users who gave them, in the same way.", TEXT, flag="--users", is_path=True
)

ITEMS = Setting(
    "Items", "The items and their texts, in the same way.", TEXT, flag="--items", is_path=True
)

TARGET = field_setting(
    RegressRequest, "target", "Rating column", TEXT, "The column to explain.", flag="--target"
)

USER_COLUMN = field_setting(
    RegressRequest,
    "user_column",
    "User column",
    TEXT,
    "The users' ids, in ratings and users alike. Empty: the column that both have.",
    flag="--user-column",
)

ITEM_COLUMN = field_setting(
    RegressRequest,
    "item_column",
    "Item column",
    TEXT,
    "The items' ids, in ratings and items alike. Empty: the column that both have.",
    flag="--item-column",
)

TEXTS = field_setting(
    RegressRequest,
    "texts",
    "Text columns",
    SOME_PARTS,
    "Columns of the items that are embedded, with commas; the first names an item.",
    flag="--text",
)

CATEGORIES = field_setting(
    RegressRequest,
    "categories",
    "Category columns",
    PARTS,
    "Columns of users or items whose words become features.",
    flag="--categories",
)

NUMBERS = field_setting(
    RegressRequest,
    "numbers",
    "Number columns",
    PARTS,
    "Columns of users or items whose numbers become features.",
    flag="--numbers",
)

REGRESSION_MODE = field_setting(
    RegressRequest,
    "mode",
    "Regression",
    one_of(*get_args(RegressionMode)),
    "honest: tested on items that the fit has not seen, beside what chance gives. original: "
    "Ridge(alpha=5) on a random split of the ratings, which leaks.",
    flag="--mode",
)

RESAMPLES = field_setting(
    RegressRequest,
    "resamples",
    "Resamples",
    whole(199, 9999),
    "How often vectors are shuffled, and items drawn anew, to see what chance gives.",
    flag="--resamples",
)
