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
    RowReady,
    RunStamp,
    StageSeconds,
)
from xl_addin.jobs import BY_KIND
from xl_addin.jobs.base import Landing
from xl_addin.jobs.landing import land
from xl_addin.jobs.run import Run
from xl_addin.workbook.port import Row, WorkbookPort

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


def answered(answers: Sequence[Answer], *, is_whole: bool = True) -> Run:
    """A run that gave these answers, in this order; one that is not whole was stopped."""
    run = Run(stamp=STAMP)
    for given in answers:
        run.take_event(RowReady(row=given))
    if is_whole:
        run.end(AnswerResult(run=STAMP, questions=(), answers=tuple(answers)))
    return run


def land_answers(book: WorkbookPort, request: AnswerRequest, run: Run) -> Sequence[Row]:
    """Let the run land as the answer job does; return the cells that lost their place."""
    return land(BY_KIND["answer"], Landing(book, request, run))
