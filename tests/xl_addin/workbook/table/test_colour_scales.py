"""Which colour scales are ours."""

import pytest

from xl_addin.workbook.table.colour_scales import COLOUR_SCALES, is_ours


@pytest.mark.parametrize("scale", COLOUR_SCALES)
def test_ours_are_known_by_their_colours(scale):
    colours = [colour for *_, colour in COLOUR_SCALES[scale]]
    assert is_ours(colours)
    assert is_ours([colour[2:].lower() for colour in colours])


@pytest.mark.parametrize(
    "colours",
    [
        ["FFF8696B", "FFFFEB84", "FF63BE7B"],  # Excel's own from red to green
        ["FFFFFFFF", "FFF4845F"],
        ["FFF4845F", "FFFEE391", "FFFFFFFF"],  # ours, upside down
        [],
    ],
)
def test_others_are_the_users(colours):
    assert not is_ours(colours)
