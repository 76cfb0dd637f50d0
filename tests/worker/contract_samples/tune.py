"""The tune job as it travels."""

from __future__ import annotations

from tests.worker.contract_samples.shared import PROBLEM, RUN
from worker.contract import (
    Comparison,
    PairSet,
    PointOfView,
    QuestionMove,
    TunePair,
    TunePassage,
    TuneRequest,
    TuneResult,
)

LINE = Comparison(
    model="tuned:雨",
    metric="nDCG@10",
    base=0.5,
    tuned=0.6,
    low=-0.01,
    high=0.2,
    counted=40,
    over="questions",
    verdict="no real change",
)
MOVE = QuestionMove(
    model="tuned:雨", question="=雨は? 🌧", doc="日本/雨.txt", base_rank=7, tuned_rank=2
)

TUNE = TuneRequest(
    run_id="run-1",
    base="onnx:minilm",
    name="雨",
    data=PairSet(
        passages=(
            TunePassage(passage_id="c1", doc="日本/雨.txt", text="雨が降る。", split="train"),
            TunePassage(passage_id="c2", doc="a.txt", text="It rains.", split="validation"),
        ),
        pairs=(TunePair(question="=雨は? 🌧", passage_id="c1"),),
    ),
    control=PairSet(passages=(TunePassage(passage_id="x", doc="x", text="A ferry."),)),
    povs=(PointOfView(pov_id="P01", text="雨が好き", weight=2.0, place="row 3"),),
    method="lora",
    epochs=1,
    strength=0.5,
)

TUNE_RESULT = TuneResult(
    run=RUN,
    comparisons=(LINE,),
    moves=(MOVE,),
    strength=0.25,
    problems=(PROBLEM,),
    remarks=("Control questions lost 1 %.",),
    seconds=9.5,
)

SAMPLES = {"tune": (TUNE, TUNE_RESULT)}
ROWS = [LINE, MOVE]
