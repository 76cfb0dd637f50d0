from tests.xl_addin.sheets.rankings import ranking
from worker.contract import PovTouch
from xl_addin.sheets.ranked import CLASSIC_RANK, ranked_content, top_povs_text


def test_move_says_how_far_a_passage_rose():
    rows = ranked_content([ranking("contrast")]).rows
    assert [row["Move"] for row in rows] == [4, 2, 0, -2, -4]


def test_top_points_of_view_show_share_and_contrast():
    touches = [
        PovTouch(pov_id="P10", cosine=0.4, contrast=3.41, share=0.8),
        PovTouch(pov_id="P02", cosine=0.2, contrast=-0.26, share=0.12),
    ]
    assert top_povs_text(touches) == "P10  80%  z +3.4\nP02  12%  z -0.3"


def test_places_by_the_classic_score_are_beside_those_of_the_run():
    usual = ranking("contrast")
    scores = zip((0.2, 0.7, 0.2, 0.9, 0.2), (1, 2, 5, 3, 4), strict=True)
    chunks = [
        chunk.model_copy(update={"classic": classic, "query_rank": found})
        for chunk, (classic, found) in zip(usual.rows, scores, strict=True)
    ]
    rows = ranked_content([usual.model_copy(update={"rows": tuple(chunks)})]).rows
    assert [row[CLASSIC_RANK] for row in rows] == [3, 2, 5, 1, 4], "equal ones as they were found"
