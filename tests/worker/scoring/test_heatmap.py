import io

import numpy as np
import pytest
from PIL import Image

from worker.scoring.heatmap import CONTRAST, COSINE, draw_heatmap


def drawn(rows: int, columns: int, palette=COSINE, label: str = "passage") -> Image.Image:
    values = np.random.default_rng(0).uniform(-1, 1, (rows, columns))
    png = draw_heatmap(
        values,
        [f"{label} {row}" for row in range(rows)],
        [f"{label} {column}" for column in range(columns)],
        title="Can BRICS become a counterweight?\nRAG documents against points of view",
        palette=palette,
    )
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (10, 23), (50, 60)])
def test_each_cell_has_room_for_its_number(rows: int, columns: int):
    image = drawn(rows, columns)
    assert image.width > columns * 40, "a printed value such as -0.12 is about 30 pixels wide"
    assert image.height > rows * 28, "and 10 pixels high"


def test_contrast_is_blue_below_zero_and_red_above():
    values = np.array([[-3.0, 0.0, 3.0]])
    png = draw_heatmap(values, ["chunk"], ["a", "b", "c"], title="", palette=CONTRAST)
    colours = Image.open(io.BytesIO(png)).convert("RGB").getcolors(1 << 24)
    strong = [(count, rgb) for count, rgb in colours if max(rgb) - min(rgb) > 90 and count > 500]
    assert any(blue > red for _, (red, _, blue) in strong)
    assert any(red > blue for _, (red, _, blue) in strong)


def test_zero_is_neutral_however_far_the_values_go_to_one_side():
    assert CONTRAST.ends(np.array([[-1.0, 4.0]])) == (-4.0, 4.0)
    assert COSINE.ends(np.array([[-1.0, 4.0]])) == (-1.0, 4.0)


def test_the_same_values_give_the_same_picture():
    assert drawn(3, 4).tobytes() == drawn(3, 4).tobytes()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "label",
    [
        "赤いやかんの視点",
        "📈 growth 🎉",
        "성장",
        "นโยบาย",
        "\x1b[31m \x9b \ue000",
        "वृद्धि 👩\u200d💻",
    ],
)
def test_no_library_warns_of_a_label_whatever_its_characters(label: str):
    drawn(2, 2, label=label)
    draw_heatmap(np.eye(1), [label], [label], title=f"{label}\n{label}", palette=COSINE)


def test_a_dollar_sign_in_a_label_is_no_formula():
    drawn(1, 2, label="costs $5 to $6 and 50 %")


@pytest.mark.parametrize("palette", [COSINE, CONTRAST])
@pytest.mark.parametrize("value", [0.0, 0.5, -2.0])
@pytest.mark.filterwarnings("error")
def test_values_that_are_all_alike_have_a_picture(palette, value: float):
    draw_heatmap(np.full((2, 3), value), ["a", "b"], ["1", "2", "3"], title="t", palette=palette)


def test_what_is_written_as_zero_has_no_sign():
    assert [CONTRAST.text(value) for value in (-0.04, 0.04, -0.06)] == ["0.0", "0.0", "-0.1"]
    assert [COSINE.text(value) for value in (-0.004, -0.005001)] == ["0.00", "-0.01"]


def test_the_highest_value_has_the_darkest_cell():
    values = np.array([[0.1, 0.9, 0.4]])
    png = draw_heatmap(values, ["r"], ["a", "b", "c"], title="", palette=COSINE)
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    darkest = [tuple(colour) for colour in image.reshape(-1, 3) if tuple(colour) == (128, 0, 38)]
    assert len(darkest) > 40 * 28 / 2, "the last colour of the palette fills a cell"


def test_a_long_title_makes_the_picture_higher_and_not_wider():
    short, long = (
        Image.open(io.BytesIO(draw_heatmap(np.eye(3), "abc", "abc", title=t, palette=COSINE)))
        for t in ("why", "why " * 60)
    )
    assert long.height > short.height
    assert long.width == pytest.approx(short.width, abs=250)


def test_a_picture_that_does_not_fit_a_screen_names_its_columns_above_as_well():
    few, many = drawn(20, 3, label="a point of view"), drawn(40, 3, label="a point of view")
    labels = few.height - 20 * 28
    assert many.height - 40 * 28 > labels + 50
