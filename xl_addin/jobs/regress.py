"""The regress job: how much of ratings texts explain, and which taste that speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from worker.contract import (
    REGRESS,
    FeatureWeight,
    ItemPrediction,
    RegressionVerdict,
    RegressRequest,
    TablePlace,
    ViewProjection,
)
from worker.errors import SettingError
from worker.typed_path import typed_path
from xl_addin.jobs.base import (
    Asked,
    ExcelJob,
    Inputs,
    Landing,
    Summary,
    SummaryTable,
    embedder_name,
    new_run_id,
)
from xl_addin.jobs.button import Button
from xl_addin.jobs.run import Run
from xl_addin.sheets.inputs import read_povs
from xl_addin.sheets.regression import REGRESSION, regression_content, regression_pictures
from xl_addin.sheets.settings import filling
from xl_addin.sheets.settings.index import EMBEDDER, LONG_PASSAGES
from xl_addin.sheets.settings.regress import ITEMS, RATINGS, USERS
from xl_addin.shipped_files import templates_folder
from xl_addin.workbook.port import Row

_TABLES = (RATINGS, USERS, ITEMS)
#: What stands behind a file's name and before that of a sheet in it.
_SHEET_SIGN = "#"
_TOLD = 5  # rows of a part on the terminal


def ask(inputs: Inputs) -> Asked[RegressRequest]:
    """Ask for the tables that the options name; for the shipped sample if they name none.

    :raises WorkbookError: if the points of view cannot be read.
    :raises SettingError: if some tables are named and others are not.
    """
    povs, unseen = read_povs(inputs.povs)
    ratings, users, items = _tables(inputs)
    request = RegressRequest(
        run_id=new_run_id(),
        embedder=embedder_name(inputs.options, inputs.machine),
        ratings=ratings,
        users=users,
        items=items,
        povs=povs,
        **inputs.options.fields(RegressRequest),
    )
    return Asked(request, unseen)


def _tables(inputs: Inputs) -> list[TablePlace]:
    named = [inputs.options[setting] for setting in _TABLES]
    if not any(named):
        folder = templates_folder() / "sample_ratings"
        return [TablePlace(file=str(folder / f"{n}.csv")) for n in ("ratings", "users", "items")]
    for setting, name in zip(_TABLES, named, strict=True):
        if not name:
            raise SettingError(
                f"No table of {setting.name.lower()} is named.",
                "Ratings are joined with the users who gave them and the items that have texts.",
                f"Name it as '{setting.name}' on the Settings sheet, or with {setting.flag}; leave "
                "all three empty for the sample.",
            )
    return [_place(name, inputs.path) for name in named]


def _place(name: str, book: Path) -> TablePlace:
    """Return the file of that name, a sheet in it (`FILE.xlsx#SHEET`), or a sheet of the workbook.

    A relative path counts from the workbook's folder.
    """
    folder = book.absolute().parent
    whole = typed_path(name, folder)
    if whole.exists():
        return TablePlace(file=str(whole))
    file, sign, sheet = name.rpartition(_SHEET_SIGN)
    if sign and (found := typed_path(file, folder)).exists():
        return TablePlace(file=str(found), sheet=sheet)
    if whole.suffix or not book.is_file():
        return TablePlace(file=str(whole))
    return TablePlace(file=str(book.absolute()), sheet=whole.name)


def land(landing: Landing[RegressRequest]) -> Sequence[Row]:
    """Fill Regression with rows, and with the pictures below them."""
    book, run = landing.book, landing.run
    verdict = next(iter(run.rows(RegressionVerdict)), None)
    if verdict is None:
        return ()
    views = run.rows(ViewProjection)
    content = regression_content(verdict, run.rows(FeatureWeight), views, run.rows(ItemPrediction))
    book.put_pictures(REGRESSION.sheet, [])  # the rows may need their place
    lost = book.write_table(content)
    book.put_pictures(REGRESSION.sheet, regression_pictures(verdict, views, run.blobs))
    return lost


def summary(run: Run) -> Iterator[Summary]:
    """Show the verdict, the features and the points of view that lead."""
    for verdict in run.rows(RegressionVerdict):
        yield from verdict.words
    features = run.rows(FeatureWeight)
    if features:
        yield SummaryTable(
            "Features",
            ("Rank", "Feature", "Coefficient", "Correlation"),
            [(row.rank, row.feature, row.coefficient, row.correlation) for row in features],
        )
    views = run.rows(ViewProjection)[:_TOLD]
    if views:
        yield SummaryTable(
            "Points of view",
            ("Rank", "POV", "Cosine", "By chance", "p", "In words"),
            [
                (
                    row.rank,
                    row.pov_id,
                    row.cosine,
                    f"{row.chance_low:+.2f} to {row.chance_high:+.2f}",
                    row.p,
                    row.text,
                )
                for row in views
            ],
        )


JOB = ExcelJob(
    REGRESS,
    ask,
    land,
    sheets=(REGRESSION,),
    about="Say how much of ratings the texts of items explain, and which taste that speaks of. "
    "Without tables it takes the sample.",
    summary=summary,
    flags=(*_TABLES, *filling(RegressRequest), EMBEDDER, LONG_PASSAGES),
    plain_files=True,
    fresh_book=True,
    button=Button(
        "bonsaiRegress",
        "Regress",
        "regress",
        "ChartTypeXYScatterInsertGallery",
        "Explain ratings by texts",
        "Joins the ratings, users and items that Settings names (a sample if it names none). Fills "
        "Regression: what texts explain, what chance would give, and which points of view it "
        "speaks of.",
        "G",
        blocked_while_running=True,
    ),
)
