"""Features out of the columns of a table: numbers as they are, categories as columns of 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from worker.regression.ratings import Features, side_by_side
from worker.regression.tables import find_column, numbers_of

#: Categories of one column that get a column of their own; a key of rows has more.
MOST_CATEGORIES = 200


def table_features(
    table: pd.DataFrame, numbers: Sequence[str], categories: Sequence[str], remarks: list[str]
) -> Features:
    """Return the features of those columns that a table has.

    :param remarks: takes a sentence for each column that cannot be used as it is.
    """
    parts = []
    for name in numbers:
        if (column := find_column(table, name)) is not None:
            parts += _number(table[column], column, remarks)
    for name in categories:
        if (column := find_column(table, name)) is not None:
            parts += _category(table[column], column, remarks)
    return side_by_side(len(table), parts)


def _number(cells: pd.Series, name: str, remarks: list[str]) -> list[Features]:
    """Return a column of numbers; where there is none it is the mean of the others."""
    values = numbers_of(cells)
    absent = np.isnan(values)
    if absent.all():
        remarks.append(f"The column '{name}' holds no number and is left out.")
        return []
    if absent.any():
        remarks.append(
            f"Cells of the column '{name}' without a number count as its mean: "
            f"{int(absent.sum()):,}."
        )
    filled = np.where(absent, values[~absent].mean(), values)
    return [Features(filled[:, None], (name,))]


def _category(cells: pd.Series, name: str, remarks: list[str]) -> list[Features]:
    """Return a column for each word that stands in it; an empty cell is in none."""
    words = cells.str.strip()
    kinds = sorted(set(words) - {""})
    if len(kinds) > MOST_CATEGORIES:
        remarks.append(
            f"The column '{name}' has {len(kinds):,} categories, more than {MOST_CATEGORIES}, and "
            "is left out."
        )
        return []
    values = np.column_stack([np.empty((len(words), 0)), *[words == kind for kind in kinds]])
    return [Features(values.astype(np.float64), tuple(f"{name}_{kind}" for kind in kinds))]
