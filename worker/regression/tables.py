"""Three tables, joined: ratings with the users who gave them and the items that have texts.

Cells are texts as they stand in a file, empty where nothing stands, and a table's index counts its
rows as the file does. What cannot be used is left out, named and counted; the rest goes on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from worker.errors import InputError
from worker.regression.ratings import Floats, Ratings

_WHOLE = re.compile(r"(-?\d+)\.0+")
_SMALLEST, _LARGEST = 1e-100, 1e12
_SHOWN = 60  # characters of a cell
_FEW = 8  # columns that are named


@dataclass(frozen=True)
class Columns:
    """Which columns count. An empty id is found: the one that the ratings share with the table."""

    target: str = "rating"
    user_id: str = ""
    item_id: str = ""
    texts: tuple[str, ...] = ("title", "overview")


@dataclass(frozen=True)
class LeftOut:
    """Rows that a table loses; `first` names one of them."""

    what: str  # as "Ratings whose rating is no number"
    count: int
    first: str

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.what}: {self.count:,}, the first {self.first}"


@dataclass(frozen=True)
class Joined:
    """Ratings by code, with a row of `users` for each user code, of `items` for each item code."""

    ratings: Ratings
    users: pd.DataFrame
    items: pd.DataFrame
    left_out: tuple[LeftOut, ...]

    @property
    def repeats(self) -> int:
        """How many ratings are of a user and an item that were rated above already; each counts."""
        pairs = self.ratings.user.astype(np.int64) * self.ratings.items + self.ratings.item
        return int(pd.Series(pairs).duplicated().sum())


def join(ratings: pd.DataFrame, users: pd.DataFrame, items: pd.DataFrame, names: Columns) -> Joined:
    """Join three tables of texts.

    :raises InputError: if a column that is needed is missing, or ratings cannot tell anything.
    """
    target = column_of(ratings, names.target, "ratings")
    texts = [column_of(items, text, "items") for text in names.texts]
    user_here, user_there = _key(ratings, users, names.user_id, "users", "User column")
    item_here, item_there = _key(ratings, items, names.item_id, "items", "Item column")
    losses: list[LeftOut] = []
    users = _keyed(users, user_there, "users", losses)
    items = _with_texts(_keyed(items, item_there, "items", losses), texts, item_there, losses)
    values = numbers_of(ratings[target])
    places = {
        "users": _places(ratings[user_here], users[user_there]),
        "items": _places(ratings[item_here], items[item_there]),
    }
    kept = np.isfinite(values)
    _count(losses, ~kept, f"Ratings whose {target} is no number", ratings[target])
    for table, column in (("users", user_here), ("items", item_here)):
        strange = kept & (places[table] < 0)
        known = "is not in the users table" if table == "users" else "is not among items with text"
        _count(losses, strange, f"Ratings whose {column} {known}", ratings[column])
        kept &= places[table] >= 0
    joined = _coded(values[kept], places["users"][kept], places["items"][kept], users, items)
    _refuse_nothing_to_tell(joined[0], target, losses)
    return Joined(*joined, tuple(losses))


def column_of(table: pd.DataFrame, name: str, what: str) -> str:
    """Return a column's name as a table spells it; case, spaces and underscores do not matter.

    :raises InputError: if the table has no such column.
    """
    found = find_column(table, name)
    if found is None:
        raise InputError(
            f"The {what} table has no column '{name}'.",
            f"Its columns are: {_listed(table)}.",
            "Name the right column, or see that the file is separated by commas, semicolons, tabs "
            "or bars.",
        )
    return found


def find_column(table: pd.DataFrame, name: str) -> str | None:
    """Return a column's name as a table spells it, if it has one of that name."""
    exact = [column for column in table.columns if column == name]
    alike = [column for column in table.columns if _plain(column) == _plain(name)]
    return next(iter([*exact, *alike]), None)


def numbers_of(cells: pd.Series) -> Floats:
    """Return the numbers that cells hold, NaN where one holds none; a comma may be the point.

    What is so small that its square is lost counts as 0.
    """
    texts = cells.str.normalize("NFKC").str.strip()
    plain = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64)
    comma = texts.where(texts.str.fullmatch(r"[-+]?\d+,\d+"), "").str.replace(",", ".")
    read = np.where(np.isnan(plain), pd.to_numeric(comma, errors="coerce"), plain)
    sized = np.where(np.abs(read) <= _LARGEST, read, np.nan)
    return np.where(np.abs(sized) < _SMALLEST, 0.0, sized)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum()) or name


def _listed(table: pd.DataFrame) -> str:
    shown = [str(column)[:_SHOWN] for column in table.columns[:_FEW]]
    more = len(table.columns) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _key(
    ratings: pd.DataFrame, table: pd.DataFrame, name: str, what: str, setting: str
) -> tuple[str, str]:
    """Return the id's column in the ratings and in a table."""
    if name:
        return column_of(ratings, name, "ratings"), column_of(table, name, what)
    shared = [column for column in ratings.columns if find_column(table, column)]
    if len(shared) != 1:
        found = f"They share {', '.join(shared)}" if shared else "They share no column"
        raise InputError(
            f"It is not clear which column joins the ratings and the {what}.",
            f"{found}. The ratings have {_listed(ratings)}; the {what} have {_listed(table)}.",
            f"Name it as '{setting}', and give it the same name in both tables.",
        )
    return shared[0], column_of(table, shared[0], what)


def _ids(cells: pd.Series) -> pd.Series:
    """Return ids as texts: sheets make 12.0 of 12."""
    return cells.str.normalize("NFKC").str.strip().str.replace(_WHOLE, r"\1", regex=True)


def _keyed(table: pd.DataFrame, key: str, what: str, losses: list[LeftOut]) -> pd.DataFrame:
    """Return a table whose ids are all there, and each once: the first row of an id counts."""
    ids = _ids(table[key])
    empty = (ids == "").to_numpy()
    repeated = ids.duplicated().to_numpy() & ~empty
    _count(losses, empty, f"Rows of the {what} table without {key}", ids)
    _count(losses, repeated, f"Rows of the {what} table whose {key} stands above already", ids)
    return table.assign(**{key: ids})[~(empty | repeated)]


def _with_texts(
    items: pd.DataFrame, texts: Sequence[str], key: str, losses: list[LeftOut]
) -> pd.DataFrame:
    """Return the items that have every text, as the original did."""
    trimmed = items.assign(**{text: items[text].str.strip() for text in texts})
    bare = (trimmed[list(texts)] == "").any(axis=1).to_numpy()
    _count(losses, bare, f"Items without {' or '.join(texts)}", trimmed[key])
    return trimmed[~bare]


def _places(cells: pd.Series, ids: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the row of each cell's id in a table, -1 where it has none."""
    return pd.Index(ids).get_indexer(pd.Index(_ids(cells)))


def _coded(
    values: Floats, user: np.ndarray, item: np.ndarray, users: pd.DataFrame, items: pd.DataFrame
) -> tuple[Ratings, pd.DataFrame, pd.DataFrame]:
    """Return ratings with codes of the users and items that they are of, and these alone."""
    own_users, user_codes = np.unique(user, return_inverse=True)
    own_items, item_codes = np.unique(item, return_inverse=True)
    ratings = Ratings(user_codes, item_codes, values, len(own_users), len(own_items))
    return ratings, users.iloc[own_users], items.iloc[own_items]


def _count(losses: list[LeftOut], rows: np.ndarray, what: str, cells: pd.Series) -> None:
    if rows.any():
        place = int(np.argmax(rows))
        cell = str(cells.iloc[place])[:_SHOWN]
        row = cells.index[place]
        losses.append(LeftOut(what, int(rows.sum()), f"'{cell}' in row {row}"))


def _refuse_nothing_to_tell(ratings: Ratings, target: str, losses: Sequence[LeftOut]) -> None:
    lost = " ".join(f"Left out: {loss}." for loss in losses)
    if not len(ratings):
        raise InputError(
            "No rating is left to work with.",
            lost or "The ratings table has no rows.",
            "See that the ids of the three tables are the same, and that items have texts.",
        )
    if ratings.value.min() == ratings.value.max():
        raise InputError(
            f"Every {target} is {ratings.value[0]:g}.",
            f"Where all are the same there is nothing to explain. {lost}".strip(),
            "Name another target column.",
        )
    if ratings.items == 1:
        raise InputError(
            "All ratings are of one item.",
            f"What texts say shows only in items that differ. {lost}".strip(),
            "Give ratings of more items.",
        )
