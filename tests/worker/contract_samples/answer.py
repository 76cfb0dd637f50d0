"""The answer job as it travels."""

from __future__ import annotations

from tests.worker.contract_samples.rank import RANK, RANKING
from tests.worker.contract_samples.shared import PROBLEM, RUN
from worker.contract import Answer, AnswerRequest, AnswerResult, Citation, StageSeconds, Support

ANSWER = Answer(
    qid="1",
    question="Who gains?",
    mode="sexy",
    text="Few [1].",
    citations=(
        Citation(number=1, chunk_id="c1", source="a.txt", start=120, cited=True, attributed=True),
    ),
    support=Support(
        similarity=0.5,
        evidence=0.75,
        needed=0.4,
        reason="雨",
        quotes=2,
        shortened=True,
        moved=1,
        doubtful=(2,),
        numbers=("20.59",),
        names=("John Smith",),
    ),
    seconds=StageSeconds(embed=0.125, generate=1.25),
    prompt_tokens=40,
    reused_tokens=12,
    tokens=4,
    model="gguf:smollm2",
)
FAILED_ANSWER = Answer(
    qid="2",
    question="Why?",
    mode="no-rag",
    text="",
    seconds=StageSeconds(),
    prompt_tokens=0,
    tokens=0,
    model="gguf:smollm2",
    problem=PROBLEM,
)

ANSWERING = AnswerRequest(
    run_id="run-1",
    ranking=RANK,
    modes=("no-rag", "sexy"),
    contexts=2,
    llm="gguf:smollm2",
    prompt="alpaca",
    temperature=0.5,
    seed=7,
    repeatable=True,
    gate=False,
)

ANSWER_RESULT = AnswerResult(
    run=RUN, questions=(RANKING,), answers=(ANSWER, FAILED_ANSWER), problems=(PROBLEM,)
)

SAMPLES = {"answer": (ANSWERING, ANSWER_RESULT)}
ROWS = [ANSWER, FAILED_ANSWER]
