"""The evidence gate on sets with labels: what it holds back, rightly and wrongly.

    python -m tests.bench.bench_gate --part choose [--llm gguf:qwen-1.5b --sample 40]

Facts and judgements are told apart. Small and capital letters are the same questions typed so.
With a language model its word is asked for as in a run; a sample by a fixed seed bounds the time.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from tests.bench.evidence_set import (
    EVALUATION,
    Asked,
    collection_questions,
    labelled_questions,
    passages_found,
    shipped_questions,
)
from tests.bench.intervals import Interval, bootstrap
from tests.bench.labelled_collections import NAMES, Part, index_documents, labelled_collection
from tests.bench.labelled_set import indexed
from worker.answering.evidence.judge import Evidence
from worker.contract import IndexRequest, RankRequest
from worker.jobs import run_job
from worker.pipeline.evidence_gate import PASSAGES_READ, EvidenceGate
from worker.pipeline.job_context import JobContext
from worker.pipeline.judging import JudgedQuestion, second_look
from worker.runtime import Runtime
from worker.settings import load_settings

_LETTERS: dict[str, Callable[[str], str]] = {
    "as written": str,
    "small": str.lower,
    "capitals": str.upper,
}
_SEED = 14
_FALSE = 0.1


@dataclass(frozen=True)
class Judged:
    """One question and its evidence, after a language model's word if there is one."""

    asked: Asked
    evidence: Evidence
    seconds: float = 0.0


@dataclass(frozen=True)
class Quality:
    """Figures over questions, with intervals: abstention recall, false abstention, and the area
    under the curve and the recall at a false abstention of .10, whatever is needed."""

    recall: Interval
    false: Interval
    area: Interval
    recall_at: Interval


def quality(judged: Sequence[Judged]) -> Quality:
    """Return the figures; both sorts of question must be there."""
    scores = np.array([each.evidence.score for each in judged])
    answerable = np.array([each.asked.answerable for each in judged])
    held = np.array([not each.evidence.enough for each in judged], np.float64)

    def of(figure: Callable[[NDArray[np.intp]], float]) -> Interval:
        return bootstrap(judged, figure)

    return Quality(
        recall=of(lambda chosen: _mean(held[chosen][~answerable[chosen]])),
        false=of(lambda chosen: _mean(held[chosen][answerable[chosen]])),
        area=of(lambda chosen: _area(scores[chosen], answerable[chosen])),
        recall_at=of(lambda chosen: _recall_at(scores[chosen], answerable[chosen])),
    )


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _area(scores: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    """Return how often an answerable question has more evidence than another; half for a tie."""
    difference = scores[answerable][:, None] - scores[~answerable][None]
    return float((np.sign(difference) / 2 + 0.5).mean()) if difference.size else float("nan")


def _recall_at(scores: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    if not answerable.any() or answerable.all():
        return float("nan")
    needed = np.quantile(scores[answerable], _FALSE, method="lower")
    return float((scores[~answerable] < needed).mean())


def _sets(context: JobContext, embedder: str, part: Part) -> Iterator[tuple[str, list[Asked]]]:
    """Index each set and yield the name of its collection, with its questions."""
    request = IndexRequest(
        run_id="shipped",
        folder=str(EVALUATION / "documents"),
        collection="shipped",
        embedder=embedder,
    )
    run_job(request, context)
    yield "shipped", shipped_questions()
    indexed(context, embedder)
    yield "labelled", labelled_questions()
    for name in NAMES:
        labelled = labelled_collection(name, part)
        index_documents(labelled, context, embedder)
        yield name, collection_questions(labelled)


def _judged(
    questions: Sequence[Asked], request: RankRequest, context: JobContext, llm: str
) -> list[Judged]:
    gate = EvidenceGate(request, context)
    found = passages_found(questions, request, context)
    by_place = {
        str(place): JudgedQuestion(
            asked.text, tuple(passages[:PASSAGES_READ]), gate.judge(asked.text, passages), 0.0
        )
        for place, (asked, passages) in enumerate(found)
    }
    if llm:
        model = context.runtime.language_model(llm)
        by_place |= second_look(by_place, model, context, repeatable=False)
    return [
        Judged(asked, by_place[str(place)].evidence, by_place[str(place)].seconds)
        for place, asked in enumerate(questions)
    ]


def _table(title: str) -> Table:
    table = Table(title=title)
    for heading in ("Set", "Typed", "With / without", "Recall", "False", "Area", "Recall at .10"):
        table.add_column(heading)
    return table


def _add(table: Table, name: str, letters: str, judged: Sequence[Judged]) -> None:
    answerable = sum(each.asked.answerable for each in judged)
    if not 0 < answerable < len(judged):
        return
    found = quality(judged)
    counts = f"{answerable} / {len(judged) - answerable}"
    figures = map(str, (found.recall, found.false, found.area, found.recall_at))
    table.add_row(name, letters, counts, *figures)


def main() -> None:
    """Print two tables: of questions for facts, and of those for judgements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--part", choices=("choose", "final"), default="choose")
    parser.add_argument("--embedder", default="onnx:minilm")
    parser.add_argument("--llm", default="")
    parser.add_argument("--sample", type=int, default=0, help="questions of a set, 0 for all")
    chosen = parser.parse_args()
    console = Console(width=140)
    facts, judgements = _table("Facts"), _table("Judgements")
    with tempfile.TemporaryDirectory() as home:
        settings = replace(load_settings(), home=Path(home), store=str(Path(home, "store")))
        context = JobContext(Runtime(settings), lambda _event: None, lambda: False)
        for name, questions in _sets(context, chosen.embedder, chosen.part):
            request = RankRequest(
                run_id=name, collection=name, embedder=chosen.embedder, questions=(), povs=()
            )
            count = chosen.sample or len(questions)
            drawn = random.Random(_SEED).sample(questions, min(count, len(questions)))
            for letters, typed in _LETTERS.items():
                if chosen.llm and letters != "as written":
                    continue
                asked = [replace(each, text=typed(each.text)) for each in drawn]
                judged = _judged(asked, request, context, chosen.llm)
                about = [[each for each in judged if _is_judgement(each) == way] for way in (0, 1)]
                _add(facts, name, letters, about[0])
                _add(judgements, name, letters, about[1])
            if chosen.llm:
                seconds = [each.seconds for each in judged if each.seconds]
                asked_for = f"{len(seconds)} of {len(judged)} asked"
                console.print(f"{name}: {asked_for}, {np.median(seconds or [0]):.1f} s each")
        context.runtime.close()
    console.print(facts)
    console.print(judgements)


def _is_judgement(judged: Judged) -> bool:
    return judged.asked.kind.endswith("judgement")


if __name__ == "__main__":
    main()
