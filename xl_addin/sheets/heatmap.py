"""The Heatmap sheet: one picture for each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
    "One picture for each question, for as many as the setting 'Heatmaps for the first' says: "
    "passages down, points of view across, in final order.",
)


def heatmap_pictures(
    rankings: Sequence[QuestionRanking], blobs: Mapping[str, bytes]
) -> list[Picture]:
    """Return the heatmap of each question that has one; the last says how many have none."""
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
        more = f"(the last picture; {others} more on Ranked have none, as the settings say)"
        pictures[-1] = replace(pictures[-1], caption=f"{pictures[-1].caption}  {more}")
    return pictures


def heatmap_name(qid: str) -> str:
    """Return the name of a question's picture, by which it is found again."""
    return f"bonsai heatmap {qid}"


def _alt_text(ranking: QuestionRanking) -> str:
    return shortened(
        f"Heatmap of {len(ranking.rows)} passages by {len(ranking.matrix.pov_ids)} points of "
        f"view for question {ranking.qid}: {ranking.question}",
        _ALT_TEXT_LENGTH,
    )
