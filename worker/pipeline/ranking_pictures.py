"""Pictures of a ranking: one of each question's passages, and one of all questions."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from worker.contract import (
    ON_COSINES,
    OVERVIEW_BLOB,
    PointOfView,
    PovMatrix,
    QuestionRanking,
    RankedChunk,
    RankRequest,
    heatmap_blob,
)
from worker.machine_share import usable_cores
from worker.picture_fonts import lacking
from worker.picture_text import shorten, shorten_inside
from worker.pipeline.job_context import JobContext
from worker.scoring.heatmap import CONTRAST, COSINE, draw_heatmap

#: What can still be read in a picture.
_DRAWN_PASSAGES, _DRAWN_POVS, _DRAWN_QUESTIONS = 50, 60, 200
_SOURCE, _POV, _QUESTION, _TITLE = 34, 30, 44, 300  # widths of labels, in Latin characters
_NAMED = 12  # characters that no font has
_FOLDERS = re.compile(r".*[\\/]")


class PictureDrawer:
    """Draws pictures beside the work that makes their rows, on as many cores as there are.

    A picture is handed over as soon as it is done, and those before it are. Where the work ends
    early, pictures that nobody has begun to draw are left out.
    """

    def __init__(self, request: RankRequest, context: JobContext) -> None:
        self._request, self._context = request, context
        self._pool = ThreadPoolExecutor(usable_cores(), thread_name_prefix="picture")
        self._left: deque[tuple[str, Future[bytes]]] = deque()

    def __enter__(self) -> PictureDrawer:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._hand_over_done()

    def draw(self, ranking: QuestionRanking) -> None:
        """Begin the picture of a question."""
        self._begin(heatmap_blob(ranking.qid), partial(question_picture, self._request, ranking))
        self._hand_over_done()

    def finish(self, rankings: Sequence[QuestionRanking]) -> None:
        """Draw the picture of all questions, if there are several, and hand over what is left.

        :raises CancelledError: if the user has asked to stop.
        """
        if len(rankings) > 1:
            self._begin(OVERVIEW_BLOB, partial(overview_picture, self._request, rankings))
        for done in range(of := len(self._left)):
            self._context.progress("Drawing", done, of)
            self._hand_over()

    def _begin(self, name: str, draw: Callable[[], bytes]) -> None:
        self._left.append((name, self._pool.submit(draw)))

    def _hand_over_done(self) -> None:
        while self._left and self._left[0][1].done() and not self._left[0][1].cancelled():
            self._hand_over()

    def _hand_over(self) -> None:
        name, picture = self._left.popleft()
        self._context.put_blob(name, picture.result())


def question_picture(request: RankRequest, ranking: QuestionRanking) -> bytes:
    """Return the picture of a ranking: cosines, or contrast values, as the score looks at.

    Of many passages it shows the first, of many points of view those that are touched most.
    """
    passages = ranking.rows[:_DRAWN_PASSAGES]
    return _picture(
        request,
        ranking.matrix.pov_ids,
        _values(request, ranking.matrix)[: len(passages)],
        [_passage_label(row) for row in passages],
        f"{_question_label(ranking, _TITLE)}\n{shorten(request.picture_words.question, _TITLE)}",
    )


def overview_picture(request: RankRequest, rankings: Sequence[QuestionRanking]) -> bytes:
    """Return the picture of questions by points of view: how strong the strongest passage is."""
    drawn, words = rankings[:_DRAWN_QUESTIONS], request.picture_words
    some = f" (1-{len(drawn)} / {len(rankings)})" if len(drawn) < len(rankings) else ""
    return _picture(
        request,
        drawn[0].matrix.pov_ids,
        np.array([_values(request, ranking.matrix).max(axis=0) for ranking in drawn]),
        [_question_label(ranking, _QUESTION) for ranking in drawn],
        f"{shorten(words.overview, _TITLE)}{some}\n{shorten(words.cell, _TITLE)}",
    )


def signs_without_font(request: RankRequest, rankings: Sequence[QuestionRanking]) -> str:
    """Return a sentence on the characters that are boxes in pictures; empty if there are none."""
    labels = [_question_label(ranking, _TITLE) for ranking in rankings]
    labels += [_passage_label(row) for ranking in rankings for row in ranking.rows]
    labels += [_pov_label(pov) for pov in request.povs]
    labels += dict(request.picture_words).values()
    signs = lacking("".join(labels)) if rankings else ""
    if not signs:
        return ""
    more = " and others" if len(signs) > _NAMED else ""
    return (
        f"In heatmaps these characters are boxes, as no font of the machine that draws them has "
        f"them: {' '.join(signs[:_NAMED])}{more}. A font of the Noto family has them: install one "
        "there, and run again."
    )


def _values(request: RankRequest, matrix: PovMatrix) -> NDArray[np.float64]:
    return np.array(matrix.cosine if request.score in ON_COSINES else matrix.contrast)


def _question_label(ranking: QuestionRanking, width: int) -> str:
    return shorten(f"{ranking.qid} {ranking.question}", width)


def _pov_label(pov: PointOfView) -> str:
    return shorten(f"{pov.pov_id} {pov.text}", _POV)


def _passage_label(row: RankedChunk) -> str:
    name = shorten_inside(_FOLDERS.sub("", row.source), _SOURCE)
    return f"{row.rank}. {name} {f'p. {row.page}' if row.page else f'@{row.start}'}"


def _picture(
    request: RankRequest,
    pov_ids: Sequence[str],
    values: NDArray[np.float64],
    row_labels: Sequence[str],
    title: str,
) -> bytes:
    povs = np.sort(np.argsort(-values.max(axis=0), kind="stable")[:_DRAWN_POVS])
    labels = {pov.pov_id: _pov_label(pov) for pov in request.povs}
    named = [labels[pov_ids[pov]] for pov in povs]
    palette = COSINE if request.score in ON_COSINES else CONTRAST
    return draw_heatmap(values[:, povs], row_labels, named, title=title, palette=palette)
