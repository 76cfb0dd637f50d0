"""The Regression sheet: part by part, with pictures that say what they show."""

from tests.worker.contract_samples.regress import FEATURE, ITEM, VERDICT, VIEW
from worker.contract import PROJECTION_BLOB, SCATTER_BLOB
from xl_addin.sheets.regression import regression_content, regression_pictures


def test_each_part_fills_its_own_columns():
    content = regression_content(VERDICT, [FEATURE], [VIEW], [ITEM])
    shown = [{name: value for name, value in row.items() if value not in ("", None)}
             for row in content.rows]  # fmt: skip
    assert shown == [
        {"Part": "verdict", "Rank": 1, "In words": VERDICT.words[0]},
        {"Part": "feature", "Rank": 1, "Feature": "overview_embedding_192", "Coefficient": -0.5,
         "Correlation": 0.0971, "Low": -1.0, "High": -0.1},
        {"Part": "point of view", "Rank": 1, "Feature": "P1", "Cosine": 0.25, "Low": -0.1,
         "High": 0.1, "p": 0.005, "In words": "Rain smells"},
        {"Part": "highest item", "Rank": 1, "Feature": "港に雨が降る", "Coefficient": 0.75},
    ]  # fmt: skip


def test_pictures_say_in_words_what_they_show():
    blobs = {PROJECTION_BLOB: b"projection", SCATTER_BLOB: b"scatter"}
    projection, scatter = regression_pictures(VERDICT, [VIEW], blobs)
    assert (projection.png, scatter.png) == (b"projection", b"scatter")
    assert "The strongest is P1, with +0.25 (by chance -0.10 to +0.10)." in projection.alt_text
    assert "correlation" in scatter.alt_text
    assert "1,500 ratings of 60 items by 40 users" in scatter.caption


def test_a_picture_that_was_not_drawn_is_not_shown():
    assert regression_pictures(VERDICT, [], {}) == []
    (only,) = regression_pictures(VERDICT, [], {SCATTER_BLOB: b"png"})
    assert only.name == "bonsai regression scatter"
