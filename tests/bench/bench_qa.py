"""What question–answer pairs take: their filters beside their embedding, and their writing.

    python -m tests.bench.bench_qa
    python -m tests.bench.bench_qa --llm gguf:qwen-1.5b --passages 12    # the writing alone
    python -m tests.bench.bench_qa --json FILE     # all values of all rounds, too

All pairs are good ones, so each of them goes through every filter that no model is asked for.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.bench.comparisons import Comparison, in_turn, seconds, show
from tests.bench.qa_generation import MOST_COMPUTED, spent
from tests.worker.qa_data.planted import GOOD, pairs, unfounded
from worker.language import mostly_japanese
from worker.qa_data.filters.run import Corpus, run_filters
from worker.qa_data.pair import Pair, Passage, UnitVectors
from worker.runtime import Runtime
from worker.settings import load_settings

_PAIRS = 2_000
_PASSAGES = 1_000  # of the corpus that the questions are to find theirs among
_EMBEDDED = 200  # pairs of a round; more of them take as long each
_ROUNDS = 5
_PAIRS_A_SECOND = 1_000
_DIM = 384


def good_pairs(count: int) -> list[Pair]:
    """Return pairs over passages of 1,000 to 2,000 characters, each with an id of its own.

    A passage is made of two of the planted ones, which are shorter.
    """
    planted = [
        each
        for each, verdict in pairs().items()
        if verdict == GOOD and not mostly_japanese([each.passage.text])
    ]
    texts = list(dict.fromkeys(each.passage.text for each in planted))
    after = dict(zip(texts, [*texts[1:], texts[0]], strict=True))
    return [
        replace(
            each,
            pair_id=f"pair {number}",
            passage=Passage(
                f"passage {number % _PASSAGES}",
                each.passage.doc_id,
                f"{each.passage.text}\n\n{after[each.passage.text]}",
            ),
        )
        for number, each in enumerate(islice(cycle(planted), count))
    ]


def filters_on(made: Sequence[Pair]) -> Callable[[], object]:
    """Return what filters pairs whose vectors are there.

    Vectors are drawn: a question lies near its passage, and no two are alike.
    """
    random = np.random.default_rng(1)
    passages = _unit(random.normal(size=(_PASSAGES, _DIM)))
    own = passages[[number % _PASSAGES for number in range(len(made))]]
    questions = _unit(own + 0.04 * random.normal(size=own.shape))
    answers = _unit(random.normal(size=own.shape))
    known = {each.passage.chunk_id: each.passage for each in made}
    corpus = Corpus([known[f"passage {number}"] for number in range(_PASSAGES)], passages)

    def run() -> None:
        verdicts = run_filters(
            made,
            corpus,
            unfounded=unfounded,
            embed_questions=lambda texts: questions[: len(texts)],
            embed_answers=lambda texts: answers[: len(texts)],
        )
        assert not any(verdicts), "every pair is to go through all filters"

    return run


def _unit(rows: np.ndarray) -> UnitVectors:
    unit: UnitVectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def measured(name: str) -> Comparison:
    """Measure both sides in turn; a value is the seconds of one pair."""
    made = good_pairs(_PAIRS)
    filters, embedder = filters_on(made), Runtime(load_settings()).embedder(name)
    texts = [text for each in made[:_EMBEDDED] for text in (each.question, each.answer)]
    sides = in_turn(
        _ROUNDS,
        {
            "embedding": lambda: seconds(lambda: embedder.embed_documents(texts)) / _EMBEDDED,
            "filters": lambda: seconds(filters) / _PAIRS,
        },
    )
    return Comparison("pairs, question and answer", "a second", sides)


def show_writing(llm: str, count: int) -> None:
    """Write pairs of the same passages both ways; print what each takes, and the ratios."""
    sides = spent(Runtime(load_settings()), llm, count)
    table = Table("side", "seconds a pair", "prompt tokens", "computed", "written")
    for side, each in sides.items():
        figures = (each.prompt, each.computed, each.written)
        table.add_row(side, f"{each.seconds / count:.2f}", *(f"{figure:,}" for figure in figures))
    Console().print(table)
    original, ours = sides["original"], sides["ours"]
    share = ours.computed / original.computed
    verdict = "met" if share <= MOST_COMPUTED else "MISSED"
    times = ours.seconds / original.seconds
    print(f"computed: {share:.2f} of the original's; ≤ {MOST_COMPUTED}: {verdict}")  # noqa: T201
    print(f"time: {times:.2f} of the original's")  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedder", default="onnx:minilm", help="model that embeds the pairs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    parser.add_argument("--llm", help="model that writes pairs, ours and the original's way")
    parser.add_argument("--passages", type=int, default=12, help="that each side writes a pair of")
    options = parser.parse_args()
    if options.llm:
        show_writing(options.llm, options.passages)
        return
    comparison = measured(options.embedder)
    show([comparison], "Filters of question–answer pairs")
    rate = 1 / median(comparison.sides["filters"])
    verdict = "met" if rate >= _PAIRS_A_SECOND else "MISSED"
    print(f"filters: {rate:,.0f} pairs a second; ≥ {_PAIRS_A_SECOND:,}: {verdict}")  # noqa: T201
    if options.json:
        options.json.write_text(json.dumps(comparison.rows(), indent=1))


if __name__ == "__main__":
    main()
