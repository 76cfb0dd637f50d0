"""Charts as text: title, axes, and a line for each category with its values."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from worker.documents.office.shown_values import shown

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from openpyxl import Workbook

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
#: Waterfalls, treemaps, funnels and other charts that came with Office 2016.
_CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
_CATEGORIES = ("cat", "xVal")
_VALUES = ("val", "yVal")


@dataclass
class _Series:
    """Values under a name, each with its category; both by their place in the series."""

    name: str
    categories: dict[int, str] = field(default_factory=dict)
    values: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChartText:
    """A chart in words; without `rows` it holds no values."""

    heading: str
    rows: tuple[str, ...]


def chart_text(chart: Element, workbook: bytes | None = None) -> ChartText:
    """Return what a chart shows.

    :param chart: the root of a chart's part.
    :param workbook: the file it was drawn from, for values that the chart does not hold itself.
    """
    if chart.tag == f"{_CX}chartSpace":
        return ChartText(_heading(chart, _CX), tuple(_rows(list(_new_series(chart)))))
    series = [_series(each, None) for each in chart.iter(f"{_C}ser")]
    if workbook and not any(each.values for each in series):
        book = _opened(workbook)
        series = [_series(each, book) for each in chart.iter(f"{_C}ser")]
    return ChartText(_heading(chart, _C), tuple(_rows(series)))


def _heading(chart: Element, space: str) -> str:
    """Return "Chart: title (names of its axes)", as far as they are there."""
    titles = [_words(title) for title in chart.iter(f"{space}title")]
    of_chart = _words(chart.find(f"{space}chart/{space}title"))
    axes = titles[1:] if of_chart else titles
    told = "; ".join(filter(None, axes))
    return (f"Chart: {of_chart}" if of_chart else "Chart") + (f" ({told})" if told else "")


def _words(title: Element | None) -> str:
    """Return the words of a title, which are written there or come from a cell."""
    if title is None:
        return ""
    paragraphs = ["".join(t.text or "" for t in p.iter(f"{_A}t")) for p in title.iter(f"{_A}p")]
    cell = title.find(f"{_C}tx/{_C}strRef/{_C}strCache/{_C}pt/{_C}v")
    written = " ".join(" ".join(paragraphs).split())
    return written or (cell.text or "" if cell is not None else "")


def _rows(series: list[_Series]) -> Iterator[str]:
    """Yield "category; series: value; series: value" for each category."""
    rows: dict[tuple[int, str], list[str]] = {}
    for each in series:
        for place, value in each.values.items():
            named = f"{each.name}: {value}" if each.name else value
            rows.setdefault((place, each.categories.get(place, "")), []).append(named)
    for (_, category), values in sorted(rows.items(), key=lambda row: row[0][0]):
        yield "; ".join(filter(None, [category, *values]))


def _series(element: Element, book: Workbook | None) -> _Series:
    name = element.find(f"{_C}tx")
    found = _Series(" ".join(_points(name, book).values()) if name is not None else "")
    for child in element:
        kind = child.tag.removeprefix(_C) if isinstance(child.tag, str) else ""
        if kind in _CATEGORIES:
            found.categories = _points(child, book)
        elif kind in _VALUES:
            found.values = _points(child, book)
        elif kind == "bubbleSize":
            for place, size in _points(child, book).items():
                found.values[place] = f"{found.values.get(place, '')} (size {size})".strip()
    for place, label in _labels(element).items():
        found.values[place] = f"{found.values.get(place, '')} ({label})".strip()
    return found


def _labels(series: Element) -> dict[int, str]:
    """Return what somebody has written beside points, by their place."""
    labels = {}
    for label in series.iterfind(f"{_C}dLbls/{_C}dLbl"):
        place, words = label.find(f"{_C}idx"), _words(label.find(f"{_C}tx"))
        if words and place is not None:
            labels[_place(place, 0, "val")] = words
    return labels


def _points(source: Element, book: Workbook | None) -> dict[int, str]:
    """Return texts or numbers by their place, from the chart or else from the cells behind it."""
    levels = [_level(level) for level in source.iter(f"{_C}lvl")]
    if levels:
        return _joined(levels)
    direct = source.findtext(f"{_C}v")
    if direct is not None:
        return {0: direct}
    cached = next((c for c in source.iter() if c.find(f"{_C}pt") is not None), None)
    if cached is not None:
        return _level(cached)
    formula = next(source.iter(f"{_C}f"), None)
    return _cells(formula.text or "", book) if formula is not None and book is not None else {}


def _level(cache: Element) -> dict[int, str]:
    usual = cache.findtext(f"{_C}formatCode") or ""
    numeric = cache.tag in (f"{_C}numCache", f"{_C}numLit")
    points = {}
    for position, point in enumerate(cache.iterchildren(f"{_C}pt")):
        text = point.findtext(f"{_C}v") or ""
        value = _number(text, point.get("formatCode") or usual) if numeric else text
        points[_place(point, position)] = " ".join(value.split())
    return points


def _place(point: Element, position: int, key: str = "idx") -> int:
    """Return the place that a point says it has, or else the one where it stands."""
    told = point.get(key, "")
    return int(told) if told.isdecimal() else position


def _joined(levels: list[dict[int, str]]) -> dict[int, str]:
    """Put the outer names, each of which stands for all that follow, before the inner ones."""
    inner, *outer = levels
    names = dict(inner)
    for level in outer:
        current = ""
        for place in sorted(names):
            current = level.get(place, current)
            names[place] = f"{current} {names[place]}".strip()
    return names


def _number(text: str, number_format: str) -> str:
    from openpyxl.styles.numbers import is_date_format
    from openpyxl.utils.datetime import from_excel

    try:
        value = float(text)
        if is_date_format(number_format):
            return shown(from_excel(value), "")
    except (ValueError, OverflowError):  # "#N/A", or a date before all calendars
        return text
    return shown(value, number_format)


def _new_series(chart: Element) -> Iterator[_Series]:
    """Yield the series of a chart of a newer kind, whose data stand apart from them."""
    data = {each.get("id"): each for each in chart.iter(f"{_CX}data")}
    for element in chart.iter(f"{_CX}series"):
        name = element.findtext(f"{_CX}tx/{_CX}txData/{_CX}v") or ""
        reference = element.find(f"{_CX}dataId")
        source = data.get(reference.get("val") if reference is not None else None)
        if source is not None:
            texts = [_new_level(each) for each in source.iterfind(f"{_CX}strDim/{_CX}lvl")]
            numbers = source.find(f"{_CX}numDim/{_CX}lvl")
            values = _new_level(numbers) if numbers is not None else {}
            yield _Series(name, _joined(texts) if texts else {}, values)


def _new_level(level: Element) -> dict[int, str]:
    number_format = level.get("formatCode")
    points = {}
    for position, point in enumerate(level.iterchildren(f"{_CX}pt")):
        text = point.text or ""
        shown_text = text if number_format is None else _number(text, number_format)
        points[_place(point, position)] = " ".join(shown_text.split())
    return points


def _opened(workbook: bytes) -> Workbook | None:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that are not about values
            return load_workbook(BytesIO(workbook), data_only=True)
    except MemoryError:
        raise
    except Exception:  # the library has many kinds; the chart then says that it holds no values
        return None


def _cells(formula: str, book: Workbook) -> dict[int, str]:
    """Return the cells that a formula such as Sheet1!$B$2:$B$5 names."""
    sheet, _, area = formula.rpartition("!")
    sheet = sheet.strip("'").replace("''", "'")
    if sheet not in book.sheetnames:
        return {}
    try:
        found = book[sheet][area.replace("$", "")]
    except ValueError:  # a name, or several areas
        return {}
    rows = found if isinstance(found, tuple) else ((found,),)
    cells = [cell for row in rows for cell in (row if isinstance(row, tuple) else (row,))]
    return {
        place: shown(cell.value, cell.number_format)
        for place, cell in enumerate(cells)
        if cell.value is not None
    }
