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
from worker.models.servers import allowing
from worker.settings import load_settings, with_broker
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.commands.job_commands import BrokerOption
from xl_addin.commands.json_file import check_json_place, write_json
from xl_addin.commands.known_world import (
    KnownWorld,
    ModelEvaluation,
    evaluate_model,
    load_world,
    world_index,
    world_options,
)
from xl_addin.commands.path_options import path_option
from xl_addin.jobs.session import Session
from xl_addin.sheets.options import Options
from xl_addin.sheets.settings.answer import CONTEXTS, GATE, MODES
from xl_addin.sheets.settings.index import DOCUMENTS, EMBEDDER
from xl_addin.shipped_files import templates_folder
from xl_addin.workbook.port import CellValue

_HEADERS = (
    "Mode",
    "Facts",
    "Abstained rightly",
    "Abstained wrongly",
    "Citations right",
    "Uncited",
    "CRAG",
    "Seconds",
)
_SHIPPED = "evaluation"
_YES_NO = {True: "yes", False: "no", None: None}


def evaluate(
    documents: Annotated[Path | None, path_option(help="Folder; else the invented world.")] = None,
    questions: Annotated[Path | None, path_option(help="CSV with known facts.")] = None,
    povs: Annotated[Path | None, path_option(help="CSV with a column POV.")] = None,
    llm: Annotated[list[str] | None, typer.Option(help="Language model; may be repeated.")] = None,
    modes: Annotated[str | None, typer.Option(help="Some of no-rag,rag,sexy.")] = None,
    contexts: Annotated[int | None, typer.Option(help="Passages in a prompt.")] = None,
    gate: Annotated[
        bool | None,
        typer.Option("--gate/--no-gate", help="Abstain where passages hold no evidence."),
    ] = None,
    embedder: Annotated[str | None, typer.Option(help="Embedding model by name.")] = None,
    broker: BrokerOption = None,
    json: Annotated[
        Path | None, path_option("--json", help="Also write all here (- for screen).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show errors alone.")] = False,
) -> None:
    """Answer questions whose facts are known, and measure the answers of each model and mode."""
    terminal = Terminal(quiet=quiet or str(json) == "-")
    settings = with_broker(load_settings(), broker)
    folder = templates_folder() / _SHIPPED
    questions, povs = questions or folder / "questions.csv", povs or folder / "povs.csv"
    check_json_place(json, (questions, povs))
    world = load_world(documents or folder / "documents", questions, povs)
    asked: dict[str, CellValue] = {
        MODES.name: modes,
        CONTEXTS.name: contexts,
        EMBEDDER.name: embedder,
        GATE.name: _YES_NO[gate],
    }
    given = {name: value for name, value in asked.items() if value is not None}
    options = world_options(world, given)
    settings = allowing(settings, [*(llm or []), embedder or ""])
    with terminal.watching() as watch:
        session = Session(settings, watch.take, terminal.cancelled)
        evaluations = _evaluate_all(session, world, options, llm or [settings.llm])
    for evaluation in evaluations:
        _show(terminal, evaluation)
    if json:
        write_json(json, _as_json(evaluations))
    raise typer.Exit(max(_exit_code(evaluation) for evaluation in evaluations))


def _evaluate_all(
    session: Session, world: KnownWorld, options: Options, models: Sequence[str]
) -> list[ModelEvaluation]:
    """Index, then evaluate model by model; what ended the run is in the last one."""
    request = world_index(world, options, session.settings)
    indexed = session.run(request, given={*options.given, DOCUMENTS.name})
    if indexed.error:
        return [ModelEvaluation(models[0], indexed)]
    evaluations: list[ModelEvaluation] = []
    for model in models:
        evaluations.append(evaluate_model(session, world, options, model))
        if evaluations[-1].run.error:
            break
    return evaluations


def _show(terminal: Terminal, evaluation: ModelEvaluation) -> None:
    rows = [
        (mode, *_cells(measures), _number(evaluation.seconds(mode)))
        for mode, measures in evaluation.measures.items()
    ]
    if rows:
        terminal.show(summary_table(evaluation.model, _HEADERS, rows))
        terminal.say(
            "In brackets: 95 % intervals over questions. CRAG: 1 right, 0 abstained, -1 wrong. "
            "Seconds: the median of an answer that the model wrote."
        )
    for problem in evaluation.run.problems:
        terminal.error(problem)
    if evaluation.run.error:
        terminal.error(evaluation.run.error)


def _cells(measures: Measures) -> tuple[str, ...]:
    return (
        _estimate(measures.fact_recall),
        _estimate(measures.abstention_recall),
        _estimate(measures.false_abstention),
        _estimate(measures.citation_precision),
        str(measures.uncited),
        _estimate(measures.crag),
    )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.1f}"


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "none"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def _as_json(evaluations: Sequence[ModelEvaluation]) -> dict[str, object]:
    return {
        "evaluations": [
            {
                "model": evaluation.model,
                "run": json_ready(evaluation.run.stamp) if evaluation.run.stamp else None,
                "failed": evaluation.failed,
                "modes": {
                    mode: {**asdict(each), "seconds": evaluation.seconds(mode)}
                    for mode, each in evaluation.measures.items()
                },
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
    error: BonsaiError | None = evaluation.run.error
    if error:
        return error.exit_code
    return 1 if evaluation.run.problems else 0
