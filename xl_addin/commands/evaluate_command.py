"""The `bonsai evaluate` command: how good answers are where the facts are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from worker.contract import json_ready
from worker.errors import BonsaiError
from worker.evaluation.measures import Estimate, Measures, crag_score, judge
from worker.settings import load_settings
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.commands.job_commands import BrokerOption, with_broker
from xl_addin.commands.known_world import (
    Choices,
    KnownWorld,
    ModelEvaluation,
    evaluate_model,
    index_world,
    load_world,
)
from xl_addin.commands.summaries import write_content
from xl_addin.jobs.actions import Session
from xl_addin.jobs.jobs_client import JobsClient
from xl_addin.sheets.settings import CONTEXTS, MODES, read_options
from xl_addin.template import templates_folder

_HEADERS = (
    "Mode",
    "Facts",
    "Abstained rightly",
    "Abstained wrongly",
    "Citations right",
    "Uncited",
    "CRAG",
)
_SHIPPED = "evaluation"


def evaluate(
    documents: Annotated[Path | None, typer.Option(help="Folder; else the invented world.")] = None,
    questions: Annotated[Path | None, typer.Option(help="CSV with known facts.")] = None,
    povs: Annotated[Path | None, typer.Option(help="CSV with a column POV.")] = None,
    llm: Annotated[list[str] | None, typer.Option(help="Language model; may be repeated.")] = None,
    modes: Annotated[str | None, typer.Option(help="Some of no-rag,rag,sexy.")] = None,
    contexts: Annotated[int | None, typer.Option(help="Passages in a prompt.")] = None,
    gate: Annotated[bool, typer.Option(help="Abstain where passages hold no evidence.")] = True,
    embedder: Annotated[str, typer.Option(help="Embedding model by name.")] = "",
    broker: BrokerOption = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Also write all here (- for screen).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show errors alone.")] = False,
) -> None:
    """Answer questions whose facts are known, and measure the answers of each model and mode."""
    terminal = Terminal(quiet=quiet or str(json) == "-")
    settings = with_broker(load_settings(), broker)
    folder = templates_folder() / _SHIPPED
    world = load_world(
        documents or folder / "documents",
        questions or folder / "questions.csv",
        povs or folder / "povs.csv",
    )
    options = read_options({MODES.name: modes, CONTEXTS.name: contexts})
    choices = Choices(
        tuple(llm or (settings.llm,)), options.modes, options.contexts, gate, embedder
    )
    with terminal.watching() as watch:
        session = Session(JobsClient(settings), settings, watch.take, terminal.cancelled)
        evaluations = _evaluate_all(session, world, choices)
    for evaluation in evaluations:
        _show(terminal, evaluation)
    if json:
        write_content(json, _as_json(evaluations))
    raise typer.Exit(max(_exit_code(evaluation) for evaluation in evaluations))


def _evaluate_all(session: Session, world: KnownWorld, choices: Choices) -> list[ModelEvaluation]:
    """Index, then evaluate model by model; what ended the run is in the last one."""
    indexed = index_world(session, world, choices)
    if indexed.error:
        return [ModelEvaluation(choices.models[0], indexed)]
    evaluations: list[ModelEvaluation] = []
    for model in choices.models:
        evaluations.append(evaluate_model(session, world, choices, model))
        if evaluations[-1].gathered.error:
            break
    return evaluations


def _show(terminal: Terminal, evaluation: ModelEvaluation) -> None:
    rows = [(mode, *_cells(measures)) for mode, measures in evaluation.measures.items()]
    if rows:
        terminal.show(summary_table(evaluation.model, _HEADERS, rows))
        terminal.say(
            "In brackets: 95 % intervals over questions. CRAG: 1 right, 0 abstained, -1 wrong."
        )
    for problem in evaluation.gathered.problems:
        terminal.error(problem)
    if evaluation.gathered.error:
        terminal.error(evaluation.gathered.error)


def _cells(measures: Measures) -> tuple[str, ...]:
    return (
        _estimate(measures.fact_recall),
        _estimate(measures.abstention_recall),
        _estimate(measures.false_abstention),
        _estimate(measures.citation_precision),
        str(measures.uncited),
        _estimate(measures.crag),
    )


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "none"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def _as_json(evaluations: Sequence[ModelEvaluation]) -> dict[str, object]:
    return {
        "evaluations": [
            {
                "model": evaluation.model,
                "run": json_ready(evaluation.gathered.run) if evaluation.gathered.run else None,
                "failed": evaluation.failed,
                "modes": {mode: asdict(each) for mode, each in evaluation.measures.items()},
                "answers": _answers(evaluation),
            }
            for evaluation in evaluations
        ]
    }


def _answers(evaluation: ModelEvaluation) -> list[dict[str, object]]:
    return [
        {
            "id": given.question.id,
            "kind": given.question.kind,
            "mode": mode,
            "answer": given.text,
            "verdict": judge(given),
            "crag": crag_score(given),
            "cited": sorted(given.cited),
        }
        for mode, answers in evaluation.answers.items()
        for given in answers
    ]


def _exit_code(evaluation: ModelEvaluation) -> int:
    error: BonsaiError | None = evaluation.gathered.error
    if error:
        return error.exit_code
    return 1 if evaluation.gathered.problems else 0
