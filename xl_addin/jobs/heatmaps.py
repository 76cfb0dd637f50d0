"""Pictures of a ranking on their way into a workbook that may keep older ones."""

from __future__ import annotations

from collections.abc import Sequence

from worker.contract import QuestionRanking, RankRequest
from xl_addin.jobs.run import Run
from xl_addin.sheets.changes import find_changes
from xl_addin.sheets.heatmap import HEATMAP, OVERVIEW_NAME, heatmap_name, heatmap_pictures
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.port import Row, WorkbookPort


def land_heatmaps(
    book: WorkbookPort, request: RankRequest, run: Run, before: Sequence[Row] | None
) -> list[str]:
    """Show the pictures of a run whose rows stand on Ranked; return what to say of it.

    An older picture stays where its passages are as they were. That of all questions is of a run
    that was for all.

    :param before: what stood on Ranked, if other questions are left there; None if none are.
    """
    rankings = run.rows(QuestionRanking)
    pictures = heatmap_pictures(rankings, run.blobs)
    if before is None:
        book.put_pictures(HEATMAP.sheet, pictures)
        return []
    now = book.read_table(RANKED).rows
    changed = {change.qid for change in find_changes(before, now)}
    shown = {str(row.values["QID"]).strip() for row in now}
    is_of_all = shown <= {ranking.qid for ranking in rankings}
    keep = {heatmap_name(qid) for qid in shown - changed}
    if not changed:
        keep.add(OVERVIEW_NAME)
    some = [picture for picture in pictures if is_of_all or picture.name != OVERVIEW_NAME]
    book.put_pictures(HEATMAP.sheet, some, keep=keep)
    if is_of_all or not changed or not request.heatmaps:
        return []
    return ["Heatmap shows no picture of all questions: rank all of them for it."]
