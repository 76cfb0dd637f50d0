from tests.xl_addin.sheets.rankings import ranking
from worker.contract import OVERVIEW_BLOB, heatmap_blob
from xl_addin.sheets.heatmap import heatmap_pictures


def test_a_question_with_a_heatmap_has_a_picture_that_says_what_it_shows():
    given = ranking("contrast")
    (picture,) = heatmap_pictures([given], {heatmap_blob("Q1"): b"png"})
    assert (picture.name, picture.png) == ("bonsai heatmap Q1", b"png")
    assert picture.caption == "Q1  Who whistles?"
    assert picture.alt_text == (
        "Heatmap of 5 passages by 4 points of view for question Q1: Who whistles?"
    )


def test_the_last_picture_says_how_many_questions_have_none():
    rankings = [
        ranking("contrast").model_copy(update={"qid": f"Q{number}"}) for number in range(1, 6)
    ]
    blobs = {heatmap_blob("Q1"): b"png", heatmap_blob("Q2"): b"png"}
    first, last = heatmap_pictures(rankings, blobs)
    assert first.caption == "Q1  Who whistles?"
    assert "3 more questions on Ranked have no picture" in last.caption


def test_a_question_without_a_heatmap_has_no_picture():
    assert heatmap_pictures([ranking("contrast")], {heatmap_blob("Q2"): b"png"}) == []


def test_the_picture_of_all_questions_comes_first():
    rankings = [
        ranking("contrast").model_copy(update={"qid": f"Q{number}"}) for number in range(1, 4)
    ]
    blobs = {heatmap_blob("Q1"): b"png", OVERVIEW_BLOB: b"all"}
    overview, first = heatmap_pictures(rankings, blobs)
    assert (overview.name, overview.png) == ("bonsai overview", b"all")
    assert overview.caption == "All questions against points of view"
    assert overview.alt_text.startswith("Heatmap of 3 questions by 4 points of view")
    assert "2 more questions on Ranked have no picture" in first.caption
