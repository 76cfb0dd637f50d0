"""The pictures: whole PNGs of a readable size, whatever the labels."""

import io

import numpy as np
import pytest
from PIL import Image

from worker.contract.pictures import check_png
from worker.regression.pictures import (
    JITTER,
    MOST_POINTS,
    Panel,
    draw_projection,
    draw_scatter_grid,
    drawn_by_lot,
    jittered,
)
from worker.regression.projection import Projection


def projection(count: int) -> Projection:
    chance = np.random.default_rng(0)
    cosine = chance.normal(scale=0.1, size=count)
    band = np.full(count, 0.12)
    return Projection(cosine, -band, band, cosine / 0.06, np.where(np.abs(cosine) > 0.12, 0.01, 1))


def panels(count: int) -> list[Panel]:
    chance = np.random.default_rng(1)
    return [
        Panel(f"overview_{n} by 0.0971", chance.normal(size=80), chance.normal(size=80))
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 6])
def test_a_grid_of_scatter_plots_is_a_whole_picture(count: int):
    png = draw_scatter_grid(panels(count), title="Leading dimensions", across="value", up="rating")
    check_png("grid", png)
    assert Image.open(io.BytesIO(png)).width > 1000


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("label", ["港に雨が降る", "📈 costs $5 to $6", "\x1b[31m वृद्धि", ""])
def test_no_library_warns_of_a_label(label: str):
    check_png("view", draw_projection([label] * 3, projection(3), title=label, across=label))
    check_png("grid", draw_scatter_grid([Panel(label, np.zeros(3), np.zeros(3))], title=label,
                                        across=label, up=label))  # fmt: skip


@pytest.mark.parametrize("count", [1, 23, 60])
def test_each_point_of_view_has_room_for_its_name(count: int):
    png = draw_projection(["P"] * count, projection(count), title="t", across="cosine")
    assert Image.open(io.BytesIO(png)).height > count * 25


def test_the_same_numbers_give_the_same_picture():
    one, other = (
        draw_projection(["P1", "P2"], projection(2), title="t", across="c") for _ in range(2)
    )
    assert one == other


def test_of_very_many_points_some_are_drawn_by_lot():
    chance = np.random.default_rng(0)
    assert drawn_by_lot(10, chance).tolist() == list(range(10))
    places = drawn_by_lot(1_000_000, chance)
    assert len(set(places)) == MOST_POINTS
    moved = jittered(np.zeros(100), chance)
    assert 0 < np.abs(moved).max() <= JITTER
