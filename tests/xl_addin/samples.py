"""Answers and runs as a worker gives them, for the tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

from worker.contract import (
    Answer,
    AnswerRequest,
    AnswerResult,
    Citation,
    PointOfView,
    Question,
    RankRequest,
    RunStamp,
    StageSeconds,
)
from xl_addin.jobs.run import Gathered

STAMP = RunStamp(
    run_id="r", time="now", code_version="1", collection="c", index_version="v", embedder="e@1"
)
KETTLE = Citation(number=1, chunk_id="c", source="kettle.txt", start=12, cited=True)


def answer(qid: str, mode: str, text: str, **more: object) -> Answer:
    usual = {
        "question": f"What of {qid}?",
        "citations": () if mode == "no-rag" else (KETTLE,),
        "seconds": StageSeconds(embed=0.25, score=0.5, generate=4.0),
        "prompt_tokens": 300,
        "tokens": 20,
        "model": "gguf:smollm2",
    }
    return Answer(qid=qid, mode=mode, text=text, **{**usual, **more})


def asked(*qids: str) -> AnswerRequest:
    ranking = RankRequest(
        run_id="r",
        collection="c",
        embedder="e",
        questions=tuple(Question(qid=qid, text=f"What of {qid}?") for qid in qids),
        povs=(PointOfView(pov_id="P1", text="Kettles sing."),),
    )
    return AnswerRequest(run_id="r", ranking=ranking, llm="gguf:smollm2")


def gathered(answers: Sequence[Answer], *, is_whole: bool = True) -> Gathered:
    """What a run gave, in this order; one that is not whole was stopped."""
    result = AnswerResult(run=STAMP, questions=(), answers=tuple(answers)) if is_whole else None
    return Gathered(run=STAMP, result=result, answers=list(answers))
