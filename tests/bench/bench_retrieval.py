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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from itertools import chain, count
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from tests.bench.comparisons import Comparison, Target, in_turn, seconds, show
from tests.bench.labelled_set import DOCUMENTS, labelled_set, ndcg
from tests.bench.our_path import EMBEDDER, OurPath, sample_documents, sample_povs, sample_questions
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
_TOP_CHUNKS, _TOP_DOCUMENTS = 30, 10  # thirty chunks are enough for ten documents
_POV_CHUNKS = 1000
_DIMS = (384, 1024)  # of the default model, and of the service that scored in the original

_numbers = count()


@dataclass(frozen=True)
class Sizes:
    """How much is done in each of the rounds."""

    rounds: int = 3
    copies: int = 2  # of each sample document, where all sides index
    files: int = 100  # where an index is brought in line
    questions: int = 10
    chunks: tuple[int, ...] = (10_000, 30_000, 100_000)


_QUICK = Sizes(rounds=1, copies=1, files=20, questions=2, chunks=(1000, 2000))


@dataclass(frozen=True)
class Figure:
    """A value that is not a time in turn; `target` is in words."""

    what: str
    value: float
    unit: str = ""
    target: str = ""
    met: bool | None = None


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
        from tests.bench.original_path import double_loop, order

        random = np.random.default_rng(0)
        for dim in _DIMS:
            chunks, povs = (
                random.standard_normal((rows, dim), np.float32) for rows in (_POV_CHUNKS, 23)
            )
            assert np.allclose(double_loop(chunks, povs), cosine_matrix(chunks, povs), atol=1e-5)
            sides = {
                "ours": _each(partial(_repeat, 20, partial(_scored, chunks, povs)), 20),
                "original's double loop": partial(
                    seconds, lambda: order(double_loop(chunks, povs))
                ),
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

    def embedded_for_a_question(self) -> Iterator[Figure]:
        """Count the chunks that are embedded while a question is ranked."""
        embedder = self.ours.embedder
        with patch.object(embedder, "embed_documents", wraps=embedder.embed_documents) as embed:
            self.ours.rank_only("ours", "Who profits from a price cap?", sample_povs())
        chunks = sum(len(call.args[0]) for call in embed.call_args_list)
        yield Figure("chunks embedded to rank a question", chunks, "", "0", chunks == 0)

    def quality(self) -> Iterator[Figure]:
        """Hold the labelled questions against what each side finds first."""
        documents = self.home / "labelled"
        documents.mkdir()
        for path in (*DOCUMENTS.iterdir(), *labelled_set().background):
            (documents / path.name).write_bytes(path.read_bytes())
        self.ours.index(documents, "labelled")
        collection = self.ours.opened("labelled")
        store = self.original.index(documents, self._new_folder())

        def ours(question: str) -> Iterable[str]:
            vector = self.ours.embedder.embed_queries([question])
            return (hit.chunk.source for hit in collection.nearest(vector, _TOP_CHUNKS)[0])

        def original(question: str) -> Iterable[str]:
            found = store.similarity_search(question, _TOP_CHUNKS)
            return (document.metadata["source"] for document in found)

        first, second = _mean_ndcg(ours), _mean_ndcg(original)
        gap = second - first
        yield Figure("nDCG@10 of labelled questions: original's path", second)
        yield Figure("nDCG@10 of labelled questions: ours", first, "", "≥ -.01", gap <= 0.01)

    def batches(self) -> Iterator[Figure]:
        """Compare vectors of texts embedded together with those embedded one by one."""
        texts = [path.read_text(encoding="utf-8")[:900] for path in sample_documents()]
        texts += [text[:90] for text in texts]
        sides: dict[str, tuple[Callable[[list[str]], object], str]] = {
            "ours": (self.ours.embedder.embed_documents, "0"),
            "original's path": (self.original.embeddings.embed_documents, ""),
        }
        for side, (embed, target) in sides.items():
            alone = np.vstack([np.asarray(embed([text])) for text in texts])
            gap = float(np.abs(np.asarray(embed(texts)) - alone).max())
            met = gap == 0 if target else None
            yield Figure(f"most a vector changes with its batch: {side}", gap, "", target, met)

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


def _repeat(times: int, do: Callable[[], object]) -> None:
    for _ in range(times):
        do()


def _ask(do: Callable[[str], object], number: int) -> None:
    """Ask questions that nobody has asked before."""
    for question in sample_questions()[:number]:
        do(f"{question} ({next(_numbers)})")


def _scored(chunks: NDArray[np.float32], povs: NDArray[np.float32]) -> object:
    """Do what a ranking does with vectors."""
    cosine = cosine_matrix(chunks, povs)
    statistics = CorpusStatistics(cosine[0], np.ones(len(povs)), 0.0)  # known beforehand
    scores = score_chunks(cosine, np.ones(len(povs)), statistics, "classic")
    return np.argsort(-scores.sexy, kind="stable")


def _mean_ndcg(sources: Callable[[str], Iterable[str]]) -> float:
    """Return the mean nDCG@10 of documents in the order of their best chunks."""
    labelled, values = labelled_set(), []
    for qid, question in labelled.questions.items():
        grades = {doc: grade for (doc, of), grade in labelled.question_grades.items() if of == qid}
        ranked = [grades.get(source, 0) for source in dict.fromkeys(sources(question))]
        values.append(ndcg(ranked, grades.values(), _TOP_DOCUMENTS))
    return fmean(values)


def _figure_table(figures: Sequence[Figure]) -> Table:
    table = Table("what", "value", "target", title="Quality")
    for figure in figures:
        verdict = f"{figure.target}: {'met' if figure.met else 'MISSED'}" if figure.target else ""
        table.add_row(figure.what, f"{figure.value:.3g}", verdict)
    return table


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
    console, comparisons = Console(stderr=True), []
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(Path(home), options.model, sizes)
        parts = (bench.indexing, bench.bringing_in_line, bench.scoring, bench.questions)
        for comparison in chain.from_iterable(part() for part in parts):
            console.print(f"measured: {comparison.what}")
            comparisons.append(comparison)
        figures = [*bench.embedded_for_a_question(), *bench.quality(), *bench.batches()]
    scales = [scale(chunks) for chunks in sizes.chunks]
    show(comparisons, "Indexing and retrieval")
    Console(width=130).print(_figure_table(figures), scale_table(scales))
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
