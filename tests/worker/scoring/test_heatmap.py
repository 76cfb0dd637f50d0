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
    assert image.height > rows * 30, "and 10 pixels high"


def test_contrast_is_blue_below_zero_and_red_above():
    values = np.array([[-3.0, 0.0, 3.0]])
    png = draw_heatmap(values, ["chunk"], ["a", "b", "c"], title="", palette=CONTRAST)
    colours = Image.open(io.BytesIO(png)).convert("RGB").getcolors(1 << 24)
    strong = [(count, rgb) for count, rgb in colours if max(rgb) - min(rgb) > 90 and count > 500]
    assert any(blue > red for _, (red, _, blue) in strong)
    assert any(red > blue for _, (red, _, blue) in strong)


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
