"""The Heatmap sheet: one picture of all questions, and one for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from worker.contract import OVERVIEW_BLOB, QuestionRanking, heatmap_blob
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.port import Picture

#: The name of the picture of all questions, by which it is found again.
OVERVIEW_NAME = "bonsai overview"

_ALT_TEXT_LENGTH = 200


@dataclass(frozen=True)
class PictureSheet:
    """A sheet of pictures, without a table."""

    sheet: str
    note: str


HEATMAP = PictureSheet(
    "Heatmap",
    "All questions by points of view; then one picture for each question, for as many as the "
    "setting 'Heatmaps for the first' says: passages down, points of view across, in final order.",
)


def heatmap_pictures(
    rankings: Sequence[QuestionRanking], blobs: Mapping[str, bytes]
) -> list[Picture]:
    """Return the picture of all questions, and of each that has one.

    The last says how many more have none.
    """
    pictures = [
        Picture(
            name=heatmap_name(ranking.qid),
            png=blobs[heatmap_blob(ranking.qid)],
            alt_text=_alt_text(ranking),
            caption=f"{ranking.qid}  {ranking.question}",
        )
        for ranking in rankings
        if heatmap_blob(ranking.qid) in blobs
    ]
    if pictures and (others := len(rankings) - len(pictures)):
        more = f"({others} more questions on Ranked have no picture)"
        pictures[-1] = replace(pictures[-1], caption=f"{pictures[-1].caption}  {more}")
    return [*_overview(rankings, blobs), *pictures]


def _overview(rankings: Sequence[QuestionRanking], blobs: Mapping[str, bytes]) -> Iterator[Picture]:
    if OVERVIEW_BLOB in blobs:
        povs = len(rankings[0].matrix.pov_ids)
        yield Picture(
            name=OVERVIEW_NAME,
            png=blobs[OVERVIEW_BLOB],
            alt_text=f"Heatmap of {len(rankings)} questions by {povs} points of view: how "
            "strongly the passages of each question touch each point of view at most",
            caption="All questions against points of view",
        )


def heatmap_name(qid: str) -> str:
    """Return the name of a question's picture, by which it is found again."""
    return f"bonsai heatmap {qid}"


def _alt_text(ranking: QuestionRanking) -> str:
    return shortened(
        f"Heatmap of {len(ranking.rows)} passages by {len(ranking.matrix.pov_ids)} points of "
        f"view for question {ranking.qid}: {ranking.question}",
        _ALT_TEXT_LENGTH,
    )
