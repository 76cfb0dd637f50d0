import io
import time

import numpy as np
import pytest
from PIL import Image

from tests.worker.contract_samples.rank import CHUNK, RANKING
from tests.worker.pipeline.conftest import Watched
from tests.worker.queueing.worlds import eventually
from tests.worker.small_fonts import machine_fonts as machine_fonts
from worker.contract import (
    OVERVIEW_BLOB,
    PictureWords,
    PointOfView,
    PovMatrix,
    Question,
    QuestionRanking,
    RankRequest,
)
from worker.errors import CancelledError
from worker.pipeline import ranking_pictures
from worker.pipeline.ranking import rank
from worker.pipeline.ranking_pictures import (
    PictureDrawer,
    overview_picture,
    question_picture,
    signs_without_font,
)
from worker.scoring.heatmap import draw_heatmap

POVS = ("Oil does not care.", "A kettle can break your heart.", "Football tells the truth.")
CONTRAST = np.array([[0.1, 2.0, -1.0], [0.3, -2.0, 1.5], [0.2, 0.0, 0.5]])


def ranking(qid: str = "Q1", sources: tuple[str, ...] = ("a.txt", "b.pdf", "c.txt")):
    rows = tuple(
        CHUNK.model_copy(update={"chunk_id": str(n), "rank": n, "query_rank": n, "source": source})
        for n, source in enumerate(sources, start=1)
    )
    values = tuple(map(tuple, CONTRAST[: len(rows)].tolist()))
    matrix = PovMatrix(
        chunk_ids=tuple(row.chunk_id for row in rows),
        pov_ids=("P1", "P2", "P3"),
        cosine=values,
        contrast=values,
        statistics=RANKING.matrix.statistics,
    )
    return QuestionRanking(qid=qid, question="Who gains?", rows=rows, matrix=matrix)


def request(questions: int = 1, povs: tuple[str, ...] = POVS) -> RankRequest:
    return RankRequest(
        run_id="r",
        collection="c",
        embedder="test:hash",
        questions=tuple(Question(qid=f"Q{n}", text="Who gains?") for n in range(1, questions + 1)),
        povs=tuple(PointOfView(pov_id=f"P{n}", text=text) for n, text in enumerate(povs, start=1)),
    )


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Values, labels of rows and of columns, and the title of each picture."""
    pictures: list[tuple] = []

    def draw(values, rows, columns, *, title: str, palette: object) -> bytes:
        pictures.append((values, rows, columns, title))
        return b"png"

    monkeypatch.setattr(ranking_pictures, "draw_heatmap", draw)
    return pictures


def test_a_question_has_a_picture_of_its_passages_by_points_of_view(drawn: list[tuple]):
    question_picture(request(), ranking())
    ((values, rows, columns, title),) = drawn
    assert np.array_equal(values, CONTRAST)
    assert rows == ["1. a.txt @120", "2. b.pdf @120", "3. c.txt @120"]
    assert columns == [
        "P1 Oil does not care.",
        "P2 A kettle can break your…",
        "P3 Football tells the truth.",
    ]
    assert title.startswith("Q1 Who gains?\n")


def test_the_picture_is_a_png():
    assert Image.open(io.BytesIO(question_picture(request(), ranking()))).format == "PNG"


def test_a_label_has_both_ends_of_a_long_name_but_no_folders(drawn: list[tuple]):
    name = "reports/2026/a_very_long_report_on_the_price_of_copper_volume_2.pdf"
    question_picture(request(), ranking(sources=(name,)))
    assert drawn[0][1] == ["1. a_very_long_repo…pper_volume_2.pdf @120"]


def test_many_passages_and_points_of_view_are_cut_to_those_that_matter(
    drawn: list[tuple], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ranking_pictures, "_DRAWN_PASSAGES", 2)
    monkeypatch.setattr(ranking_pictures, "_DRAWN_POVS", 2)
    question_picture(request(), ranking())
    ((values, rows, columns, _),) = drawn
    assert np.array_equal(values, CONTRAST[:2, 1:]), "P1 is touched least"
    assert [row[0] for row in rows] == ["1", "2"]
    assert [column[:2] for column in columns] == ["P2", "P3"]


def test_the_overview_shows_the_strongest_passage_of_each_question(drawn: list[tuple]):
    overview_picture(request(2), [ranking("Q1"), ranking("Q2", ("a.txt",))])
    ((values, rows, _, title),) = drawn
    assert np.array_equal(values, [[0.3, 2.0, 1.5], [0.1, 2.0, -1.0]])
    assert rows == ["Q1 Who gains?", "Q2 Who gains?"]
    assert "first" not in title


def test_the_overview_of_too_many_questions_says_which_it_shows(
    drawn: list[tuple], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ranking_pictures, "_DRAWN_QUESTIONS", 2)
    overview_picture(request(3), [ranking(f"Q{number}") for number in (1, 2, 3)])
    ((values, rows, _, title),) = drawn
    assert len(values) == len(rows) == 2
    assert title.startswith("All questions against points of view (1-2 / 3)")


def test_titles_are_in_the_words_of_the_request(drawn: list[tuple]):
    words = PictureWords(
        question="視点に照らした文書", overview="すべての質問", cell="最も強いもの"
    )
    asked = request(2).model_copy(update={"picture_words": words})
    question_picture(asked, ranking())
    overview_picture(asked, [ranking("Q1"), ranking("Q2")])
    titles = [title for *_, title in drawn]
    assert titles == ["Q1 Who gains?\n視点に照らした文書", "すべての質問\n最も強いもの"]


def test_long_words_of_a_request_are_cut(drawn: list[tuple]):
    words = PictureWords(question="x" * 10_000)
    question_picture(request().model_copy(update={"picture_words": words}), ranking())
    assert len(drawn[0][-1]) < 500


def test_a_single_question_has_no_overview(watched: Watched):
    with PictureDrawer(request(), watched.context) as pictures:
        pictures.draw(ranking())
        pictures.finish([ranking()])
    assert list(watched.blobs) == ["heatmap:Q1"]


def test_a_row_is_told_before_its_picture_is_begun(
    rank_request: RankRequest, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    told: list[int] = []
    monkeypatch.setattr(PictureDrawer, "draw", lambda *_: told.append(watched.kinds().count("row")))
    rank(rank_request, watched.context)
    assert told == [1, 2]
    assert list(watched.blobs) == [OVERVIEW_BLOB]


def test_where_the_work_ends_early_what_is_begun_is_handed_over_and_no_more_is_drawn(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ranking_pictures, "usable_cores", lambda: 1)
    drawer = PictureDrawer(request(2), watched.context)

    def draw(*_values: object, title: str, **_options: object) -> bytes:
        eventually(lambda: len(drawer._left) == 2 and drawer._left[1][1].cancelled())
        return title[:2].encode()

    monkeypatch.setattr(ranking_pictures, "draw_heatmap", draw)

    def work() -> None:
        with drawer:
            drawer.draw(ranking("Q1"))
            drawer.draw(ranking("Q2"))
            eventually(drawer._left[0][1].running)
            raise CancelledError("Stopped.", "You asked to.", "Run again.")

    with pytest.raises(CancelledError):
        work()
    assert watched.blobs == {"heatmap:Q1": b"Q1"}


def test_pictures_that_are_drawn_at_once_are_those_that_are_drawn_one_by_one(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ranking_pictures, "draw_heatmap", draw_heatmap)
    monkeypatch.setattr(ranking_pictures, "usable_cores", lambda: 4)
    rankings = [ranking(f"Q{number}") for number in range(1, 13)]
    with PictureDrawer(request(12), watched.context) as pictures:
        for each in rankings:
            pictures.draw(each)
        pictures.finish(rankings)
    alone = [question_picture(request(12), each) for each in rankings]
    assert list(watched.blobs.values()) == [*alone, overview_picture(request(12), rankings)]


def test_pictures_come_in_the_order_of_their_questions(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    def draw(*_values: object, title: str, **_options: object) -> bytes:
        time.sleep(0.05 if title.startswith("Q1") else 0)  # the first one takes longest
        return b"png"

    monkeypatch.setattr(ranking_pictures, "draw_heatmap", draw)
    rankings = [ranking(f"Q{number}") for number in range(1, 5)]
    with PictureDrawer(request(4), watched.context) as pictures:
        for each in rankings:
            pictures.draw(each)
        pictures.finish(rankings)
    assert list(watched.blobs) == [*(f"heatmap:Q{n}" for n in range(1, 5)), OVERVIEW_BLOB]


def test_characters_without_a_font_are_named(machine_fonts):
    machine_fonts(japanese=False)
    said = signs_without_font(request(povs=("視点 📈 of it", "b", "c")), [ranking()])
    assert "these characters are boxes" in said
    assert "視 点 📈." in said
    assert signs_without_font(request(), [ranking()]) == ""
    words = PictureWords(overview="全質問")
    in_japanese = request().model_copy(update={"picture_words": words})
    assert "全 質 問." in signs_without_font(in_japanese, [ranking()])


def test_of_many_characters_without_a_font_the_first_are_named(machine_fonts):
    machine_fonts(japanese=False)
    povs = ("赤いやかんの", "視点は誰のもの", "見るか")
    said = signs_without_font(request(povs=povs), [ranking()])
    assert "誰 も 見 and others." in said


def test_a_ranking_on_a_machine_without_the_font_is_no_error_but_a_remark(
    rank_request: RankRequest, watched: Watched, machine_fonts
):
    machine_fonts(japanese=False)
    povs = (PointOfView(pov_id="P4", text="やかん"), *rank_request.povs)
    asked = rank_request.model_copy(update={"povs": povs})
    assert any("boxes" in remark for remark in rank(asked, watched.context).remarks)
    unseen = asked.model_copy(update={"heatmaps": 0})
    assert not any("boxes" in remark for remark in rank(unseen, watched.context).remarks)
