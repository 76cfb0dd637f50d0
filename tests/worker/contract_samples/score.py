"""The score job as it travels."""

from __future__ import annotations

from tests.worker.contract_samples.shared import STATISTICS
from worker.contract import PointOfView, ScoreRequest, ScoreResult

SCORING = ScoreRequest(
    run_id="run-1",
    embedder="onnx:minilm",
    texts=("Rain on a harbour", "雨"),
    povs=(PointOfView(pov_id="P1", text="Rain smells"),),
    score="classic",
    statistics=STATISTICS,
)

SCORE_RESULT = ScoreResult(scores=(0.5, -1.0), cosine=((0.5,), (0.25,)), contrast=())

SAMPLES = {"score": (SCORING, SCORE_RESULT)}
ROWS = []
