"""The taste job as it travels."""

from __future__ import annotations

from tests.worker.contract_samples.shared import PROBLEM, RUN
from worker.contract import (
    Comparison,
    Label,
    LearntPov,
    PointOfView,
    TasteRequest,
    TasteResult,
)

LINE = Comparison(
    model="taste:雨",
    metric="Share of other passages below",
    base=0.8,
    tuned=0.9,
    low=0.05,
    high=0.2,
    counted=7,
    over="documents left out",
    verdict="better",
)

TASTE = TasteRequest(
    run_id="run-1",
    collection="sample",
    embedder="onnx:minilm",
    store="/store",
    name="雨",
    strength=0.5,
    povs=(PointOfView(pov_id="P01", text="=雨が好き 🌧", weight=2.0, place="row 3"),),
    labels=(
        Label(qid="Q1", chunk_id="c1", source="日本/雨.txt", liked=True),
        Label(qid="Q2", chunk_id="c2", source="a.txt", liked=False),
    ),
)

TASTE_RESULT = TasteResult(
    run=RUN,
    model="taste:雨",
    comparisons=(LINE,),
    learnt=(LearntPov(pov_id="P01", passages=1, documents=1),),
    liked=1,
    disliked=1,
    labels_left_out=0,
    problems=(PROBLEM,),
    remarks=("29 more would help.",),
    seconds=0.5,
)

SAMPLES = {"taste": (TASTE, TASTE_RESULT)}
ROWS = [LINE]
