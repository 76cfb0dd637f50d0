"""Three tables as people have them: what cannot be used is named and counted, the rest goes on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.errors import InputError
from worker.regression.features import table_features
from worker.regression.tables import Columns, Joined, join, numbers_of


def frame(text: str) -> pd.DataFrame:
    """A table of texts; rows are numbered as in its file, whose header is row 1."""
    header, *rows = [line.strip().split(",") for line in text.strip().splitlines()]
    return pd.DataFrame(rows, columns=header, index=range(2, len(rows) + 2), dtype=str)


RATINGS = """
user_id,movie_id,rating
1,10,4
1,20,2
2,10,5
2,30,3
"""
USERS = """
user_id,age,gender
1,30,F
2,50,M
"""
MOVIES = """
movie_id,title,overview
10,Rain,A harbour in the rain
20,Goal,The last ten minutes
30,雨,港に雨が降る
"""


def joined(ratings: str = RATINGS, users: str = USERS, items: str = MOVIES, **names) -> Joined:
    return join(frame(ratings), frame(users), frame(items), Columns(**names))


def losses(found: Joined) -> list[str]:
    return [str(loss) for loss in found.left_out]


def test_ratings_meet_their_users_and_items():
    found = joined()
    assert found.ratings.value.tolist() == [4, 2, 5, 3]
    assert found.users["gender"].iloc[found.ratings.user].tolist() == ["F", "F", "M", "M"]
    titles = found.items["title"].iloc[found.ratings.item].tolist()
    assert titles == ["Rain", "Goal", "Rain", "雨"]
    assert found.left_out == ()


def test_ids_that_are_not_known_are_counted_and_the_first_is_named():
    found = joined(RATINGS + "7,10,1\n8,10,1\n1,99,1\n")
    assert losses(found) == [
        "Ratings whose user_id is not in the users table: 2, the first '7' in row 6",
        "Ratings whose movie_id is not among items with text: 1, the first '99' in row 8",
    ]
    assert len(found.ratings) == 4


def test_the_first_row_of_an_id_that_stands_there_twice_counts():
    found = joined(users=USERS + "1,99,M\n")
    assert losses(found) == [
        "Rows of the users table whose user_id stands above already: 1, the first '1' in row 4"
    ]
    assert found.users["age"].tolist() == ["30", "50"]


def test_ratings_that_are_no_numbers_are_left_out():
    found = joined(RATINGS + "1,30,good\n2,20,\n")
    assert losses(found) == ["Ratings whose rating is no number: 2, the first 'good' in row 6"]


def test_items_without_a_text_are_left_out_as_in_the_original():
    found = joined(items=MOVIES.replace("The last ten minutes", "  "))
    assert losses(found) == [
        "Items without title or overview: 1, the first '20' in row 3",
        "Ratings whose movie_id is not among items with text: 1, the first '20' in row 3",
    ]


def test_two_ratings_of_the_same_pair_both_count():
    found = joined(RATINGS + "1,10,3\n")
    assert (len(found.ratings), found.repeats) == (5, 1)
    assert joined().repeats == 0


@pytest.mark.parametrize("spelt", ["userId", "User ID", "USER_ID"])
def test_a_header_is_known_however_it_is_spelt(spelt: str):
    assert len(joined(users=USERS.replace("user_id", spelt)).ratings) == 4


def test_sheets_write_whole_numbers_with_a_point_and_ids_meet_all_the_same():
    assert len(joined(users=USERS.replace("1,30", "1.0,30").replace("2,50", "2.0,50")).ratings) == 4


def test_a_comma_may_be_the_decimal_point_and_digits_may_be_wide():
    read = numbers_of(pd.Series(["3,5", "４", "-1.25", "1e999", "", "1,234,5", " 2 ", "2e-200"]))
    assert read[[0, 1, 2, 6, 7]].tolist() == [3.5, 4.0, -1.25, 2.0, 0.0]
    assert np.isnan(read[[3, 4, 5]]).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_whatever_stands_in_a_cell_is_a_number_or_none(cells: list[str]):
    read = numbers_of(pd.Series(cells, dtype=str))
    assert read.shape == (len(cells),)
    assert (np.isnan(read) | (np.abs(read) <= 1e12)).all()


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"ratings": RATINGS.replace("rating", "stars")}, "no column 'rating'"),
        ({"items": MOVIES.replace("overview", "plot")}, "no column 'overview'"),
        ({"users": USERS.replace("user_id", "person")}, "which column joins"),
        ({"users": "user_id,movie_id\n1,10"}, "which column joins"),
        ({"ratings": "user_id,movie_id,rating\n1,10,4\n1,20,4"}, "Every rating is 4."),
        ({"ratings": "user_id,movie_id,rating\n1,10,4\n2,10,5"}, "All ratings are of one item."),
        ({"ratings": "user_id,movie_id,rating\n9,10,4\n9,20,5"}, "No rating is left"),
        ({"ratings": "user_id,movie_id,rating"}, "No rating is left"),
        ({"ratings": "user_id;movie_id;rating\n1;10;4"}, "no column 'rating'"),
    ],
)
def test_what_cannot_tell_anything_is_refused_in_three_parts(tables: dict[str, str], words: str):
    with pytest.raises(InputError, match=words) as refused:
        joined(**tables)
    assert refused.value.why
    assert refused.value.next_step


def test_the_joining_columns_can_be_named():
    users = USERS.replace("gender", "movie_id")
    assert len(joined(users=users, user_id="user_id", item_id="movie_id").ratings) == 4


def test_numbers_and_categories_become_columns():
    remarks: list[str] = []
    features = table_features(frame(USERS), ["age"], ["gender", "occupation"], remarks)
    assert features.names == ("age", "gender_F", "gender_M")
    assert features.values.tolist() == [[30, 1, 0], [50, 0, 1]]
    assert remarks == []


def test_a_cell_without_a_number_counts_as_the_mean_and_a_key_is_no_category():
    table = frame("age,zip\n" + "\n".join(f"{n if n else '?'},{n}" for n in range(300)))
    remarks: list[str] = []
    features = table_features(table, ["age"], ["zip"], remarks)
    assert features.names == ("age",)
    assert features.values[0] == pytest.approx(150.0)
    assert remarks == [
        "Cells of the column 'age' without a number count as its mean: 1.",
        "The column 'zip' has 300 categories, more than 200, and is left out.",
    ]
