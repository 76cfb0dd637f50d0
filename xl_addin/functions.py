"""The worksheet functions, as their macros call them: values are looked up, no job is ever started.

A column of formulas comes cell by cell. So its macro asks for what is `known` first, and where
that is nothing it asks again and hands over the texts of the whole `column`: one request for all.

The functions themselves, with their help, are written in VBA from the table in
`xl_addin.template.worksheet_functions`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import ParamSpec, get_type_hints

import xlwings as xw

from worker.contract import PointOfView
from worker.queueing.scores.formula_scores import FormulaScores, TextScore
from worker.settings import load_settings
from xl_addin.desk.function_arguments import (
    NOT_KNOWN,
    Cells,
    column_argument,
    for_excel,
    mode_argument,
    pov_argument,
    same_shape,
    text_argument,
    top_argument,
)

P = ParamSpec("P")


def worksheet_function(function: Callable[P, Cells]) -> Callable[P, Cells]:
    """Let Excel call a function: cells come as rows, whatever their shape, errors as their text.

    Each argument and the result name the converter. Where none is named, xlwings for Windows takes
    the type hint for one, finds that it has none of this name, and every cell is #N/A.
    """
    called: Callable[P, Cells] = xw.ret(convert="default")(for_excel(function))
    for name, hint in get_type_hints(function).items():
        if name != "return":
            shape = {"ndim": 2} if hint in (Cells, Cells | None) else {}
            called = xw.arg(name, convert="default", err_to_str=True, **shape)(called)
    return called


@lru_cache(maxsize=1)
def formula_scores() -> FormulaScores:
    """Return this process's one way to scores."""
    return FormulaScores(load_settings())


@worksheet_function
def sexyscore(text: Cells, povs: Cells, mode: object = None, column: Cells | None = None) -> Cells:
    """Return how strongly each text touches the points of view."""
    arguments = text_argument(text), pov_argument(povs), mode_argument(mode)
    return _numbers(text, formula_scores().scores(*arguments, column_argument(column)))


@worksheet_function
def known_sexyscore(text: Cells, povs: Cells, mode: object = None) -> Cells:
    """Return the same where it takes no request, else `NOT_KNOWN` in a cell."""
    found = formula_scores().known(text_argument(text), pov_argument(povs), mode_argument(mode))
    return [[NOT_KNOWN]] if found is None else _numbers(text, found)


@worksheet_function
def bonsai_similarity(first: Cells, second: Cells) -> Cells:
    """Return the cosine of each text of the first range with each of the second."""
    povs = pov_argument([[text] for text in text_argument(second)])
    found = formula_scores().scores(text_argument(first), povs, "classic")
    return [list(score.cosine) for score in found]


@worksheet_function
def bonsai_toppov(text: Cells, povs: Cells, n: object = None, column: Cells | None = None) -> Cells:
    """Return the ids of the points of view that each text touches most, strongest first."""
    views, count, others = pov_argument(povs), top_argument(n), column_argument(column)
    found = formula_scores().scores(text_argument(text), views, "contrast", others)
    return _names(text, found, views, count)


@worksheet_function
def known_bonsai_toppov(text: Cells, povs: Cells, n: object = None) -> Cells:
    """Return the same where it takes no request, else `NOT_KNOWN` in a cell."""
    views, count = pov_argument(povs), top_argument(n)
    found = formula_scores().known(text_argument(text), views, "contrast")
    return [[NOT_KNOWN]] if found is None else _names(text, found, views, count)


def _numbers(text: Cells, scores: Sequence[TextScore]) -> Cells:
    return same_shape(text, [score.score for score in scores])


def _names(
    text: Cells, scores: Sequence[TextScore], povs: Sequence[PointOfView], count: int
) -> Cells:
    return same_shape(text, [_strongest(score, povs, count) for score in scores])


def _strongest(score: TextScore, povs: Sequence[PointOfView], count: int) -> str:
    def touch(index: int) -> tuple[float, float]:
        """Go by the part of the score, as Ranked does; by contrast where there is none."""
        weight, contrast = povs[index].weight, score.contrast[index]
        return weight * max(contrast, 0) ** 4, weight * contrast

    order = sorted(range(len(povs)), key=touch, reverse=True)
    return ", ".join(povs[index].pov_id for index in order[:count])
