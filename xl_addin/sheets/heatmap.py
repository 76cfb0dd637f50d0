"""The Heatmap sheet: one picture for each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worker.contract import QuestionRanking, heatmap_blob
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.port import Picture

_ALT_TEXT_LENGTH = 200


@dataclass(frozen=True)
class PictureSheet:
    """A sheet of pictures, without a table."""

    sheet: str
    note: str


HEATMAP = PictureSheet(
    "Heatmap",
    "One picture for each question: passages down, points of view across, in final order.",
)


def heatmap_pictures(
    rankings: Sequence[QuestionRanking], blobs: Mapping[str, bytes]
) -> list[Picture]:
    """Return the heatmap of each question that has one."""
    return [
        Picture(
            name=f"bonsai heatmap {ranking.qid}",
            png=blobs[heatmap_blob(ranking.qid)],
            alt_text=_alt_text(ranking),
            caption=f"{ranking.qid}  {ranking.question}",
        )
        for ranking in rankings
        if heatmap_blob(ranking.qid) in blobs
    ]


def _alt_text(ranking: QuestionRanking) -> str:
    return shortened(
        f"Heatmap of {len(ranking.rows)} passages by {len(ranking.matrix.pov_ids)} points of "
        f"view for question {ranking.qid}: {ranking.question}",
        _ALT_TEXT_LENGTH,
    )
