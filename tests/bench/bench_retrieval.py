"""How fast and how good indexing and retrieval are, beside the original notebook's path.

Run as `python -m tests.bench.bench_retrieval MODEL`, where MODEL is the folder that
`tests.bench.minilm_folder` has filled; README.md beside this file says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from tests.bench.comparisons import Comparison, Target, in_turn, seconds, show
from tests.bench.our_path import OurPath, sample_documents, sample_povs, sample_questions
from tests.bench.retrieval_quality import (
    Figure,
    batch_effects,
    embedded_for_a_question,
    figure_table,
    found_first,
)
from tests.bench.scale import scale, scale_table
from worker.scoring.corpus_statistics import CorpusStatistics
from worker.scoring.heatmap import COSINE, draw_heatmap
from worker.scoring.score_modes import score_chunks
from worker.scoring.similarity import cosine_matrix

if TYPE_CHECKING:
    from tests.bench.original_path import OriginalPath

_NEEDED = ("torch", "sentence_transformers", "langchain_chroma", "langchain_huggingface")
_INSTALL = "pip install -e '.[local,dev]' torch sentence-transformers langchain-chroma " + (
    "langchain-huggingface"
)
_POV_CHUNKS = 1000
_REPEATS = 20  # of what takes a millisecond
_DIMS = (384, 1024)  # of the default model, and of the service that scored in the original

_numbers = count()


@dataclass(frozen=True)
class Sizes:
    """How much is done in each of the rounds."""

    rounds: int = 3
    copies: int = 2  # of each sample document, where all sides index
    files: int = 100  # where an index is brought in line
    questions: int = 5
    chunks: tuple[int, ...] = (10_000, 30_000, 100_000)


_QUICK = Sizes(rounds=1, copies=1, files=20, questions=2, chunks=(1000, 2000))


class Bench:
    """All sides over one folder; a new index is made wherever one is measured."""

    def __init__(self, home: Path, model: Path, sizes: Sizes) -> None:
        from tests.bench.original_path import OriginalPath

        self.home, self.sizes = home, sizes
        self.ours = OurPath(home / "ours")
        self.original: OriginalPath = OriginalPath(model)

    def indexing(self) -> Iterator[Comparison]:
        """Compare a new index of the same texts, per chunk."""
        from tests.bench.original_path import split

        documents = _copies(self.home / "documents", self.sizes.copies * len(sample_documents()))
        texts = [document.page_content for document in split(documents)]
        assert self.ours.index(documents, "ours").chunks == len(texts), "chunks are not the same"
        sides = {
            "ours": lambda: self.ours.index(documents, f"new-{next(_numbers)}"),
            "original's path": lambda: self.original.index(documents, self._new_folder()),
            "sentence-transformers, no store": lambda: self.original.plain.encode(
                texts, batch_size=32
            ),
            "our model, no store": lambda: self.ours.embedder.embed_documents(texts),
        }
        yield Comparison(
            f"index of {len(texts)} chunks",
            "a second",
            in_turn(self.sizes.rounds, {side: _each(do, len(texts)) for side, do in sides.items()}),
            {"original's path": Target("≥", 2.2)},
        )

    def bringing_in_line(self) -> Iterator[Comparison]:
        """Compare a new index of a folder with an index that needs little or nothing."""
        documents = _copies(self.home / "many", self.sizes.files)
        self.ours.index(documents, "standing")
        changed = max(1, self.sizes.files // 100)
        edited = f"{changed} of {self.sizes.files} files changed throughout"

        def edit() -> float:
            _copies(documents, changed)
            return seconds(lambda: self.ours.index(documents, "standing"))

        sides = {
            "new": lambda: seconds(lambda: self.ours.index(documents, f"new-{next(_numbers)}")),
            edited: edit,
            "nothing changed": lambda: seconds(lambda: self.ours.index(documents, "standing")),
        }
        yield Comparison(
            f"index of {self.sizes.files} files",
            "s",
            in_turn(self.sizes.rounds, sides),
            {edited: Target("≤", 0.05), "nothing changed": Target("≤", 0.02)},
        )

    def scoring(self) -> Iterator[Comparison]:
        """Compare cosines and scores of many chunks for 23 points of view."""
        from tests.bench.original_path import double_loop

        for dim in _DIMS:
            random = np.random.default_rng(0)
            chunks = random.standard_normal((_POV_CHUNKS, dim), np.float32)
            povs = random.standard_normal((23, dim), np.float32)
            assert np.allclose(double_loop(chunks, povs), cosine_matrix(chunks, povs), atol=1e-5)
            sides = {
                "ours": _each(partial(_repeat, partial(_scored, chunks, povs)), _REPEATS),
                "original's double loop": _each(partial(_looped, chunks, povs), 1),
            }
            yield Comparison(
                f"{_POV_CHUNKS} × 23 scores, {dim} dimensions",
                "ms",
                in_turn(self.sizes.rounds, sides),
                {"original's double loop": Target("≥", 100)},
            )

    def questions(self) -> Iterator[Comparison]:
        """Compare what a question takes, over the indexes of `indexing`."""
        store = self.original.index(self.home / "documents", self._new_folder())
        povs = sample_povs()
        names = [pov.text for pov in povs]
        labels = [f"{number}. a passage" for number in range(10)]

        def original(question: str) -> object:
            from tests.bench.original_path import order

            return order(self.original.scores(store, question, names, 10)[1])

        picture = partial(
            draw_heatmap, np.eye(10, 23), labels, names, title="title", palette=COSINE
        )
        sides = {
            "ours": lambda question: self.ours.rank_only("ours", question, povs),
            "original's path": original,
            "the picture, in both": lambda _question: picture(),
        }
        number = self.sizes.questions
        yield Comparison(
            "a question with 23 points of view",
            "ms",
            in_turn(
                self.sizes.rounds,
                {side: _each(partial(_ask, do, number), number) for side, do in sides.items()},
            ),
        )

    def quality(self) -> Iterator[Figure]:
        """Say how good what is compared is."""
        yield embedded_for_a_question(self.ours, "ours")
        yield from found_first(self.ours, self.original, self.home / "labelled")
        yield from batch_effects(self.ours, self.original)

    def _new_folder(self) -> Path:
        return self.home / f"original-{next(_numbers)}"


def _copies(folder: Path, number: int) -> Path:
    """Write sample documents, over those there are, with a text that was not there before."""
    folder.mkdir(exist_ok=True)
    for copy in range(number):
        path = sample_documents()[copy % len(sample_documents())]
        mark = f" ({next(_numbers)})\n\n"
        text = path.read_text(encoding="utf-8").replace("\n\n", mark)
        (folder / f"{copy:03}_{path.stem}.txt").write_text(text, encoding="utf-8")
    return folder


def _each(do: Callable[[], object], number: int) -> Callable[[], float]:
    """Measure one of as many pieces of work as `do` does."""
    return lambda: seconds(do) / number


def _repeat(do: Callable[[], object]) -> None:
    for _ in range(_REPEATS):
        do()


def _ask(do: Callable[[str], object], number: int) -> None:
    """Ask questions that nobody has asked before."""
    for question in sample_questions()[:number]:
        do(f"{question} ({next(_numbers)})")


def _scored(chunks: NDArray[np.float32], povs: NDArray[np.float32]) -> object:
    """Do what a ranking does with vectors."""
    cosine = cosine_matrix(chunks, povs)
    statistics = CorpusStatistics(cosine[0], np.ones(len(povs)))  # known beforehand
    scores = score_chunks(cosine, np.ones(len(povs)), statistics, "classic")
    return np.argsort(-scores.sexy, kind="stable")


def _looped(chunks: NDArray[np.float32], povs: NDArray[np.float32]) -> object:
    """Do what the original does with vectors."""
    from tests.bench.original_path import double_loop, order

    return order(double_loop(chunks, povs))


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder that tests.bench.minilm_folder has filled")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    parser.add_argument("--quick", action="store_true", help="little work: to see that it runs")
    options = parser.parse_args()
    if missing := [name for name in _NEEDED if not find_spec(name)]:
        parser.error(f"{', '.join(missing)} cannot be imported. Install with: {_INSTALL}")
    sizes = _QUICK if options.quick else Sizes()
    console, comparisons = Console(width=130), []
    # Before the models are here: a process counts the memory of the one that starts it as its own.
    scales = [scale(chunks) for chunks in sizes.chunks]
    console.print(scale_table(scales))
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(Path(home), options.model, sizes)
        try:
            for part in (bench.indexing, bench.bringing_in_line, bench.scoring, bench.questions):
                comparisons += part()
        finally:  # what was measured is shown also if somebody has had enough
            show(comparisons, "Indexing and retrieval")
        figures = list(bench.quality())
    console.print(figure_table(figures))
    if options.json:
        rows = [row for comparison in comparisons for row in comparison.rows()]
        values = {
            "machine": _machine(),
            "rows": rows,
            "figures": list(map(asdict, figures)),
            "scale": scales,
        }
        options.json.write_text(json.dumps(values, indent=1))


if __name__ == "__main__":
    main()
