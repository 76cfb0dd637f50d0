"""Wordings of the chat layout side by side: what language models make of them.

A wording is chosen on the odd questions of the invented world (E01, E03 …) and stated on the even
ones. Run as `python -m tests.bench.bench_prompts --llm NAME`; tests/bench/README.md says more.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.table import Table

from tests.bench.prompt_wordings import WORDINGS
from worker.contract import AnswerMode
from worker.evaluation.measures import Estimate, judge
from worker.settings import load_settings
from xl_addin.commands.known_world import (
    KnownWorld,
    ModelEvaluation,
    evaluate_model,
    load_world,
    world_index,
    world_options,
)
from xl_addin.jobs.session import Session
from xl_addin.sheets.settings.answer import MODES, PROMPT
from xl_addin.shipped_files import templates_folder

_HEADERS = ("Model", "Wording", "Mode", "Facts", "Abstained rightly", "wrongly", "Citations right",
            "Uncited", "CRAG", "Seconds")  # fmt: skip
_REMAINDERS = {"odd": (1,), "even": (0,), "all": (0, 1)}


def part_of(world: KnownWorld, part: str) -> KnownWorld:
    """Return the world with its odd or its even questions alone, or with all."""
    asked = (each for each in world.questions if int(each.id[1:]) % 2 in _REMAINDERS[part])
    return replace(world, questions=tuple(asked))


def evaluations(
    session: Session, world: KnownWorld, given: argparse.Namespace
) -> Iterator[tuple[str, ModelEvaluation]]:
    """Index the world; yield each wording with what a model has answered to it."""
    options = world_options(world, {MODES.name: given.modes})
    indexed = session.run(world_index(world, options, session.settings))
    if indexed.error:
        raise indexed.error
    asked = part_of(world, given.part)
    for model in given.llm:
        for wording in given.wording or WORDINGS:
            worded = options.having(PROMPT, WORDINGS[wording])
            evaluation = evaluate_model(session, asked, worded, model)
            if evaluation.run.error:
                raise evaluation.run.error
            yield wording, evaluation


def _row(wording: str, evaluation: ModelEvaluation, mode: AnswerMode) -> tuple[str, ...]:
    found = evaluation.measures[mode]
    return (
        evaluation.model,
        wording,
        mode,
        _value(found.fact_recall),
        _value(found.abstention_recall),
        _value(found.false_abstention),
        _value(found.citation_precision),
        str(found.uncited),
        _value(found.crag),
        f"{evaluation.seconds(mode) or 0:.1f}",
    )


def _value(estimate: Estimate | None) -> str:
    return "none" if estimate is None else f"{estimate.value:.3f}"


def _log(out: TextIO, wording: str, evaluation: ModelEvaluation) -> None:
    for mode, answers in evaluation.answers.items():
        for each in answers:
            line = {"model": evaluation.model, "wording": wording, "mode": mode}
            line |= {"id": each.question.id, "verdict": judge(each), "answer": each.text}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    out.flush()


def main() -> None:
    """Ask, and print a table; each answer goes to a file to be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llm", action="append", required=True)
    parser.add_argument("--wording", action="append", choices=WORDINGS)
    parser.add_argument("--part", choices=_REMAINDERS, default="odd")
    parser.add_argument("--modes", default="rag")
    parser.add_argument("--log", type=Path, required=True, help="Gets each answer, as JSON lines.")
    given = parser.parse_args()
    folder = templates_folder() / "evaluation"
    world = load_world(folder / "documents", folder / "questions.csv", folder / "povs.csv")
    session = Session(load_settings(), lambda _: None, lambda: False)
    table = Table(*_HEADERS)
    with given.log.open("a", encoding="utf-8") as out:
        for wording, evaluation in evaluations(session, world, given):
            _log(out, wording, evaluation)
            for mode in evaluation.measures:
                table.add_row(*_row(wording, evaluation, mode))
    Console().print(table)


if __name__ == "__main__":
    main()
