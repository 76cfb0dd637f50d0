"""The job of the button Score selection: each selected text gets its score beside it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from worker.contract import SCORE, PointOfView, ScoreRequest, ScoreResult, check_weights
from worker.errors import InputError
from worker.pov_statistics import KeptStatistics, score_statistics
from worker.settings import Settings
from xl_addin.jobs.base import Asked, ExcelJob, Inputs, Landing, embedder_name, new_run_id
from xl_addin.jobs.button import Button
from xl_addin.sheets.inputs import read_povs
from xl_addin.sheets.options import Options
from xl_addin.sheets.settings.rank import SCORE as SCORE_MODE
from xl_addin.sheets.settings.rank import SCORER
from xl_addin.workbook.cell_kinds import is_error
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.port import CellValue, Row


def score_request(
    options: Options, machine: Settings, texts: Sequence[str], povs: Sequence[PointOfView]
) -> ScoreRequest:
    """Return the request to score texts by the model that scores in a ranking.

    :raises CollectionError: if contrast is asked for and nothing was ranked by these points of
        view yet.
    """
    embedder, mode = options[SCORER] or embedder_name(options, machine), options[SCORE_MODE]
    sentences = [pov.text for pov in povs]
    with closing(KeptStatistics(machine.statistics)) as kept:
        statistics = score_statistics(kept, embedder, sentences, mode)
    return ScoreRequest(
        run_id=new_run_id(),
        embedder=embedder,
        texts=tuple(texts),
        povs=tuple(povs),
        score=mode,
        statistics=statistics,
    )


def ask(inputs: Inputs) -> Asked[ScoreRequest]:
    """Ask for the texts of the selected cells.

    :raises InputError: if the cells are more than one column, or one is empty or an error; or if
        all weights are 0.
    :raises CollectionError: if contrast is asked for and nothing was ranked by these points of
        view yet.
    """
    place, cells = inputs.selection()
    povs, unseen = read_povs(inputs.povs)
    check_weights(povs)
    request = score_request(inputs.options, inputs.machine, _one_column(cells), povs)
    return Asked(request, unseen, place)


def _one_column(cells: Sequence[Sequence[CellValue]]) -> list[str]:
    values = [row[0] for row in cells if not is_error(row[0])]
    texts = [clean_text(str(value)).strip() for value in values if value is not None]
    if any(len(row) != 1 for row in cells) or len(texts) != len(cells) or not all(texts or [""]):
        raise InputError(
            "The selected cells cannot be scored.",
            "One column of cells that all hold text, and no error, is needed.",
            "Select such cells and press the button again.",
        )
    return texts


def land(landing: Landing[ScoreRequest]) -> Sequence[Row]:
    """Write the scores right of the cells."""
    if result := landing.run.result_as(ScoreResult):
        landing.write_beside(landing.place, [[score] for score in result.scores])
    return ()


JOB = ExcelJob(
    SCORE,
    ask,
    land,
    button=Button(
        "bonsaiScoreSelection",
        "Score selection",
        "score_selection",
        "FunctionWizard",
        "Score the selected texts",
        "Writes the SEXY score of each selected cell beside it, as a plain value. "
        "On macOS this stands in for the formula SEXYSCORE.",
        "S",
    ),
)
