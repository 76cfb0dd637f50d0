"""The dataset job as it travels."""

from __future__ import annotations

from tests.worker.contract_samples.shared import PROBLEM, RUN
from worker.contract import DatasetRequest, DatasetResult, Leak, QaPair

PAIR = QaPair(
    pair_id="c1-q1",
    doc="日本/雨.txt",
    chunk_id="c1",
    passage='Rain: "雨"\n= 1 + 1 🌧',
    split="train",
    question="=Who gains?",
    answer="Few. 🌧",
    negatives=("Sun.", "雪"),
    kept=True,
    prompt_tokens=400,
    reused_tokens=180,
    tokens=40,
    seconds=1.25,
)
REJECTED = QaPair(
    pair_id="c2-q1",
    doc="a.txt",
    chunk_id="c2",
    passage="Snow.",
    split="validation",
    question="What does the text say?",
    answer="",
    kept=False,
    filter="needs the passage",
    reason="The question speaks of a text that is not named.",
)
FAILED = QaPair(
    pair_id="c3-q1",
    doc="a.txt",
    chunk_id="c3",
    passage="Hail.",
    split="validation",
    question="",
    answer="",
    kept=False,
    filter="failed",
    reason="Row 7 is empty.",
    problem=PROBLEM,
)

DATASET = DatasetRequest(
    run_id="run-1",
    collection="sample",
    embedder="onnx:minilm",
    store="/store",
    validation_collection="other",
    llm="gguf:smollm2",
    limit=20,
    more_than=1000,
    fewer_than=2000,
    words=("film", "俳優"),
    whole_words=True,
    questions=2,
    validation_share=0.25,
    grade=True,
    negatives=2,
    seed=7,
)

DATASET_RESULT = DatasetResult(
    run=RUN,
    pairs=(PAIR, REJECTED, FAILED),
    leaks=(Leak(shared="passage", train="c1", validation="c2", text="雨"),),
    problems=(PROBLEM,),
    remarks=("Leakage audit: the parts share passage 1.",),
)

SAMPLES = {"dataset": (DATASET, DATASET_RESULT)}
ROWS = [PAIR, REJECTED, FAILED]
