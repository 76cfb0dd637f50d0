"""What fine-tuning on pairs does for questions on documents that were not learnt from.

    python -m tests.bench.bench_tuning PAIRS.json            # as 'bonsai dataset --json' writes it
    python -m tests.bench.bench_tuning PAIRS.json --folds 3 --epochs 2 --rate 2e-5

Documents are dealt into folds; each fold is measured with a model that was trained on the others,
so every question counts once, and all of them together give the interval. Questions that were left
out because the base did not find their passage are measured too, and never trained on: those that
are kept were found by it, so there is little for them to gain. Control questions are those of the
invented world and of the labelled set; they count once a fold, so their intervals are too narrow.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.bench.labelled_set import DOCUMENTS, labelled_set
from worker.contract import PairSet, TunePair, TunePassage
from worker.pipeline.tuning_pairs import negatives_of
from worker.qa_data.drawing import drawn_order
from worker.retrieval.sentence_transformers_embedder import load_to_train
from worker.settings import load_settings
from worker.tuning.learner import Learner, Recipe
from worker.tuning.merging import mixed, state_of
from worker.tuning.pairs import Example, documents, examples, search, with_sides
from worker.tuning.proof import METRICS, Ranks, compare, lost, ranks
from worker.tuning.training import train
from xl_addin.jobs.control_questions import control_set
from xl_addin.sheets.pair_files import read_pair_file
from xl_addin.sheets.tuning_pairs import pair_set

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Ranks by what was asked and by strength, question by question.
Found = dict[str, dict[float, list[Ranks]]]


def labelled_questions() -> PairSet:
    """Return the labelled set's questions with the documents that answer them."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in DOCUMENTS.iterdir()}
    passages = [TunePassage(passage_id=name, doc=name, text=text) for name, text in texts.items()]
    labelled = labelled_set()
    pairs = [
        TunePair(question=labelled.questions[question], passage_id=document)
        for (document, question), grade in labelled.question_grades.items()
        if grade == 2 and document in texts
    ]
    return PairSet(passages=tuple(passages), pairs=tuple(pairs))


def measure(
    learner: Learner,
    data: PairSet,
    hard: frozenset[str],
    controls: dict[str, PairSet],
    strength: float,
    found: Found,
) -> None:
    """Add the ranks that a learner gives as it is now."""
    kept = [pair for pair in data.pairs if pair.question not in hard]
    sets = {"kept": data.model_copy(update={"pairs": tuple(kept)}), "all": data} | controls
    for name, each in sets.items():
        asked = search(each, "validation")
        vectors = learner.vectors(asked, lambda *_: None)
        found.setdefault(name, {}).setdefault(strength, []).extend(ranks(asked, vectors))


def run_fold(
    learner: Learner,
    data: PairSet,
    hard: frozenset[str],
    controls: dict[str, PairSet],
    recipe: Recipe,
    found: Found,
) -> list[float]:
    """Train on one side, measure on the other at each strength; return the losses."""
    start = state_of(learner.model)
    made = [one for one in examples(data) if one.question not in hard]
    asked = search(data, "validation")
    base = learner.vectors(asked, lambda *_: None)
    questions = learner.embed([one.question for one in made], learner.query_prompt, _ignore)
    others = negatives_of(data, made, questions, base.passages, 4)
    told = [
        Example(one.question, one.passage, negatives)
        for one, negatives in zip(made, others, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        losses = train(learner, start, told, recipe, Path(folder), _ignore, print)
    learnt = state_of(learner.model)
    for strength in STRENGTHS:
        learner.model.load_state_dict(mixed(start, learnt, strength))
        measure(learner, data, hard, controls, strength, found)
    learner.model.load_state_dict(start)
    return [point.loss for point in losses]


def _ignore(*_: object) -> None:
    """Nobody watches."""


def read(path: Path) -> tuple[PairSet, frozenset[str]]:
    """Return the pairs of a data set, and the questions that the base did not find."""
    rows = json.loads(path.read_text(encoding="utf-8"))["pairs"]
    hard = {row["pair_id"] for row in rows if row["filter"] == "not found"}
    written = [
        replace(each, kept=each.kept or each.pair.pair_id in hard) for each in read_pair_file(path)
    ]
    questions = {each.pair.question for each in written if each.pair.pair_id in hard}
    return pair_set(written), frozenset(questions)


def folds(data: PairSet, count: int) -> list[PairSet]:
    """Return the set with each fold of documents on the side of validation in turn."""
    dealt = drawn_order(documents(data), 1)
    return [with_sides(data, dict.fromkeys(dealt[n::count], "validation")) for n in range(count)]


def show(found: Found) -> list[dict[str, object]]:
    """Print each measure by strength, and return all as rows."""
    table = Table("questions", "strength", *METRICS, "change of nDCG@10", "of hit@5", "lost")
    rows: list[dict[str, object]] = []
    for name, by_strength in found.items():
        for strength, tuned in by_strength.items():
            lines = compare("tuned:bench", by_strength[0.0], tuned)
            by_metric = {line.metric: line for line in lines}
            changes = [
                f"{line.change:+.3f} [{line.low:+.3f}, {line.high:+.3f}] {line.verdict}"
                for line in (by_metric["nDCG@10"], by_metric["hit@5"])
            ]
            values = [f"{by_metric[metric].tuned:.3f}" for metric in METRICS]
            counted = f"{name} ({lines[0].counted})"
            table.add_row(counted, f"{strength:g}", *values, *changes, f"{lost(lines):+.1%}")
            rows += [line.model_dump() | {"of": name, "strength": strength} for line in lines]
    Console(width=200).print(table)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--base", default="st:minilm")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--method", choices=("full", "lora"), default="full")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    model, query_prompt, document_prompt, _ = load_to_train(options.base, load_settings())
    learner = Learner(model, query_prompt, document_prompt)
    data, hard = read(options.pairs)
    controls = {"invented world": control_set(), "labelled set": labelled_questions()}
    controls = {
        name: with_sides(each, dict.fromkeys(documents(each), "validation"))
        for name, each in controls.items()
    }
    recipe = Recipe(options.method, options.epochs, options.batch, options.rate)
    found: Found = {}
    for number, fold in enumerate(folds(data, options.folds), start=1):
        begun = perf_counter()
        losses = run_fold(learner, fold, hard, controls, recipe, found)
        seconds = perf_counter() - begun
        _say(f"fold {number}: {seconds:.0f} s, loss {losses[0]:.3f} to {np.mean(losses[-3:]):.3f}")
    rows = show(found)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def _say(line: str) -> None:
    Console().print(line)


if __name__ == "__main__":
    main()
