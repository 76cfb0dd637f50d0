"""Results are the same in each process: Python orders sets by a seed that each one draws anew."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.worker.pipeline.conftest import timeless
from tests.worker.queueing.worlds import POVS, index_request, write_documents
from worker.contract import AnswerRequest, AnswerResult, Question, RankRequest
from worker.queueing.in_process import InProcessRunner
from worker.settings import IN_PROCESS, Settings

QUESTIONS = (
    "Why did central banks buy so much gold when their dollar reserves could be frozen abroad?",
    "Which lawyer drew the border with a pencil, and how many millions of people had to flee?",
    "How do old oil tankers change their flags and names to carry crude past the sanctions?",
    "What do Cocoa farmers in Ghana earn of every bar of chocolate that is sold in Europe?",
)
RANKING = RankRequest(
    run_id="ranking",
    collection="small",
    embedder="onnx:minilm",
    questions=tuple(Question(qid=f"Q{number}", text=text) for number, text in enumerate(QUESTIONS)),
    povs=POVS,
    heatmaps=0,
)
REQUEST = AnswerRequest(run_id="answer", ranking=RANKING, llm="scripted:quoting", repeatable=True)

PROGRAM = """
import sys
from worker.contract import parse_request
from worker.queueing.in_process import InProcessRunner
from worker.settings import load_settings
result = InProcessRunner(load_settings()).run(
    parse_request(sys.stdin.read()),
    on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False,
)
sys.stdout.buffer.write(result.model_dump_json().encode())
"""


def result_under(seed: int, settings: Settings) -> AnswerResult:
    places = {"BONSAI_HOME": str(settings.home), "BONSAI_MODELS": str(settings.models)}
    program = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=REQUEST.model_dump_json().encode(),
        capture_output=True,
        check=True,
        env={**os.environ, **places, "PYTHONHASHSEED": str(seed)},
    )
    return AnswerResult.model_validate_json(program.stdout)


def test_scores_evidence_and_citations_do_not_depend_on_the_process(
    settings: Settings, tmp_path: Path
):
    InProcessRunner(replace(settings, broker=IN_PROCESS)).run(
        index_request(write_documents(tmp_path / "documents"), embedder=settings.embedder),
        on_event=lambda _: None,
        on_blob=lambda *_: None,
        cancelled=lambda: False,
    )
    results = [timeless(result_under(seed, settings)) for seed in range(4)]
    assert results[0]["answers"]
    assert results == [results[0]] * 4
