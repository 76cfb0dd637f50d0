"""Score selection as it is asked for."""

from __future__ import annotations

from worker.contract import PointOfView
from worker.settings import load_settings
from xl_addin.jobs.score_selection import score_request
from xl_addin.sheets.options import read_options

POVS = (PointOfView(pov_id="P01", text="A kettle can break your heart."),)


def test_it_scores_by_the_model_that_scores_in_a_ranking():
    cells = {"Embedder": "onnx:minilm", "Score": "classic"}
    request = score_request(read_options(cells), load_settings(), ["a"], POVS)
    assert request.embedder == "onnx:minilm"
    cells["Scoring embedder"] = "taste:films"
    request = score_request(read_options(cells), load_settings(), ["a"], POVS)
    assert request.embedder == "taste:films"
