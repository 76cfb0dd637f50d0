"""Stamp, problem and statistics that the samples share."""

from __future__ import annotations

from worker.contract import PovStatistics, Problem, RunStamp

RUN = RunStamp(
    run_id="run-1",
    time="2025-01-31T12:00:00Z",
    code_version="0.1.0",
    collection="sample",
    index_version="7",
    embedder="onnx:minilm",
    score_formula="contrast p4/2",
)

PROBLEM = Problem(code="cell", what="Row 7 is empty.", why="Nothing there.", next_step="Fill it.")

STATISTICS = PovStatistics(mean=(0.1, 0.2), sd=(0.3, 0.4))
